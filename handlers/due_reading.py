"""Reading what a list of renewals is asked for, in any order and either language.

`30天 我的`, `this quarter team segment strategic`, `本月 >50万`, `@李雷 未认领`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.context import Context
from handlers.lookup import resolve_person
from handlers.readers import choice_names
from handlers.reading import due_words
from handlers.reading.days import Period, read_period
from handlers.reading.digits import fold
from handlers.reading.money import read_money
from scoring.errors import BadArgument, Forbidden, NotFound
from scoring.health.model import Band
from scoring.lists import DueAsk, DueScope
from scoring.model import Money, Person, Segment
from scoring.permissions import Field, reach_of

DEFAULT_DAYS = 30

LATE_DAYS = 30
"""A list "in N days" begins so long ago: what is late and undecided is still work."""

LONGEST_PHRASE = 4
"""Words tried together."""

LONGEST_DAYS = 730

LONGEST_JOINED = 24
"""Characters of the longest thing that is understood without a space behind it."""

LONGEST_NUMBER = 9
"""Digits read of a number of days."""


@dataclass(slots=True)
class DueWords:
    """What the words said; None where they said nothing."""

    period: Period | None = None
    scope: DueScope = DueScope.ALL
    person: Person | None = None
    team: str | None = None
    segment: Segment | None = None
    amount: Money | None = None
    unclaimed: bool = False
    bands: frozenset[Band] = frozenset()
    p_from: float | None = None
    p_below: float | None = None

    def ask(self, ctx: Context, *, days: int, page: int, product: str | None) -> DueAsk:
        """The question for the book; `days` is the window when none was named."""
        period = self.period or Period(ctx.today, ctx.today + timedelta(days=days))
        from_on = period.from_on
        if from_on == ctx.today < period.to_on:
            from_on = ctx.today - timedelta(days=LATE_DAYS)
        person_id = self.person.id if self.person else None
        return DueAsk(
            from_on=from_on,
            to_on=period.to_on,
            scope=self.scope,
            person_id=ctx.viewer.id if self.scope is DueScope.MINE else person_id,
            team=self.team,
            segment=self.segment,
            product=product,
            amount_from=self.amount.amount if self.amount else None,
            currency=self.amount.currency if self.amount else "",
            amounts_of=reach_of(ctx.viewer, Field.AMOUNT),
            unclaimed=self.unclaimed,
            bands=self.bands,
            p_from=self.p_from,
            p_below=self.p_below,
            page=page,
            page_size=ctx.rules.page_size,
        )


async def read_due_words(ctx: Context, text: str) -> DueWords:
    """What is asked for; BadArgument names the first word that is not understood."""
    found = DueWords()
    left = text.split()
    while left:
        used = _known(ctx, found, left) or await _named(ctx, found, left)
        if used:
            del left[:used]
            continue
        joined = _joined(ctx, found, left[0])
        if joined:
            left[0] = left[0][joined:]
            continue
        found.person = await _person(ctx, left)
        found.scope = DueScope.PERSON
        del left[0]
    return found


def _known(ctx: Context, found: DueWords, left: Sequence[str]) -> int:
    """How many words at the front were understood without asking the book."""
    for used in range(min(len(left), LONGEST_PHRASE), 0, -1):
        if _phrase(ctx, found, " ".join(left[:used])):
            return used
    return 0


def _joined(ctx: Context, found: DueWords, word: str) -> int:
    """How many characters at the front of a Chinese run were understood: `30天我的`."""
    for size in range(min(len(word) - 1, LONGEST_JOINED), 0, -1):
        if not word[size - 1 : size + 1].isascii() and _phrase(ctx, found, word[:size]):
            return size
    return 0


def _phrase(ctx: Context, found: DueWords, phrase: str) -> bool:
    folded = fold(phrase)
    if folded in due_words.SMALL:
        return True
    if folded in due_words.MINE:
        found.scope = DueScope.MINE
        return True
    if folded in due_words.EVERYBODY:
        found.scope = DueScope.ALL
        return True
    if folded in due_words.UNCLAIMED:
        found.unclaimed = True
        return True
    segment = _segment(folded)
    if segment is not None:
        found.segment = segment
        return True
    if folded.isascii() and folded.isdigit() and len(folded) <= LONGEST_NUMBER:
        days = int(folded)
        if 0 < days <= LONGEST_DAYS:
            found.period = Period(ctx.today, ctx.today + timedelta(days=days))
            return True
    bands = _bands(folded)
    if bands:
        found.bands |= bands
        return True
    if _likelihood(found, folded):
        return True
    period = read_period(phrase, ctx.today)
    if period is not None:
        found.period = period
        return True
    bound = due_words.AT_LEAST.fullmatch(folded)
    amount = read_money(bound[1] or bound[2], ctx.rules.base_currency) if bound else None
    if amount is not None:
        if not ctx.shows_any(Field.AMOUNT):  # a bound tells an amount by trial and error
            raise Forbidden("due.no_amounts")
        found.amount = amount
        return True
    return False


def _bands(folded: str) -> frozenset[Band]:
    """The bands that a word names: one of them, or all that are not well."""
    if folded in due_words.UNWELL:
        return frozenset({Band.AT_RISK, Band.CRITICAL})
    by_name = due_words.BANDS.get(folded)
    member = choice_names(Band).get(folded)
    if by_name:
        return frozenset({Band(by_name)})
    return frozenset({member}) if isinstance(member, Band) else frozenset()


def _likelihood(found: DueWords, folded: str) -> bool:
    """`<60%`, `概率低于60%`, `p > 80%`: how likely they renew."""
    for pattern, name in ((due_words.LESS_LIKELY, "p_below"), (due_words.LIKELIER, "p_from")):
        bound = pattern.fullmatch(folded)
        share = (
            next((float(part) / 100 for part in bound.groups() if part), None) if bound else None
        )
        if share is not None and 0 <= share <= 1:
            setattr(found, name, share)
            return True
    return False


def _segment(folded: str) -> Segment | None:
    by_name = due_words.SEGMENTS.get(folded)
    member = choice_names(Segment).get(folded)
    if by_name:
        return Segment(by_name)
    return member if isinstance(member, Segment) else None


async def _named(ctx: Context, found: DueWords, left: Sequence[str]) -> int:
    """A team by name, with or without the word; the word alone is one's own."""
    word = fold(left[0])
    starts = word in due_words.TEAM
    name = left[1] if starts and len(left) > 1 else left[0]
    if not name.startswith("@"):
        for team in await ctx.tx.people.teams():
            if fold(team) == fold(name):
                found.scope, found.team = DueScope.TEAM, team
                return 2 if starts and len(left) > 1 else 1
    if not starts:
        return 0
    if ctx.viewer.team:
        found.scope, found.team = DueScope.TEAM, ctx.viewer.team
    return 1


async def _person(ctx: Context, left: Sequence[str]) -> Person:
    try:
        person, _ = await resolve_person(ctx, left[:1], whole=True)
    except NotFound:
        if left[0].startswith(("@", "<@")):
            raise
        raise BadArgument("due.bad_word", word=left[0][:40]) from None
    return person
