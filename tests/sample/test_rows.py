"""Every row of the sample book as the interface wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

import pytest

from bot.sample import DEMO_START, SampleBook, sample_book
from bot.sample.vocabulary import Row
from scoring.model import ContactRole, Locale, LossReason, Role, Segment, TouchKind

# Kind, its columns (must-columns first, up to the bar) and what tells two rows apart.
INTERFACE = """
people: name | role team slack_id wecom_id email locale time_zone manager / name
accounts: account | aliases industry segment csm account_executive region external_id
  signed_up_on / account
contacts: account name | role title email phone left_on opted_out / account name
contracts: account | ends_on contract_no product starts_on arr currency seats owner segment
  auto_renew notice_days contact_name contact_email contact_phone signed_on cancelled_on status
  renewed_from team / contract_no
outcomes: contract_no decided_on outcome | new_arr reason / contract_no
rates: currency on rate | / currency on
payments: account invoice_no due_on amount | paid_on currency contract_no / invoice_no
tickets: account ticket_no opened_on | closed_on severity subject csat / ticket_no
surveys: account kind answered_on score | respondent comment / account kind respondent
events: account event held_on | response / account event
signals: account signal observed_on value | source note / account signal observed_on
goals: account goal | due_on value_delivered confirmed_by / account goal
touches: account kind at | who contact note next_on / account at note
"""


def declared() -> dict[str, tuple[list[str], list[str], list[str]]]:
    kinds: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for line in INTERFACE.replace("\n  ", " ").strip().splitlines():
        kind, columns = line.split(":")
        fields, key = columns.split("/")
        must, may = fields.split("|")
        kinds[kind] = (must.split(), may.split(), key.split())
    return kinds


def one_of(*words: str) -> Callable[[str], object]:
    return lambda text: words.index(text)


READS: Mapping[str, Callable[[str], object]] = {
    "arr": Decimal,
    "new_arr": Decimal,
    "amount": Decimal,
    "rate": Decimal,
    "value": Decimal,
    "seats": int,
    "notice_days": int,
    "csat": one_of("1", "2", "3", "4", "5"),
    "segment": Segment,
    "auto_renew": one_of("yes", "no"),
    "opted_out": one_of("yes"),
    "status": one_of("active", "lost"),
    "currency": one_of("CNY", "USD", "EUR", "HKD"),
    "response": one_of("invited", "registered", "attended", "ignored"),
    "severity": one_of("low", "normal", "high", "urgent"),
    "outcome": one_of("renewed", "expanded", "downgraded", "churned"),
    "locale": Locale,
    "on": date.fromisoformat,
    "at": datetime.fromisoformat,
}
READS_IN: Mapping[tuple[str, str], Callable[[str], object]] = {
    ("people", "role"): Role,
    ("contacts", "role"): ContactRole,
    ("touches", "kind"): TouchKind,
    ("surveys", "kind"): one_of("nps", "csat"),
    ("outcomes", "reason"): LossReason,
}


@pytest.fixture(scope="module")
def book() -> SampleBook:
    return sample_book(DEMO_START.date())


def test_every_kind_is_one_of_the_interface(book: SampleBook) -> None:
    assert set(book.kinds()) == set(declared())


@pytest.mark.parametrize("kind", declared())
def test_every_row_has_the_columns_of_its_kind_and_readable_cells(
    book: SampleBook, kind: str
) -> None:
    must, may, key = declared()[kind]
    rows = book.kinds()[kind]
    assert rows
    for row in rows:
        assert set(row) == {*must, *may}
        assert all(row[column] for column in must), row
        assert all(cell == cell.strip() and "\n" not in cell for cell in row.values()), row
        for column, cell in row.items():
            read = READS_IN.get((kind, column)) or READS.get(column)
            if column.endswith("_on"):
                read = date.fromisoformat
            if read and cell:
                read(cell)
    keys = [tuple(row[column] for column in key) for row in rows]
    assert len(keys) == len(set(keys))


def test_rows_refer_only_to_what_the_book_holds(book: SampleBook) -> None:
    people = {row["name"] for row in book.people}
    accounts = {row["account"] for row in book.accounts}
    contracts = {row["contract_no"] for row in book.contracts}
    for kind, rows in book.kinds().items():
        for row in rows:
            assert row.get("account", next(iter(accounts))) in accounts, (kind, row)
            for column in ("owner", "csm", "account_executive", "who", "manager"):
                assert row.get(column, "") in {*people, ""}, (kind, row)
            for column in ("renewed_from", "contract_no"):
                assert row.get(column, "") in {*contracts, ""}, (kind, row)


def test_each_colleague_can_be_reached_on_both_platforms(book: SampleBook) -> None:
    for column in ("slack_id", "wecom_id", "email"):
        assert len({row[column] for row in book.people if row[column]}) == len(book.people)
    assert {row["locale"] for row in book.people} == {"en", "zh_CN"}


def in_order(row: Row, *columns: str) -> bool:
    days = [row[column] for column in columns if row[column]]
    return days == sorted(days)


def test_dates_of_a_row_come_in_their_natural_order(book: SampleBook) -> None:
    start = DEMO_START.date().isoformat()
    known_since = {row["account"]: row["signed_up_on"] for row in book.accounts}
    for row in book.contracts:
        assert in_order(row, "signed_on", "starts_on", "ends_on"), row
        assert row["starts_on"] <= start, row
        assert in_order(row, "starts_on", "cancelled_on", "ends_on"), row
        assert known_since[row["account"]] <= row["signed_on"], row
    for row in book.tickets:
        assert in_order(row, "opened_on", "closed_on"), row
        assert max(row["opened_on"], row["closed_on"]) < start, row
    assert all(row["paid_on"] < start for row in book.payments)
    assert all(row["observed_on"] < start for row in book.signals)
    assert all(row["answered_on"] < start for row in book.surveys)


def test_mail_addresses_lead_nowhere(book: SampleBook) -> None:
    addresses = [row["email"] for row in (*book.people, *book.contacts)]
    assert all(address.endswith(".example") for address in addresses)
    assert all(address.isascii() and " " not in address for address in addresses)
