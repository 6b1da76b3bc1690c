"""Which customers a piece of running text speaks of: a chat message, a forwarded mail.

Names are looked for where words begin, in a bounded number of statements over the index of search
keys; a name counts when it stands in the text as people say it, word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.context import Context
from handlers.lookup_codes import account_of
from handlers.naming import LONGEST_KEY, Forms, tokens_of
from handlers.subjects import Customer, Renewal
from scoring.model import Account
from scoring.permissions import Right, may, reach_of
from storage.accounts import NamedAccount

LOOKED_AT = 600
"""Characters of the text; who it is about stands at its beginning."""

MOST_PROBES = 120
"""Places in the text at which a name may begin."""

IN_ONE_STATEMENT = 40

PER_PROBE = 8
"""Customers taken per beginning; more of them are nobody's name but a common word's."""

MOST_NUMBERS = 20

_SEGMENT = re.compile(r"[，。；！？、,;!?\n\r()（）\"“”「」:：|]+|\.\s")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#-]*\d[A-Za-z0-9._/#-]*")
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]{3,}")


@dataclass(frozen=True, slots=True)
class _Match:
    """A name in the text: the tokens from `at` on, `size` of them in segment `segment`."""

    account: NamedAccount
    segment: int
    at: int
    size: int
    weight: int

    def inside(self, other: _Match) -> bool:
        """Whether another, longer name covers it."""
        return (
            self.segment == other.segment
            and self.weight < other.weight
            and other.at <= self.at
            and self.at + self.size <= other.at + other.size
        )


async def spotted(ctx: Context, text: str) -> list[Customer]:
    """The customers named in a text on whom the viewer may log a touch; the plainest first.

    A contract number counts most: it tells the renewal, too.
    """
    shown = text[:LOOKED_AT]
    found: dict[int, Customer] = {}
    for customer in await _numbered(ctx, shown):
        found.setdefault(customer.account.id, customer)
    if not found:
        for account in await _named(ctx, shown):
            found.setdefault(account.id, Customer(account))
    return [one for one in found.values() if may_log(ctx, one)]


def may_log(ctx: Context, customer: Customer) -> bool:
    """Whether the viewer may log a touch of that customer."""
    return may(
        ctx.viewer,
        Right.LOG_TOUCH,
        team=customer.team,
        owner_id=customer.owner_id,
        place=ctx.place.scope,
    ).allowed


async def _numbered(ctx: Context, text: str) -> list[Customer]:
    words = [found[0].strip("._/#-") for found in _NUMBER.finditer(text)][:MOST_NUMBERS]
    if not words:
        return []
    known = await ctx.tx.contracts.known_numbers(words)
    customers = []
    for number in sorted(known)[:3]:
        contract = await ctx.tx.contracts.by_no(number)
        if contract is None:
            continue
        account = await account_of(ctx, contract.account_id)
        opportunity = await ctx.tx.opportunities.of_contract(contract.id)
        renewal = Renewal(contract, account, opportunity)
        customers.append(Customer(account, renewal))
    return customers


async def _named(ctx: Context, text: str) -> list[Account]:
    segments = [tokens_of(part) for part in _SEGMENT.split(text)]
    candidates = await _candidates(ctx, segments)
    capitals = {key for word in _CAPITAL.findall(text) for key in tokens_of(word)[:1]}
    matches = [
        match
        for account in candidates
        for match in _matches(account, segments, capitals)
        if match.weight
    ]
    best: dict[int, int] = {}
    for match in matches:
        if not any(match.inside(other) for other in matches):
            number = match.account.id
            best[number] = max(best.get(number, 0), match.weight)
    ranked = sorted(best, key=lambda number: (-best[number], number))
    return [await account_of(ctx, number) for number in ranked[:6]]


async def _candidates(ctx: Context, segments: Sequence[Sequence[str]]) -> list[NamedAccount]:
    beginnings: dict[str, None] = {}
    for tokens in segments:
        for at, token in enumerate(tokens):
            chinese = not token.isascii() and len(token) == 1
            if chinese and at + 1 < len(tokens):
                beginnings["".join(tokens[at : at + 2])] = None
            elif not chinese and len(token) > 2 and not token.isdigit():
                beginnings[token[:LONGEST_KEY]] = None
    probes = list(beginnings)[:MOST_PROBES]
    found: dict[int, NamedAccount] = {}
    for start in range(0, len(probes), IN_ONE_STATEMENT):
        named = await ctx.tx.accounts.with_prefixes(
            probes[start : start + IN_ONE_STATEMENT], limit=PER_PROBE, reach=reach_of(ctx.viewer)
        )
        found.update((account.id, account) for account in named)
    return list(found.values())


def _matches(
    account: NamedAccount, segments: Sequence[Sequence[str]], capitals: set[str]
) -> Iterator[_Match]:
    """Where a customer's name stands: in full, as people say it, or its first word in Latin."""
    for name in (account.name, *account.aliases):
        forms = Forms(name)
        said = [forms.tokens, forms.core_tokens, tokens_of(forms.proper)]
        if not forms.chinese and forms.core_tokens and forms.core_tokens[0] in capitals:
            said.append(forms.core_tokens[:1])
        for tokens in said:
            weight = len("".join(tokens))
            if weight < (2 if forms.chinese else 3):
                continue
            for number, segment in enumerate(segments):
                for at in range(len(segment) - len(tokens) + 1):
                    if list(segment[at : at + len(tokens)]) == list(tokens):
                        yield _Match(account, number, at, len(tokens), weight)
