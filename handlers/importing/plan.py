"""What importing a file would do, and doing it: all or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from handlers.importing.hearing import note_heard
from handlers.importing.parsed import FileNotice, ParsedFile, ParsedTable
from handlers.importing.plan_accounts import plan_accounts
from handlers.importing.plan_contracts import plan_contracts
from handlers.importing.plan_facts import FACT_KINDS, plan_facts
from handlers.importing.plan_people import plan_people
from handlers.importing.rights import Rights, importer_of
from handlers.importing.scope import Scope, Tally
from handlers.rules import Rules
from scoring.errors import ImportRefused, RowProblem
from storage.audit import Change
from storage.transaction import Tx

Planner = Callable[[Scope, ParsedTable, Tally], Awaitable[None]]

PLANNERS: dict[str, Planner] = {
    "people": plan_people,
    "accounts": plan_accounts,
    "contracts": plan_contracts,
    **dict.fromkeys(FACT_KINDS, plan_facts),
}
"""Who plans which kind, in the order tables depend on each other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file does to the book, table by table; the sums are over all of them."""

    tallies: tuple[Tally, ...]
    notices: tuple[FileNotice, ...]

    @property
    def new(self) -> int:
        """Rows that are not in the book yet."""
        return sum(tally.new for tally in self.tallies)

    @property
    def changed(self) -> int:
        """Rows that differ from the book."""
        return sum(tally.changed for tally in self.tallies)

    @property
    def unchanged(self) -> int:
        """Rows that say what the book says."""
        return sum(tally.unchanged for tally in self.tallies)

    @property
    def refused(self) -> int:
        """Rows that cannot be taken."""
        return sum(tally.refused for tally in self.tallies)

    @property
    def problems(self) -> list[RowProblem]:
        """Why rows are refused, in the order of the file."""
        return [problem for tally in self.tallies for problem in tally.problems]

    @property
    def warnings(self) -> list[RowProblem]:
        """What is doubtful about accepted rows."""
        return [notice for tally in self.tallies for notice in tally.notices]


@dataclass(frozen=True, slots=True)
class Author:
    """Who imports, for the door and the audit; without `person_id` the operator, who may all."""

    person_id: int | None
    name: str
    via: str
    source: str = "file"
    """What the facts came by, for how fresh each kind of them is."""


async def preview(
    tx: Tx, parsed: ParsedFile, rules: Rules, now: datetime, *, author: Author
) -> Plan:
    """What importing would do. Reads only; nothing is reserved or written."""
    rights = Rights(await importer_of(tx, author.person_id))
    plan, _ = await _plan(Scope(tx, rules, now, real_ids=False, rights=rights), parsed)
    return plan


async def apply(
    tx: Tx,
    parsed: ParsedFile,
    rules: Rules,
    now: datetime,
    *,
    author: Author,
    skip_refused: bool = False,
) -> Plan:
    """Import a file in this transaction; ImportRefused when rows are refused and not skipped."""
    await tx.allow_long_statements()
    rights = Rights(await importer_of(tx, author.person_id))
    scope = Scope(tx, rules, now, real_ids=True, clock_rev=await tx.marks.next_rev(), rights=rights)
    plan, scope = await _plan(scope, parsed)
    if plan.refused and not skip_refused:
        raise ImportRefused(plan.problems)
    for write in (*scope.people_writes, *scope.writes):
        await write(tx)
    await note_heard(tx, parsed.tables, author.source, scope.today)
    await tx.audit.record(
        [*scope.changes, *_counted(plan)],
        person_id=author.person_id,
        actor=author.name,
        via=author.via,
        at=now,
    )
    return plan


async def _plan(scope: Scope, parsed: ParsedFile) -> tuple[Plan, Scope]:
    order = list(PLANNERS)
    tallies: dict[int, Tally] = {}
    for index, table in sorted(
        enumerate(parsed.tables), key=lambda pair: (order.index(pair[1].kind), pair[0])
    ):
        tally = Tally(table.kind, table.sheet, problems=list(table.problems))
        tally.notices += [notice for row in table.rows for notice in row.notices]
        await PLANNERS[table.kind](scope, table, tally)
        tally.problems.sort(key=lambda problem: problem.row)
        tallies[index] = tally
    return Plan(tuple(tallies[index] for index in sorted(tallies)), parsed.notices), scope


def _counted(plan: Plan) -> Iterable[Change]:
    """Facts are audited by count: one row per table, not one per measurement."""
    for tally in plan.tallies:
        if tally.kind in FACT_KINDS and (tally.new or tally.changed):
            yield Change(
                "import", tally.kind, None, None, {"new": tally.new, "changed": tally.changed}
            )
