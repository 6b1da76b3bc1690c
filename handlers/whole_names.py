"""Whether a line is nothing but the name or number of a customer: then it looks one up."""

from __future__ import annotations

from handlers.context import Context
from handlers.lookup_codes import by_code_or_number
from handlers.lookup_ranking import Grade, probes, rank
from handlers.naming import Forms
from handlers.words import split
from scoring.errors import Ambiguous, NotFound
from scoring.permissions import reach_of

LONGEST = 60
"""Characters; a longer line is never just a name."""

PER_PROBE = 20


async def names_a_customer(ctx: Context, line: str) -> bool:
    """Whether all of the line is a customer's name, said in full or as everybody says it, or the
    number or code of a contract. Parts of names and mistyped ones do not count: those are words."""
    words = split(line[: LONGEST + 1]).plain
    if not words or len(line) > LONGEST:
        return False
    try:
        found = await by_code_or_number(ctx, words, whole=True)
    except Ambiguous:
        return True
    except NotFound:
        found = None
    if found is not None:
        return found[1] == len(words)
    typed = Forms(" ".join(words))
    if not typed.full:
        return False
    candidates = await ctx.tx.accounts.with_prefixes(
        probes(typed), limit=PER_PROBE, reach=reach_of(ctx.viewer)
    )
    hits = rank(typed, candidates)
    return bool(hits) and hits[0].grade <= Grade.SAID
