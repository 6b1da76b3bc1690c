"""The other kinds: facts of a customer or contract, known by a natural key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from handlers.importing.chat_touches import ChatTouches
from handlers.importing.parsed import ParsedRow, ParsedTable
from handlers.importing.scope import Scope, Tally
from storage.facts import KEYS
from storage.people import name_key
from storage.transaction import Tx

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FactKind:
    """How rows of a kind become rows of its table.

    `fields` are taken over as they are; `complete` adds what has to be worked out. `of` is what
    the row hangs on: a customer, a contract or nothing.
    """

    table: str
    of: str
    fields: tuple[str, ...]
    complete: Callable[[Scope, ParsedRow, Columns], Columns] = lambda _scope, _row, columns: columns
    defaults: Mapping[str, Any] | None = None
    past: tuple[str, ...] = ()
    """Days that cannot be in the future."""


def _contact(scope: Scope, row: ParsedRow, columns: Columns) -> Columns:
    return {**columns, "custom": row.custom, "created_at": scope.now}


def _touch(scope: Scope, row: ParsedRow, columns: Columns) -> Columns:
    person = scope.people.get(name_key(str(row.values.get("who") or "")))
    at = columns["at"]
    if at.tzinfo is None:  # a time in a sheet is the office's wall clock
        at = at.replace(tzinfo=scope.rules.zone)
    columns = {**columns, "at": at.astimezone(UTC)}
    parts = (columns["account_id"], columns["kind"], columns["at"].isoformat(), columns["note"])
    digest = sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]
    return {
        **columns,
        "person_id": person.id if person else None,
        "source": "import",
        "natural_key": f"import:{digest}",
    }


def _rate(_scope: Scope, _row: ParsedRow, columns: Columns) -> Columns:
    return {**columns, "rate": str(columns["rate"].normalize())}


def _outcome(scope: Scope, _row: ParsedRow, columns: Columns) -> Columns:
    return {**columns, "from_chat": False, "at": scope.now}


MOST_NAMES = 200
"""Names of signals that a statement lists; with more, the days alone say which rows are meant."""

FACT_KINDS: dict[str, FactKind] = {
    "arr_steps": FactKind("arr_steps", "contract", ("from_on", "arr")),
    "rates": FactKind("rates", "", ("currency", "on", "rate"), _rate),
    "contacts": FactKind(
        "contacts",
        "account",
        ("name", "role", "title", "email", "phone", "left_on", "opted_out"),
        _contact,
        {"opted_out": False},
    ),
    "goals": FactKind("goals", "account", ("goal", "due_on", "value_delivered", "confirmed_by")),
    "signals": FactKind(
        "signals",
        "account",
        ("signal", "observed_on", "value", "source", "note"),
        past=("observed_on",),
    ),
    "tickets": FactKind(
        "tickets",
        "account",
        ("ticket_no", "opened_on", "closed_on", "severity", "subject", "csat"),
        past=("opened_on", "closed_on"),
    ),
    "payments": FactKind(
        "payments",
        "account",
        ("invoice_no", "due_on", "paid_on", "amount", "currency", "contract_no"),
        past=("paid_on",),
    ),
    "surveys": FactKind(
        "surveys",
        "account",
        ("kind", "answered_on", "respondent", "score", "comment"),
        defaults={"respondent": ""},
        past=("answered_on",),
    ),
    "events": FactKind("events", "account", ("event", "held_on", "response")),
    "touches": FactKind(
        "touches",
        "account",
        ("kind", "at", "who", "contact", "note", "next_on"),
        _touch,
        past=("at",),
    ),
    "outcomes": FactKind(
        "outcomes",
        "contract",
        ("decided_on", "outcome", "new_arr", "reason"),
        _outcome,
        past=("decided_on",),
    ),
}


async def plan_facts(scope: Scope, table: ParsedTable, tally: Tally) -> None:
    """Rows of any of these kinds: what is new, what differs, what is known already."""
    kind = FACT_KINDS[table.kind]
    if kind.of == "account":
        await scope.load_accounts(str(row.values["account"]) for row in table.rows)
        await scope.load_people()
    elif kind.of == "contract":
        await scope.load_contracts(str(row.values["contract_no"]) for row in table.rows)
    prepared = [
        (row, columns)
        for row in table.rows
        if (columns := _columns(scope, kind, table, row, tally)) is not None
    ]
    if kind.table == "touches":
        chat_touches = ChatTouches()
        await chat_touches.load(scope.tx, (columns["account_id"] for _, columns in prepared))
        prepared = [(row, chat_touches.settle(columns)) for row, columns in prepared]
    keys = KEYS[kind.table]
    given = [name for name in kind.fields if name in table.columns or name in keys]
    existing = await scope.tx.facts.existing(
        kind.table,
        {columns[keys[0]] for _, columns in prepared},
        [*given, *kind.past],
        within=_meant(kind, [columns for _, columns in prepared]),
    )
    added: dict[tuple[Any, ...], Columns] = {}
    changed: dict[tuple[Any, ...], Columns] = {}
    for row, columns in prepared:
        await scope.breathe()
        key = tuple(columns[name] for name in keys)
        known = existing.get(key)
        pending = scope.pending.get(kind.table, {}).get(key)
        if pending is not None:
            # The contract sheet of the same file brought this one; the sheet of its own knows more.
            pending.update({f: columns[f] for f in given if columns[f] is not None})
            tally.new += 1
        elif known is None:
            tally.new += key not in added
            added[key] = columns
        elif _ends_before_it_starts(known, columns, row.cleared):
            start, end = (columns[f] or known[f] for f in ("opened_on", "closed_on"))
            tally.refuse(
                row.row,
                table.columns["opened_on"],
                "import.row.end_before_start",
                start=start,
                end=end,
            )
        elif any(
            (columns[f] is not None or f in row.cleared) and known[f] != columns[f]
            for f in given
            if f not in keys
        ):
            tally.changed += 1
            changed[key] = {
                f: columns[f] if columns[f] is not None or f in row.cleared else known[f]
                for f in given
            }
            changed[key].update({name: columns[name] for name in keys})
        else:
            tally.unchanged += 1
    scope.writes.append(_writer(kind.table, list(added.values()), list(changed.values())))


def _columns(
    scope: Scope, kind: FactKind, table: ParsedTable, row: ParsedRow, tally: Tally
) -> Columns | None:
    columns: Columns = {field: row.values.get(field) for field in kind.fields}
    for field, default in (kind.defaults or {}).items():
        if columns[field] is None:
            columns[field] = default
    if kind.of == "account":
        name = str(row.values["account"])
        account = scope.account(name)
        if account is None:
            tally.refuse(
                row.row, table.columns["account"], "import.row.unknown_account", account=name
            )
            return None
        if refusal := scope.rights.fact(account):
            tally.refuse(row.row, table.columns["account"], refusal)
            return None
        columns["account_id"] = account.id
    elif kind.of == "contract":
        number = str(row.values["contract_no"])
        if refusal := scope.rights.numbered(number):
            tally.refuse(row.row, table.columns["contract_no"], refusal)
            return None
        if number not in scope.contract_ids:
            tally.refuse(
                row.row, table.columns["contract_no"], "import.row.unknown_contract", number=number
            )
            return None
        columns["contract_id"] = scope.contract_ids[number]
    elif refusal := scope.rights.whole_book():
        tally.refuse(row.row, next(iter(table.columns.values())), refusal)
        return None
    for field in kind.past:
        day = columns[field]
        if isinstance(day, datetime):
            day = day.date()
        # A source further east may be a day ahead of the office.
        if day is not None and day > scope.today + timedelta(days=1):
            tally.refuse(row.row, table.columns[field], "import.row.future", day=day)
            return None
    return kind.complete(scope, row, columns)


def _meant(kind: FactKind, rows: list[Columns]) -> dict[str, tuple[Any, Any] | frozenset[Any]]:
    """What of the book can be meant at all, where a customer may have a million rows of a kind."""
    if kind.table != "signals" or not rows:
        return {}
    days = [columns["observed_on"] for columns in rows]
    names = frozenset(columns["signal"] for columns in rows)
    within: dict[str, tuple[Any, Any] | frozenset[Any]] = {"observed_on": (min(days), max(days))}
    if len(names) <= MOST_NAMES:
        within["signal"] = names
    return within


def _ends_before_it_starts(known: Columns, columns: Columns, cleared: frozenset[str]) -> bool:
    """Whether a ticket's row and the book together say that it was closed before it was opened."""
    if "closed_on" not in columns or "closed_on" in cleared:
        return False
    start = columns["opened_on"] or known.get("opened_on")
    end = columns["closed_on"] or known.get("closed_on")
    return start is not None and end is not None and end < start


def _writer(table: str, added: list[Columns], changed: list[Columns]) -> Any:
    async def write(tx: Tx) -> None:
        await tx.facts.add(table, added)
        await tx.facts.change(table, changed)

    return write
