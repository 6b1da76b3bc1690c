"""`add 新星科技 ends_on=2027-03-31`: a contract by hand."""

from __future__ import annotations

import re
from datetime import date

from handlers.adding import NewContract, write_account, write_contract
from handlers.context import Context
from handlers.drafts import keep_draft, take_draft
from handlers.editing import check_term
from handlers.lookup import find_customer
from handlers.reading.money import read_money
from handlers.registry import Group, Text, Word, command
from handlers.replies import said
from handlers.subjects import account_word
from handlers.working import check_may_work
from handlers.yes_no import YesNo
from messages.model import Button, ButtonStyle, Message, Note, plain
from scoring.errors import Ambiguous, BadArgument, NotFound, Option, Refused
from scoring.model import Account, Person, Segment
from scoring.permissions import Right
from storage.people import name_key

_DRAFT = re.compile(r"D-[0-9a-f]{6}", re.IGNORECASE)

LONGEST_NAME = 120


@command("add", right=Right.EDIT_BOOK, group=Group.BOOK, changes=True)
async def add(
    ctx: Context,
    customer: Text,
    *,
    ends_on: date | None = None,
    starts_on: date | None = None,
    product: Text | None = None,
    arr: Word | None = None,
    owner: Person | None = None,
    number: Word | None = None,
    notice_days: int | None = None,
    auto_renew: YesNo | None = None,
    seats: int | None = None,
    segment: Segment | None = None,
) -> Message:
    """Write a contract; a customer that is not in the book is first asked about.

    The question keeps what was typed as a draft, so that its button carries a code and no name.
    """
    if _DRAFT.fullmatch(customer):
        return await _from_draft(ctx, customer)
    check_term(starts_on, ends_on, notice_days)
    money = None if arr is None else read_money(arr, ctx.rules.base_currency)
    if arr is not None and money is None:
        raise BadArgument("error.bad_money", word=arr[:40])
    wanted = NewContract(
        customer=" ".join(customer.split())[:LONGEST_NAME],
        ends_on=ends_on,
        starts_on=starts_on,
        product=product,
        arr=money.amount if money else None,
        currency=money.currency if money else ctx.rules.base_currency,
        owner_id=owner.id if owner else None,
        number=number,
        notice_days=notice_days,
        auto_renew=auto_renew is YesNo.YES,
        seats=seats,
        segment=segment,
    )
    account, alike = await _known(ctx, wanted.customer)
    if account is None:
        ctx.allow(Right.EDIT_BOOK, team=ctx.viewer.team, owner_id=None)
        await _check_owner(ctx, wanted, Account(0, wanted.customer, team=ctx.viewer.team))
        return await _ask(ctx, wanted, alike)
    return await _write(ctx, account, wanted)


async def _known(ctx: Context, name: str) -> tuple[Account | None, list[Option]]:
    """The customer of exactly that name or code, else those that look alike."""
    exact = (await ctx.tx.accounts.by_names([name])).get(name_key(name))
    if exact is not None:
        return exact, []
    try:
        found, _ = await find_customer(ctx, name.split(), whole=True)
    except Ambiguous as fault:
        return None, list(fault.options)
    except NotFound as fault:
        return None, list(fault.nearest)
    if re.fullmatch(r"A-\d+", name, re.IGNORECASE):
        return found, []
    return None, [Option(found.name, account_word(found.id))]


async def _check_owner(ctx: Context, wanted: NewContract, account: Account) -> None:
    owner = await ctx.tx.people.get(wanted.owner_id) if wanted.owner_id else None
    if owner is not None:
        owner_id = account.csm_id or account.account_executive_id
        check_may_work(owner, account, team=account.team, owner_id=owner_id)


async def _ask(ctx: Context, wanted: NewContract, alike: list[Option]) -> Message:
    new = await keep_draft(ctx, wanted.document())
    buttons = [
        Button(ctx.t("add.create"), f"add {new}", style=ButtonStyle.PRIMARY),
    ]
    for option in alike[:4]:
        code = await keep_draft(ctx, {**wanted.document(), "customer": option.word})
        buttons.append(Button(option.label, f"add {code}"))
    hint = ctx.t("add.alike") if alike else ctx.t("add.check_name")
    return said(
        ctx.t("add.new_customer", name=wanted.customer),
        Note(plain(hint)),
        buttons=tuple(buttons),
    )


async def _from_draft(ctx: Context, code: str) -> Message:
    document = await take_draft(ctx, code)
    if document is None:
        raise NotFound("add.no_draft")
    wanted = NewContract.of(document)
    account, _ = await _known(ctx, wanted.customer)
    if account is None:
        ctx.allow(Right.EDIT_BOOK, team=ctx.viewer.team, owner_id=None)
        account = await write_account(ctx, wanted)
    return await _write(ctx, account, wanted)


async def _write(ctx: Context, account: Account, wanted: NewContract) -> Message:
    ctx.allow(
        Right.EDIT_BOOK,
        team=account.team,
        owner_id=account.csm_id or account.account_executive_id,
    )
    if wanted.number and await ctx.tx.contracts.by_no(wanted.number) is not None:
        raise Refused("error.number_taken", number=wanted.number[:60])
    await _check_owner(ctx, wanted, account)
    contract = await write_contract(ctx, account, wanted)
    notes = []
    if wanted.segment is not None and wanted.segment is not account.segment:
        segment = ctx.phrases.label(account.segment)
        sentence = ctx.t("add.segment_kept", account=account.name, segment=segment)
        notes.append(Note(plain(sentence)))
    key = "add.done" if contract.ends_on else "add.done_open_ended"
    return said(
        ctx.t(key, number=contract.contract_no, account=account.name, on=contract.ends_on),
        *notes,
        buttons=(
            Button(ctx.t("button.edit"), f"edit C#{contract.id}"),
            Button(ctx.t("button.show"), f"show C#{contract.id}"),
        ),
    )
