"""Live search over the book: what somebody may mean while they are still typing.

The options of a select, asked for at every letter: a few statements, each over the index of search
keys or of contract numbers. Nobody is offered a customer they may not read.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import Context
from handlers.lookup_codes import by_code_or_number, renewal_label
from handlers.lookup_people import people_like
from handlers.lookup_ranking import probes, rank, wider_probes
from handlers.naming import Forms
from handlers.subjects import Customer, Renewal
from handlers.suggesting import LOOK_AHEAD, LOOK_BACK
from handlers.words import split
from messages.model import Choice
from scoring.errors import UserError
from scoring.lists import DueAsk, DueScope
from scoring.model import Person
from scoring.permissions import Right, may_start, reach_of
from scoring.views import RenewalLine
from storage.accounts import NamedAccount

MOST_FOUND = 20
"""Options shown; whoever sees none of theirs types another letter."""

PER_PROBE = 40
"""Customers taken per key prefix."""

SCANNED = 2000
"""Keys looked at per prefix: who reads few customers of many finds the others with more letters."""

LONGEST_SOUGHT = 60
"""Characters of what was typed that are looked at."""

WIDENED_FROM = 3
"""Characters from which a name may be mistyped: shorter ones resemble everything."""

CUSTOMERS = frozenset({"customer", "account"})
RENEWALS = frozenset({"renewal", "contract"})
PEOPLE = frozenset({"person", "owner"})


async def seek(ctx: Context, what: str, text: str) -> list[Choice]:
    """Options for a field of that name, the likeliest first; `text` is what was typed so far.

    Empty text offers the viewer's own most urgent ones. Each value names its thing for sure in a
    chat line: `A#12`, `R-56`, `C#34`, `P-3`.
    """
    if not may_start(ctx.viewer, Right.READ_BOOK, place=ctx.place.scope).allowed:
        return []
    typed = text.strip()[:LONGEST_SOUGHT]
    if what in PEOPLE:
        found = await people_like(ctx, typed)
        return [Choice(_colleague(p), f"P-{p.id}") for p in found[:MOST_FOUND]]
    if what in CUSTOMERS:
        return await _customers(ctx, typed)
    if what in RENEWALS:
        return await _renewals(ctx, typed)
    return []


async def _customers(ctx: Context, typed: str) -> list[Choice]:
    if typed:
        known = [(one.account.id, one.account.name) for one in await _called(ctx, typed)]
        named = [(account.id, account.name) for account in await _named(ctx, typed)]
    else:
        known, named = [], [(line.account_id, line.account) for line in await _own(ctx)]
    offered = dict((*known, *named))
    return [Choice(name, f"A#{account_id}") for account_id, name in offered.items()][:MOST_FOUND]


async def _renewals(ctx: Context, typed: str) -> list[Choice]:
    if not typed:
        return [_renewal(ctx, line) for line in await _own(ctx)]
    called = await _called(ctx, typed)
    offered = [Choice(renewal_label(ctx, o), o.word) for o in called if isinstance(o, Renewal)]
    ids = [one.account.id for one in called if not isinstance(one, Renewal)]
    ids += [account.id for account in await _named(ctx, typed)]
    running = await ctx.tx.renewal_lines.running(ids[:MOST_FOUND], reach_of(ctx.viewer))
    running.sort(key=lambda line: ids.index(line.account_id))
    offered += [_renewal(ctx, line) for line in running]
    return list({choice.value: choice for choice in offered}.values())[:MOST_FOUND]


def _renewal(ctx: Context, line: RenewalLine) -> Choice:
    ends = ctx.phrases.day(line.ends_on) if line.ends_on else ctx.t("card.open_ended")
    return Choice(" · ".join((line.account, line.product or line.contract_no, ends)), line.word)


async def _own(ctx: Context) -> Sequence[RenewalLine]:
    """The viewer's renewals by urgency."""
    if not ctx.viewer.id:
        return ()
    ask = DueAsk(
        from_on=ctx.today - LOOK_BACK,
        to_on=ctx.today + LOOK_AHEAD,
        scope=DueScope.MINE,
        person_id=ctx.viewer.id,
        page_size=MOST_FOUND,
    )
    return (await ctx.tx.due.page(ask, reach_of(ctx.viewer))).rows


async def _called(ctx: Context, typed: str) -> list[Renewal | Customer]:
    """What a code or a contract number names, if the viewer may read it."""
    words = split(typed).plain
    if not words or not any(character.isdigit() for character in typed):
        return []
    try:
        called = await by_code_or_number(ctx, words, whole=True)
    except UserError:  # several things of that number, or none
        return []
    if called is None or called[1] < len(words):
        return []
    one = called[0]
    covered = reach_of(ctx.viewer).covers(team=one.team, owner_id=one.owner_id)
    return [one] if covered else []


async def _named(ctx: Context, typed: str) -> list[NamedAccount]:
    """Customers of which some word begins so, in characters, pinyin or initials; the best first."""
    forms = Forms(typed)
    if not forms.full:
        return []
    reach = reach_of(ctx.viewer)
    begun = probes(forms)
    found = await ctx.tx.accounts.with_prefixes(begun, limit=PER_PROBE, reach=reach, scan=SCANNED)
    if len(found) < MOST_FOUND and not reach.every_team and ctx.viewer.id:
        own = await ctx.tx.accounts.owned_with_prefixes(begun, ctx.viewer.id, limit=PER_PROBE)
        found = list({account.id: account for account in (*own, *found)}.values())
    ranked = [hit.account for hit in rank(forms, found)]
    if found:  # `hu` starts the pinyin of 华为, though it is too little to be like anything
        rest = sorted(set(found) - set(ranked), key=lambda account: account.name)
        return [*ranked, *rest][:MOST_FOUND]
    if len(forms.core) < WIDENED_FROM:
        return []
    wider = await ctx.tx.accounts.with_prefixes(
        wider_probes(forms), limit=PER_PROBE, reach=reach, scan=SCANNED
    )
    return [hit.account for hit in rank(forms, wider)][:MOST_FOUND]


def _colleague(person: Person) -> str:
    return f"{person.name} · {person.team}" if person.team else person.name
