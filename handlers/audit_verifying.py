"""Whether the audit trail is what it was when it was sealed, and if not, what is wrong where."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handlers.audit_erasures import ERASURE, Runs, ranges_of
from storage.audit_chain import FIRST, Seal, SealedEntry
from storage.guards import missing_audit_guards
from storage.store import Store
from storage.transaction import Tx

SEALS_AT_ONCE = 500
ENTRIES_AT_ONCE = 4_000
"""Entries read together at most: enough to be fast, few enough for little memory."""

MOST_TOLD = 100
"""Flaws told of; one seal that was made anew breaks all that follow."""


class Flaw(StrEnum):
    """What can be wrong with the trail."""

    CHANGED = "changed"
    COUNT = "count"
    SEAL_MISSING = "seal_missing"
    CHAIN_BROKEN = "chain_broken"
    SEAL_CHANGED = "seal_changed"
    STRAY = "stray"
    UNEXPLAINED = "unexplained"
    UNGUARDED = "unguarded"
    HEAD_UNKNOWN = "head_unknown"


@dataclass(frozen=True, slots=True)
class Flawed:
    """One flaw: in which seal, in which entry, where that can be told, and more about it."""

    flaw: Flaw
    seal_no: int | None = None
    entry_id: int | None = None
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """What was looked at and found. `head_no`: the seal that has the hash that was asked about."""

    seals: int = 0
    entries: int = 0
    erased: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    head: str = FIRST
    head_no: int | None = None
    flaws: list[Flawed] = field(default_factory=list)

    def add(
        self,
        flaw: Flaw,
        seal_no: int | None = None,
        entry_id: int | None = None,
        **detail: object,
    ) -> None:
        """Note a flaw, as long as there is room for more."""
        if len(self.flaws) < MOST_TOLD:
            self.flaws.append(Flawed(flaw, seal_no, entry_id, detail))


async def verify(store: Store, *, head: str | None = None) -> Verdict:
    """Follow the chain from its first seal to its end, over every entry, in one consistent view.

    `head` is a seal's hash from the log: without it nobody can tell a chain that was cut short, or
    made anew as a whole, from one that never was longer.
    """
    found = Verdict()
    erased: set[int] = set()
    explained: list[tuple[int, int]] = []
    async with store.read() as tx:
        await tx.allow_long_statements()
        previous: Seal | None = None
        while seals := await tx.sealing.seals_after(
            previous.no if previous else 0, limit=SEALS_AT_ONCE
        ):
            for some in _together(seals):
                held = _by_seal(await tx.sealing.entries_of(some[0].no, some[-1].no))
                for seal in some:
                    _look_at(seal, previous, held.pop(seal.no, []), found, erased, explained)
                    previous = seal
                    if seal.hash == head:
                        found.head_no = seal.no
                for no, strays in sorted(held.items()):
                    found.add(Flaw.STRAY, no, strays[0].id, entries=len(strays))
                await asyncio.sleep(0)
        await _look_at_the_rest(tx, previous, found, explained)
    named = Runs.of(explained)
    for entry_id in sorted(one for one in erased if one not in named):
        found.add(Flaw.UNEXPLAINED, None, entry_id)
    found.erased = len(erased)
    if head is not None and found.head_no is None:
        found.add(Flaw.HEAD_UNKNOWN, head=head)
    return found


def _look_at(
    seal: Seal,
    previous: Seal | None,
    entries: Sequence[SealedEntry],
    found: Verdict,
    erased: set[int],
    explained: list[tuple[int, int]],
) -> None:
    """One link: what it hangs on, how many it holds, each of them, and all together."""
    expected_no, expected = (1, FIRST) if previous is None else (previous.no + 1, previous.hash)
    if seal.no != expected_no:
        found.add(Flaw.SEAL_MISSING, expected_no, last=seal.no - 1)
    elif seal.previous != expected:
        found.add(Flaw.CHAIN_BROKEN, seal.no)
    if len(entries) != seal.entries:
        found.add(Flaw.COUNT, seal.no, sealed=seal.entries, there=len(entries))
    changed = False
    for entry in entries:
        if not entry.intact:
            found.add(Flaw.CHANGED, seal.no, entry.id)
            changed = True
        elif entry.erased:
            erased.add(entry.id)
        elif entry.action == ERASURE:
            explained += ranges_of(entry.after)
    if seal.hash_over(entries) != seal.hash and not changed and len(entries) == seal.entries:
        # No entry says something else than its digest, so the seal or an erased entry does.
        found.add(Flaw.SEAL_CHANGED, seal.no)
    found.seals += 1
    found.entries += len(entries)
    found.head = seal.hash


async def _look_at_the_rest(
    tx: Tx, last: Seal | None, found: Verdict, explained: list[tuple[int, int]]
) -> None:
    last_no = 0 if last is None else last.no
    beyond = await tx.sealing.entries_outside(after_no=last_no)
    if beyond:
        found.add(Flaw.SEAL_MISSING, last_no + 1, entries=beyond)
    before = await tx.sealing.entries_before_the_first()
    if before:
        found.add(Flaw.STRAY, *before[0], entries=len(before))
    for entry in await tx.sealing.unsealed_of(ERASURE):
        explained += ranges_of(entry.after)
    tail = await tx.sealing.tail()
    found.unsealed, found.unsealed_since = tail.entries, tail.since
    missing = await missing_audit_guards(tx.connection)
    if missing:
        found.add(Flaw.UNGUARDED, names=", ".join(missing))


def _together(seals: Sequence[Seal]) -> Iterator[list[Seal]]:
    """Seals whose entries are read at once."""
    some: list[Seal] = []
    for seal in seals:
        if some and sum(one.entries for one in some) + seal.entries > ENTRIES_AT_ONCE:
            yield some
            some = []
        some.append(seal)
    if some:
        yield some


def _by_seal(entries: Iterable[SealedEntry]) -> dict[int, list[SealedEntry]]:
    held: dict[int, list[SealedEntry]] = {}
    for entry in entries:
        held.setdefault(entry.seal_no or 0, []).append(entry)
    return held
