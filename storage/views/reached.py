"""The customers and terms somebody reads, as a condition in SQL: the only place that writes it.

Whose a term is, and who answers for it, is what `Renewal.team` and `Renewal.owner_id` say of one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, TextClause, bindparam, literal_column, text

from scoring.model import OpportunityKind
from scoring.permissions import Reach


def _owner_of_account(account: str) -> str:
    return f"COALESCE({account}.csm_id, {account}.account_executive_id)"


def team_of(contract: str, account: str) -> str:
    """Whose customer a term is, as SQL over the aliases of contracts and accounts."""
    return f"COALESCE({contract}.team, {account}.team)"


def owner_of(contract: str, account: str) -> str:
    """Who answers for a term, as SQL over the same."""
    return (
        "COALESCE((SELECT latest.owner_id FROM opportunities AS latest "  # noqa: S608 - own names
        f"WHERE latest.contract_id = {contract}.id AND latest.kind = '{OpportunityKind.RENEWAL}' "
        f"ORDER BY latest.countdown_no DESC LIMIT 1), {contract}.owner_id, "
        f"{account}.csm_id, {account}.account_executive_id)"
    )


team_of_term: ColumnElement[str | None] = literal_column(team_of("contracts", "accounts"))
"""Whose customer a row of `contracts` joined with `accounts` is."""

owner_of_term: ColumnElement[int | None] = literal_column(owner_of("contracts", "accounts"))
"""Who answers for such a row."""

# Of a row of `opportunities` that is an expansion, joined with its contract and account.
_OWNER_OF_EXPANSION = (
    "COALESCE(opportunities.owner_id, contracts.owner_id, accounts.csm_id, "
    "accounts.account_executive_id)"
)

owner_of_expansion: ColumnElement[int | None] = literal_column(_OWNER_OF_EXPANSION)
"""Who answers for an expansion."""

owner_of_account: ColumnElement[int | None] = literal_column(_owner_of_account("accounts"))
"""Who answers for a row of `accounts` as a whole."""


def within(reach: Reach, *, contract: str, account: str) -> tuple[str, dict[str, Any]]:
    """A condition over the aliases of contracts and accounts, and its parameters."""
    return _condition(reach, team_of(contract, account), owner_of(contract, account))


def terms_within(reach: Reach) -> TextClause:
    """The condition on `contracts` joined with `accounts`."""
    condition, values = within(reach, contract="contracts", account="accounts")
    return _clause(condition, values)


def expansions_within(reach: Reach) -> TextClause:
    """The condition on expansions in `opportunities`, joined with `contracts` and `accounts`."""
    team = team_of("contracts", "accounts")
    condition, values = _condition(reach, team, _OWNER_OF_EXPANSION)
    return _clause(condition, values)


def customers_within(reach: Reach) -> TextClause:
    """The condition on `accounts`."""
    condition, values = within_accounts(reach)
    return _clause(condition, values)


def within_accounts(reach: Reach) -> tuple[str, dict[str, Any]]:
    """The same and its parameters, for statements that are put together once."""
    return _condition(reach, "accounts.team", _owner_of_account("accounts"))


def _clause(condition: str, values: dict[str, Any]) -> TextClause:
    # Unique, so that conditions of different reaches go into one statement.
    return text(condition).bindparams(
        *[bindparam(name, value, unique=True) for name, value in values.items()]
    )


def _condition(reach: Reach, team: str, owner: str) -> tuple[str, dict[str, Any]]:
    if reach.every_team:
        return "1 = 1", {}
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if reach.pool:
        conditions.append(f"{team} IS NULL")
    if reach.team:
        conditions.append(f"{team} = :reach_team")
        values["reach_team"] = reach.team
    if reach.owner_id is not None:
        conditions.append(f"{owner} = :reach_owner")
        values["reach_owner"] = reach.owner_id
    return (f"({' OR '.join(conditions)})" if conditions else "1 = 0"), values
