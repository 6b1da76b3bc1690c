"""Finding the customer or the renewal that a chat line is about.

Candidates come from the index of search keys, a bounded number of them in one statement; the
fuzzy comparison only sees those. Nobody finds a customer they may not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz, process

from handlers.context import Context
from handlers.lookup_codes import account_of, by_code_or_number, renewal_label
from handlers.lookup_people import resolve_person
from handlers.lookup_ranking import (
    Grade,
    Hit,
    probes,
    rank,
    rivals,
    whole_words,
    wider_probes,
    winner,
)
from handlers.naming import Forms
from handlers.subjects import Customer, Renewal, account_word
from scoring.errors import Ambiguous, Forbidden, NotFound, Option
from scoring.model import Account, ContractStatus, OpportunityKind
from scoring.permissions import Right, reach_of
from storage.accounts import NamedAccount

__all__ = ["find_customer", "resolve_person", "resolve_renewal"]

PER_PROBE = 60
"""Candidates taken per key prefix; more cannot be told apart by a person either."""

SMALL_BOOK = 20_000
"""Up to so many customers every name is compared when the index finds nothing."""

SCANNED_BEST = 40
"""So many of the closest names of a small book are compared in every form."""

LONGEST_RUN = 6
"""Words of a name that are tried together when something follows it."""

MOST_OPTIONS = 6
"""Buttons to pick from; as many as a WeCom card draws."""


async def find_customer(ctx: Context, words: Sequence[str], *, whole: bool) -> tuple[Account, int]:
    """The customer that the words name, and how many of them; by code, number or name."""
    called = await by_code_or_number(ctx, words, whole=whole, named_first=True)
    if called is not None:
        return called[0].account, called[1]
    hit, used = await _named(ctx, words, whole=whole)
    return await account_of(ctx, hit.id), used


async def resolve_renewal(
    ctx: Context, words: Sequence[str], *, whole: bool
) -> tuple[Renewal, int]:
    """The renewal that the words name: `R-56`, a contract, or a customer's only running term."""
    called = await by_code_or_number(ctx, words, whole=whole)
    if called is not None:
        subject, used = called
        if isinstance(subject, Renewal):
            return subject, used
        return await _of_customer(ctx, subject.account, used), used
    hit, used = await _named(ctx, words, whole=whole)
    return await _of_customer(ctx, await account_of(ctx, hit.id), used), used


async def _of_customer(ctx: Context, account: Account, used: int) -> Renewal:
    """The customer's running term; nothing of the customer is named before the door was passed."""
    contracts = await ctx.tx.contracts.of_account(account.id)
    open_by_contract = {
        opportunity.contract_id: opportunity
        for opportunity in reversed(await ctx.tx.opportunities.of_account(account.id, limit=100))
        if opportunity.kind is OpportunityKind.RENEWAL
    }
    reach = reach_of(ctx.viewer)
    renewals = [
        renewal
        for contract in contracts
        for renewal in (Renewal(contract, account, open_by_contract.get(contract.id)),)
        if reach.covers(team=renewal.team, owner_id=renewal.owner_id)
    ]
    if not renewals:
        customer = Customer(account)
        ctx.allow(Right.READ_BOOK, team=customer.team, owner_id=customer.owner_id)
        if contracts:  # a customer of ours whose every term is another team's
            raise Forbidden("error.forbidden_team", team=contracts[0].team or "")
        raise NotFound("error.no_contracts", account=account.name)
    running = [r for r in renewals if r.contract.status is ContractStatus.ACTIVE]
    if not running:
        return renewals[0]
    if len(running) == 1:
        return running[0]
    running.sort(key=lambda r: r.contract.countdown_on or date.max)
    raise Ambiguous(
        "error.which_renewal",
        account=account.name,
        used=used,
        options=[Option(renewal_label(ctx, r), r.word) for r in running[:MOST_OPTIONS]],
    )


async def _named(ctx: Context, words: Sequence[str], *, whole: bool) -> tuple[NamedAccount, int]:
    if whole:
        return await _by_name(ctx, " ".join(words), len(words)), len(words)
    run = await _longest_run(ctx, words[:LONGEST_RUN])
    if run is not None:
        return run
    return await _by_name(ctx, words[0], 1), 1


async def _longest_run(ctx: Context, words: Sequence[str]) -> tuple[NamedAccount, int] | None:
    """The customer whose name as many words as possible spell out, in full or word by word."""
    runs = [Forms(" ".join(words[:size])) for size in range(len(words), 1, -1)]
    keys = list(dict.fromkeys(form.core[:24] for form in runs if form.core))
    candidates = await ctx.tx.accounts.with_prefixes(
        keys, limit=PER_PROBE, reach=reach_of(ctx.viewer)
    )
    for typed in runs if candidates else ():
        size = len(words) - runs.index(typed)
        hits = [
            hit
            for hit in rank(typed, candidates)
            if hit.grade <= Grade.SAID or whole_words(typed, hit.account.name)
        ]
        if hits:
            return _pick(ctx, typed.name, hits, size), size
    return None


async def _by_name(ctx: Context, name: str, used: int) -> NamedAccount:
    typed = Forms(name)
    if not typed.full:
        raise NotFound("error.no_such_customer", name=name[:60], used=used)
    reach = reach_of(ctx.viewer)
    hits = rank(
        typed,
        await ctx.tx.accounts.with_prefixes(probes(typed), limit=PER_PROBE, reach=reach),
    )
    if hits and hits[0].grade < Grade.ALIKE:
        return _pick(ctx, name, hits, used)
    await _refuse_foreign(ctx, typed)
    wider = wider_probes(typed)
    hits = rank(typed, await ctx.tx.accounts.with_prefixes(wider, limit=PER_PROBE, reach=reach))
    if not rivals(hits):
        hits = await _scanned(ctx, typed) or hits
    return _pick(ctx, name, hits, used)


async def _refuse_foreign(ctx: Context, typed: Forms) -> None:
    """Say "another team's" instead of "not found" to whoever names it exactly."""
    if reach_of(ctx.viewer).every_team:
        return
    for account in await ctx.tx.accounts.exact(typed.core[:24]):
        if rank(typed, [account])[:1] and rank(typed, [account])[0].grade is Grade.EXACT:
            ctx.allow(Right.READ_BOOK, team=account.team, owner_id=account.owner_id)


async def _scanned(ctx: Context, typed: Forms) -> list[Hit]:
    if await ctx.tx.accounts.last_id() > SMALL_BOOK:
        return []
    names = await ctx.tx.accounts.some_names(limit=SMALL_BOOK)
    reach = reach_of(ctx.viewer)
    readable = [n for n in names if reach.covers(team=n.team, owner_id=n.owner_id)]
    closest = process.extract(
        typed.core,
        [account.name.casefold() for account in readable],
        scorer=fuzz.WRatio,
        limit=SCANNED_BEST,
    )
    return rank(typed, [readable[at] for _, _, at in closest])


def _pick(ctx: Context, name: str, hits: Sequence[Hit], used: int) -> NamedAccount:
    best = winner(hits)
    # What changes something is not done to a customer whose name was only typed alike.
    if best is not None and not (ctx.changes and best.grade is Grade.ALIKE):
        return best.account
    several = rivals(hits)
    if several and best is None:
        raise Ambiguous(
            "error.which_customer",
            name=name[:60],
            used=used,
            options=[_option(hit) for hit in several[:MOST_OPTIONS]],
        )
    raise NotFound(
        "error.no_such_customer",
        name=name[:60],
        used=used,
        nearest=[_option(hit) for hit in hits[:3]],
    )


def _option(hit: Hit) -> Option:
    return Option(hit.account.name, account_word(hit.account.id))
