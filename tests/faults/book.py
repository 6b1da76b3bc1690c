"""The book of a storm: who hears of which customer is decided here, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from handlers.naming import keys_of
from scoring.model import ContractStatus, Role, Segment
from storage.store import Store
from tests.faults.misbehaving import LEASE_S, SETTLE_S
from tests.faults.slack_peer import TOKEN, direct
from tests.faults.wecom_peer import AGENT, APP_SECRET, CORP
from tests.wecom import forging

SIGNING_SECRET = "storm-signing-secret"
CALLER_FIRST = 900_001
"""From here on customers of whom no alert tells: people only talk about them."""

DAYS_LEFT = 5


@dataclass(frozen=True, slots=True)
class Alert:
    """What one place is to hear of one customer, exactly once."""

    place: str
    customer: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many there are of everybody; each contract is of one team and one person.

    Many places, so that few alerts share a message: a place rests after each fault. Few of them on
    Slack, where all of a workspace share five messages a second.
    """

    teams: int = 40
    channels: int = 24
    robots_each: int = 4
    app_people: int = 160
    slack_people: int = 24

    @property
    def people(self) -> int:
        """Everybody who owns contracts."""
        return self.app_people + self.slack_people

    def owner_of(self, customer: int) -> int:
        """Who owns a contract; half of the customers that are only talked about on Slack."""
        if customer < CALLER_FIRST:
            return customer % self.people
        turn = customer // 2 % self.slack_people
        return turn if customer % 2 else self.app_people + turn

    def team_of(self, customer: int) -> int:
        """Whose customer it is; of those that are talked about, the owner's."""
        return (self.owner_of(customer) if customer >= CALLER_FIRST else customer) % self.teams

    def rivals_for(self, customer: int) -> tuple[int, int]:
        """Who may both claim a customer: one of the team on either platform."""
        team = self.team_of(customer)
        by_slack = next(p for p in range(self.app_people, self.people) if p % self.teams == team)
        return team, by_slack

    def alerts(self, customer: int) -> tuple[Alert, ...]:
        """Who hears of a customer: the team's channel and groups, and who owns the contract."""
        team, person = self.team_of(customer), self.owner_of(customer)
        places = [f"robot:key{robot}" for robot in self.robots_of(team)]
        if team < self.channels:
            places.append(channel_of(team))
        places.append(place_of(person, self))
        return tuple(Alert(place, customer) for place in places)

    def robots_of(self, team: int) -> list[str]:
        """What the robots in a team's groups are called."""
        return [f"{team}x{number}" for number in range(self.robots_each)]


def channel_of(team: int) -> str:
    """The id of a team's channel."""
    return f"C{team:06}"


def place_of(person: int, sizes: Sizes) -> str:
    """Where a person sees what is written to them."""
    return f"user:p{person}" if person < sizes.app_people else direct(f"U{person:06}")


def name_of(customer: int) -> str:
    """Found in a message without doubt."""
    return f"Firm{customer:06}"


def configuration(sizes: Sizes, *, platforms: str, port: int, repeat: bool) -> str:
    """A replica's `renewals.toml`: the patience of a minute in a second or two, nothing else."""
    lines = [
        'time_zone = "UTC"',
        'locale = "en"',
        "tick_every_s = 5",
        'working_days = ["2026-11-25"]',
        "[hours]",
        'start = "00:00"',
        'end = "23:59"',
        "[alerts]",
        "per_day = 1000",
        "[delivery]",
        f"lease_s = {LEASE_S}",
        f"settle_s = {SETTLE_S}",
        "backoff_most_s = 2",
        f"repeat_unknown = {str(repeat).lower()}",
        "[http]",
        f"port = {port}",
        "[slack]",
        f'bot_token = "{TOKEN}"',
        f'signing_secret = "{SIGNING_SECRET}"',
        f'api_url = "{platforms}/api/"',
        "[wecom]",
        f'api_url = "{platforms}"',
        f'corp_id = "{CORP}"',
        "[wecom.app]",
        f"agent_id = {AGENT}",
        f'secret = "{APP_SECRET}"',
        f"seats = {10 * sizes.people}",
        f'token = "{forging.TOKEN}"',
        f'encoding_aes_key = "{forging.AES_KEY}"',
        "[wecom.robots]",
    ]
    robots = [robot for team in range(sizes.teams) for robot in sizes.robots_of(team)]
    lines += [f'r{robot} = {{ key = "key{robot}" }}' for robot in robots]
    for team in range(sizes.teams):
        places = [f"wecom:robot:r{robot}" for robot in sizes.robots_of(team)]
        if team < sizes.channels:
            places.append(f"slack:{channel_of(team)}")
        lines += [f"[teams.T{team}]", f"places = {places}"]
    return "\n".join(lines) + "\n"


async def lay_out(store: Store, sizes: Sizes, callers: int, *, now: datetime) -> None:
    """Everybody, and customers to talk about; nothing is due yet."""
    async with store.begin() as tx:
        for person in range(sizes.people):
            by_app = person < sizes.app_people
            values = {
                "name": f"Person{person:04}",
                "role": Role.REP,
                "team": f"T{person % sizes.teams}",
                "slack_id": None if by_app else f"U{person:06}",
                "wecom_id": f"p{person}" if by_app else None,
            }
            await tx.people.add(values, now=now)
    talked_of = range(CALLER_FIRST, CALLER_FIRST + callers)
    await add_contracts(store, sizes, talked_of, days_left=700, now=now)


async def add_contracts(
    store: Store,
    sizes: Sizes,
    customers: Sequence[int],
    *,
    now: datetime,
    days_left: int = DAYS_LEFT,
) -> None:
    """Customers with a contract each, whose id is the customer's; the next tick tells of them.

    Those that a lost reply had already added stay as they are.
    """
    async with store.begin() as tx:
        known = await tx.connection.exec_driver_sql(
            f"SELECT id FROM contracts WHERE id BETWEEN {customers[0]} AND {customers[-1]}"  # noqa: S608
        )
        there = {row[0] for row in known}
        new = [one for one in customers if one not in there]
        if not new:
            return
        rev = await tx.marks.next_rev()
        await tx.accounts.add_many(
            [
                {
                    "id": one,
                    "name": name_of(one),
                    "segment": Segment.STANDARD,
                    "team": f"T{sizes.team_of(one)}",
                    "aliases": [],
                }
                for one in new
            ],
            [(key, one) for one in new for key in keys_of(name_of(one), ())],
            now=now,
        )
        await tx.contracts.add_many(
            [_contract(one, sizes, rev=rev, days_left=days_left, now=now) for one in new]
        )


def _contract(
    customer: int, sizes: Sizes, *, rev: int, days_left: int, now: datetime
) -> dict[str, Any]:
    ends_on = now.date() + timedelta(days=days_left)
    return {
        "id": customer,
        "account_id": customer,
        "contract_no": f"K-{customer}",
        "product": "Plan",
        "starts_on": ends_on - timedelta(days=364),
        "ends_on": ends_on,
        "arr": Decimal(100_000),
        "currency": "CNY",
        "owner_id": sizes.owner_of(customer) + 1,
        "team": f"T{sizes.team_of(customer)}",
        "segment": Segment.STANDARD,
        "auto_renew": False,
        "notice_days": None,
        "known_on": now.date() - timedelta(days=200),
        "clock_rev": rev,
        "status": ContractStatus.ACTIVE,
        "custom": {},
        "created_at": now,
    }
