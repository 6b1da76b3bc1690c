"""What chat lines are about, with what a command needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.model import Account, Contract, Opportunity


@dataclass(frozen=True, slots=True)
class Renewal:
    """The renewal of one contract, or an expansion of it: what can be claimed, staged and decided.

    The opportunity of a renewal is None until it is opened.
    """

    contract: Contract
    account: Account
    opportunity: Opportunity | None

    @property
    def expansion(self) -> bool:
        """Whether it is about more of the contract instead of the next one."""
        return self.opportunity is not None and self.opportunity.expansion

    @property
    def word(self) -> str:
        """How buttons name it: never by customer text. `C#34` is an id, C-34 may be a number."""
        return self.opportunity.code if self.opportunity else f"C#{self.contract.id}"

    @property
    def team(self) -> str | None:
        """The team whose customer it is."""
        return self.contract.team or self.account.team

    @property
    def owner_id(self) -> int | None:
        """Who answers for it."""
        if self.opportunity and self.opportunity.owner_id:
            return self.opportunity.owner_id
        return self.contract.owner_id or self.account.csm_id or self.account.account_executive_id


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom somebody spoke with, and the renewal it was about where the line names one."""

    account: Account
    renewal: Renewal | None = None

    @property
    def team(self) -> str | None:
        """The team whose customer it is."""
        return self.renewal.team if self.renewal else self.account.team

    @property
    def owner_id(self) -> int | None:
        """Who answers for it."""
        if self.renewal:
            return self.renewal.owner_id
        return self.account.csm_id or self.account.account_executive_id


def account_word(account_id: int) -> str:
    """How buttons name a customer."""
    return f"A-{account_id}"
