"""What a code or a contract number names; where the two disagree, the person is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.context import Context
from handlers.naming import LONGEST_KEY, Forms
from handlers.reading.digits import halfwidth
from handlers.subjects import Customer, Renewal
from scoring.errors import Ambiguous, NotFound, Option
from scoring.model import Account, Contract, Opportunity
from scoring.permissions import reach_of
from storage.contracts import number_key

LONGEST_NUMBER = 6
"""Words of a contract number that are tried together when something follows it."""

_CODE = re.compile(r"([ACER])-(\d{1,15})|([ACE])?#(\d{1,15})", re.IGNORECASE)

Subject = Renewal | Customer


async def by_code_or_number(
    ctx: Context, words: Sequence[str], *, whole: bool, named_first: bool = False
) -> tuple[Subject, int] | None:
    """What the first words name: `A-12`, `C-34`, `R-56`, `E-57`, `#56`, `56`, `HT-1`, `HT 1`.

    Buttons that must be sure write ids with `#`: `C#34` is the contract with id 34, whatever is
    numbered C-34. With `named_first`, a customer called by a mere number is meant by it.
    """
    word = _bare(words[0])
    numbered, used = await _numbered(ctx, words, whole=whole)
    if numbered is None:
        if named_first and _is_number(word):
            named = await _named(ctx, word)
            if named is not None:
                return named, 1
        coded = await _coded(ctx, word)
        return None if coded is None else (coded, 1)
    found: list[Subject] = [numbered]
    if used == 1:
        found += [one for one in (await _coded(ctx, word, strict=False),) if one is not None]
    named = await _named(ctx, " ".join(words[:used]))
    found += [] if named is None else [named]
    return _the_one(ctx, " ".join(words[:used]), found, used), used


def _the_one(ctx: Context, typed: str, found: Sequence[Subject], used: int) -> Subject:
    """The only thing meant; Ambiguous when there are several that this viewer may read."""
    first = found[0]
    others = [one for one in found[1:] if not _same(first, one)]
    reach = reach_of(ctx.viewer)
    seen = [one for one in (first, *others) if reach.covers(team=one.team, owner_id=one.owner_id)]
    if len(seen) < 2:
        return (seen or [first])[0]
    raise Ambiguous(
        "error.which_meant",
        name=typed[:60],
        used=used,
        options=[_option(ctx, one) for one in seen],
    )


def _same(one: Subject, other: Subject) -> bool:
    if isinstance(one, Renewal) and isinstance(other, Renewal):
        return one.contract.id == other.contract.id and one.expansion == other.expansion
    return one.account.id == other.account.id


def _option(ctx: Context, one: Subject) -> Option:
    if isinstance(one, Customer):
        return Option(one.account.name, f"A#{one.account.id}")
    return Option(renewal_label(ctx, one), _sure_word(one))


def _sure_word(renewal: Renewal) -> str:
    opportunity = renewal.opportunity
    if opportunity is not None and opportunity.expansion:
        return f"E#{opportunity.id}"
    return f"C#{renewal.contract.id}"


def renewal_label(ctx: Context, renewal: Renewal) -> str:
    """A renewal among others: customer, what was sold, until when."""
    contract = renewal.contract
    what = contract.product or contract.contract_no
    ends = ctx.phrases.day(contract.ends_on) if contract.ends_on else ctx.t("card.open_ended")
    label = " · ".join((renewal.account.name, what, ends))
    return ctx.t("expansion.of", what=label) if renewal.expansion else label


async def _numbered(
    ctx: Context, words: Sequence[str], *, whole: bool
) -> tuple[Renewal | None, int]:
    """The contract whose number as many of the first words as possible spell out."""
    longest = len(words) if whole else min(len(words), LONGEST_NUMBER)
    sizes = [size for size in range(longest, 0, -1) if not whole or size in (1, longest)]
    typed = {size: _bare(" ".join(words[:size])) for size in sizes}
    code = _CODE.fullmatch(typed[1])
    if code and code[4]:  # an id, not a number
        return None, 1
    known = await ctx.tx.contracts.known_numbers(typed.values())
    for size in sizes:
        if number_key(typed[size]) in known:
            contract = await ctx.tx.contracts.by_no(typed[size])
            if contract is not None:
                return await renewal_of(ctx, contract), size
    return None, 1


async def _coded(ctx: Context, word: str, *, strict: bool = True) -> Subject | None:
    """What a code names; NotFound for one that names nothing, where it is `strict`."""
    code = _CODE.fullmatch(word)
    kind = (code[1] or code[3] or "R").upper() if code else ""
    number = int(code[2] or code[4]) if code else int(word) if _is_number(word) else 0
    tx = ctx.tx
    if kind == "A":
        account = await tx.accounts.get(number)
        if account is not None:
            return Customer(account)
    if kind in ("R", "E") or (number and not code):
        opportunity = await tx.opportunities.get(number)
        # `#56` and `56` are whatever has that number; letters are meant.
        if opportunity and code and (code[1] or code[3]) and opportunity.code[0] != kind:
            opportunity = None
        contract = await tx.contracts.get(opportunity.contract_id) if opportunity else None
        if contract is not None:
            return await renewal_of(ctx, contract, opportunity)
    if kind == "C":
        contract = await tx.contracts.get(number)
        if contract is not None:
            return await renewal_of(ctx, contract)
    if code and strict:
        raise NotFound("error.no_such_code", code=word[:40].upper())
    return None


async def _named(ctx: Context, typed: str) -> Customer | None:
    """The only customer of exactly that name."""
    core = Forms(typed).core
    called_so = await ctx.tx.accounts.exact(core[:LONGEST_KEY]) if core else []
    if len(called_so) == 1 and Forms(called_so[0].name).core == core:
        return Customer(await account_of(ctx, called_so[0].id))
    return None


async def renewal_of(
    ctx: Context, contract: Contract, opportunity: Opportunity | None = None
) -> Renewal:
    """A contract with its customer and, where it is open, its opportunity."""
    return Renewal(
        contract=contract,
        account=await account_of(ctx, contract.account_id),
        opportunity=opportunity or await ctx.tx.opportunities.of_contract(contract.id),
    )


async def account_of(ctx: Context, account_id: int) -> Account:
    """A customer by id; NotFound when it is gone."""
    account = await ctx.tx.accounts.get(account_id)
    if account is None:
        raise NotFound("error.no_such_code", code=f"A-{account_id}")
    return account


def _bare(text: str) -> str:
    return halfwidth(text).strip(".,;:!?，。；：、！？")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15
