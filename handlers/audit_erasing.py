"""Erasing somebody from the audit trail: names and values go, that something was done stays.

Erased is what somebody did, what was done to them, and whatever names them. An erasure is an entry
of the trail itself and names the entries it emptied, so that nobody can empty one unnoticed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from handlers.audit_erasures import ERASURE, as_runs
from handlers.jobs import sealing
from scoring.errors import BadArgument
from storage.audit import Change
from storage.audit_chain import Seal
from storage.erasing import Trace
from storage.store import Store
from storage.transaction import Tx

AT_ONCE = 1_000
"""Entries emptied in one transaction, with the entry that says so."""

SHORTEST_WORD = 2
"""Letters of a name that is looked for: one alone would be found in everything."""


class Erasable(StrEnum):
    """Whose names and values can be erased."""

    PERSON = "person"
    CONTACT = "contact"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Erased:
    """How many entries were emptied, by action; `known`: the book has somebody of that name."""

    entries: int
    actions: Mapping[str, int]
    known: bool
    seals: Sequence[Seal]


@dataclass(frozen=True, slots=True)
class _Meant:
    words: re.Pattern[str]
    person_id: int | None = None
    account_id: int | None = None
    known: bool = False

    def by(self, trace: Trace) -> bool:
        if trace.action == ERASURE:
            return False
        said = (trace.actor, trace.subject, *_texts(trace.before), *_texts(trace.after))
        return trace.about or any(self.words.search(_composed(one)) for one in said)


async def erase(
    store: Store, what: Erasable, name: str, now: datetime, *, actor: str, dry_run: bool = False
) -> Erased:
    """Empty every entry about somebody; BadArgument for a name that is too short to look for.

    Everything is sealed first, for only a sealed entry can be emptied, and what was written while
    it was looked for, until nothing more is found. With `dry_run` nothing is sealed and nothing
    emptied; it is only counted, among what is sealed.
    """
    name = name.strip()
    if len(name) < SHORTEST_WORD:
        raise BadArgument("audit.short_name", least=SHORTEST_WORD)
    seals = [] if dry_run else list(await sealing.run(store, now, for_s=None))
    async with store.read() as tx:
        meant = await _meant(tx, what, name)
    actions: Counter[str] = Counter()
    looked_through = 0
    while True:
        async with store.read() as tx:
            last = await tx.sealing.last()
        found = await _pass(
            store, what, meant, now, actor=actor, dry_run=dry_run, after_seal=looked_through
        )
        actions.update(found)
        if dry_run or (looked_through and not found):
            break
        # A large trail takes a while: what was written meanwhile is looked through in its turn.
        looked_through = last.no if last else 0
        more = await sealing.run(store, now, for_s=None)
        if not more and not found:
            break
        seals += more
    return Erased(actions.total(), dict(actions.most_common()), meant.known, seals)


async def _pass(
    store: Store,
    what: Erasable,
    meant: _Meant,
    now: datetime,
    *,
    actor: str,
    dry_run: bool,
    after_seal: int,
) -> Counter[str]:
    """Empty what is found behind a seal; how many entries, by action."""
    actions: Counter[str] = Counter()
    after_id = 0
    while True:
        async with store.read() as tx:
            traces = await tx.erasing.traces(
                after_id=after_id,
                limit=AT_ONCE,
                person_id=meant.person_id,
                account_id=meant.account_id,
                after_seal=after_seal,
            )
        if not traces:
            return actions
        after_id = traces[-1].id
        found = {trace.id: trace.action for trace in traces if meant.by(trace)}
        if found and not dry_run:
            emptied = await _empty(store, what, list(found), now, actor=actor)
            found = {entry_id: found[entry_id] for entry_id in emptied}
        actions.update(found.values())


async def _empty(
    store: Store, what: Erasable, ids: Sequence[int], now: datetime, *, actor: str
) -> list[int]:
    async with store.begin() as tx:
        emptied = await tx.erasing.erase(ids, at=now)
        if emptied:
            document = {"entries": len(emptied), "erased": as_runs(emptied)}
            await tx.audit.record(
                [Change(ERASURE, what, None, None, document)],
                person_id=None,
                actor=actor,
                via="cli",
                at=now,
            )
    return emptied


async def _meant(tx: Tx, what: Erasable, name: str) -> _Meant:
    words = [name]
    person_id = account_id = None
    match what:
        case Erasable.PERSON:
            person = await tx.people.by_name(name)
            if person is not None:
                person_id = person.id
                words += await tx.erasing.person_words(person.id)
                words += await tx.erasing.former_words(person_id=person.id)
        case Erasable.CONTACT:
            words += await tx.erasing.contact_words(name)
        case Erasable.ACCOUNT:
            account = next(iter((await tx.accounts.by_names([name])).values()), None)
            if account is not None:
                account_id = account.id
                words += await tx.erasing.account_words(account.id)
                words += await tx.erasing.former_words(account_id=account.id)
    return _Meant(_any_of(words), person_id, account_id, known=len(words) > 1)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """One of the words as a whole: "Al" is not in "Alice", but 李雷 may stand anywhere."""
    known = {_composed(word.strip()) for word in words}
    longest_first = sorted((word for word in known if len(word) >= SHORTEST_WORD), key=len)[::-1]
    return re.compile("|".join(map(_whole, longest_first)), re.IGNORECASE)


def _whole(word: str) -> str:
    before = r"(?<![A-Za-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + r"\s+".join(map(re.escape, word.split())) + after


def _composed(text: str) -> str:
    """É is one letter, however it was typed, and a letter of double width is the letter."""
    return normalize("NFKC", text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
