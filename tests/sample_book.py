"""A small book that chat and job tests talk about: two teams, seven people, nine contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from handlers.naming import keys_of
from handlers.rules import Rules, TeamPlaces
from scoring.model import ContractStatus, Role, Segment
from storage.store import Store

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 7, tzinfo=ZONE)
TODAY = MONDAY.date()

EAST = "华东"
NORTH = "华北"

RULES = Rules(
    zone=ZONE,
    teams=(
        TeamPlaces(EAST, (("slack", "#renewals-east"), ("wecom", "robot:east")), "Ada Park"),
        TeamPlaces(NORTH, (("slack", "#renewals-north"),)),
    ),
)

PEOPLE: dict[str, dict[str, Any]] = {
    "李雷": {"role": Role.REP, "team": EAST, "slack_id": "U1LILEI", "wecom_id": "lilei"},
    "韩梅梅": {"role": Role.REP, "team": EAST, "slack_id": "U2HMM", "wecom_id": "hanmeimei"},
    "Ada Park": {"role": Role.LEAD, "team": EAST, "slack_id": "U3ADA", "wecom_id": None},
    "Vera Lind": {"role": Role.VIEWER, "team": EAST, "slack_id": "U4VERA", "wecom_id": None},
    "Finn Ora": {"role": Role.FINANCE, "team": None, "slack_id": "U5FINN", "wecom_id": None},
    "Root Chen": {"role": Role.ADMIN, "team": None, "slack_id": "U6ROOT", "wecom_id": None},
    "王北": {"role": Role.REP, "team": NORTH, "slack_id": "U7BEI", "wecom_id": "wangbei"},
}


@dataclass(frozen=True, slots=True)
class Term:
    """One contract of the sample: who, when it ends, what is particular about it."""

    account: str
    contract_no: str
    ends_on: date | None
    arr: Decimal | None = Decimal(120_000)
    owner: str | None = None
    team: str | None = EAST
    segment: Segment = Segment.STANDARD
    starts_on: date | None = None
    auto_renew: bool = False
    notice_days: int | None = None
    currency: str = "CNY"
    aliases: tuple[str, ...] = ()


TERMS: tuple[Term, ...] = (
    # C-1: an ordinary renewal of 李雷, 38 days away.
    Term("华为技术有限公司", "HT-1", date(2026, 12, 31), Decimal(1_200_000), "李雷",
         starts_on=date(2026, 1, 1)),
    # C-2: nobody's.
    Term("星河科技有限公司", "HT-2", date(2027, 1, 15), owner=None),
    # C-3: a notice period: cancel by 2026-12-16, end 2027-01-15.
    Term("云帆网络股份有限公司", "HT-3", date(2027, 1, 15), owner="韩梅梅", notice_days=30,
         starts_on=date(2026, 1, 16)),
    # C-4: renews by itself.
    Term("Northwind Traders", "HT-4", date(2026, 12, 20), Decimal(48_000), "李雷",
         auto_renew=True, currency="USD", starts_on=date(2025, 12, 21)),
    # C-5: ended ten days ago, nothing decided.
    Term("蓝海物流有限公司", "HT-5", date(2026, 11, 13), owner="李雷"),
    # C-6: strategic, far away.
    Term("长江电力集团", "HT-6", date(2027, 4, 30), Decimal(3_000_000), "韩梅梅",
         segment=Segment.STRATEGIC),
    # C-7: the other team's.
    Term("燕山石化有限公司", "HT-7", date(2026, 12, 28), owner="王北", team=NORTH),
    # C-8: open-ended, amount unknown.
    Term("Acme Robotics", "HT-8", None, None, "韩梅梅"),
    # C-9: no team's, no owner's.
    Term("清泉水务有限公司", "HT-9", date(2027, 2, 1), team=None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleBook:
    """Ids of what was put in, by name."""

    people: dict[str, int]
    accounts: dict[str, int]
    contracts: dict[str, int]


async def fill(store: Store, now: datetime = MONDAY) -> SampleBook:
    """Put the sample into an empty book, as if imported at `now`."""
    async with store.begin() as tx:
        people = {
            name: await tx.people.add({"name": name, **values}, now=now)
            for name, values in PEOPLE.items()
        }
        accounts = {term.account: number for number, term in enumerate(TERMS, start=1)}
        await tx.accounts.add_many(
            [
                {
                    "id": accounts[term.account],
                    "name": term.account,
                    "segment": term.segment,
                    "team": term.team,
                    "aliases": list(term.aliases),
                }
                for term in TERMS
            ],
            [
                (key, accounts[term.account])
                for term in TERMS
                for key in keys_of(term.account, term.aliases)
            ],
            now=now,
        )
        rev = await tx.marks.next_rev()
        contracts = {term.contract_no: number for number, term in enumerate(TERMS, start=1)}
        await tx.contracts.add_many(
            [
                _contract_row(
                    term, contracts[term.contract_no], accounts[term.account], people, rev, now
                )
                for term in TERMS
            ]
        )
        await tx.facts.add(
            "contacts",
            [
                {
                    "id": 1,
                    "account_id": 1,
                    "name": "王建国",
                    "role": "decision_maker",
                    "title": "总经理",
                    "email": "wjg@example.com",
                    "phone": "13800000000",
                    "opted_out": False,
                    "custom": {},
                    "created_at": now,
                }
            ],
        )
        if store.dialect == "postgresql":
            await _move_sequences_on(tx)
    return SampleBook(people, accounts, contracts)


def _contract_row(
    term: Term, number: int, account_id: int, people: dict[str, int], rev: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": number,
        "account_id": account_id,
        "contract_no": term.contract_no,
        "product": "平台版",
        "starts_on": term.starts_on,
        "ends_on": term.ends_on,
        "arr": term.arr,
        "currency": term.currency,
        "owner_id": people[term.owner] if term.owner else None,
        "team": term.team,
        "segment": term.segment,
        "auto_renew": term.auto_renew,
        "notice_days": term.notice_days,
        "known_on": now.astimezone(ZONE).date(),
        "clock_rev": rev,
        "status": ContractStatus.ACTIVE,
        "custom": {},
        "created_at": now,
    }


async def _move_sequences_on(tx: Any) -> None:
    """The sample chose its own ids; the next ones have to be higher."""
    for table in ("accounts", "contracts", "contacts"):
        await tx.connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 - own names
            f"(SELECT max(id) FROM {table}))"
        )
