"""Forms as a colleague would hand them over: saying whom they are about, with what is likely in.

Only for places that draw whole forms, at the moment they are opened: a form drawn with a card would
be out of date when somebody fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from handlers.asking import asks, parameter_of
from handlers.context import Context
from handlers.drafts import look_at_draft
from handlers.reading.hours import DEFAULT, OwnHours
from handlers.reading.touches import read_touch
from handlers.registry import Command
from handlers.subjects import Customer, Renewal
from handlers.suggesting import suggestions
from handlers.touched import own_touch
from handlers.yes_no import YesNo
from messages.model import Choice, FieldKind, Form, FormField, Span
from scoring import lifecycle
from scoring.errors import UserError
from scoring.model import Contract, Locale, Movement, TouchKind
from scoring.permissions import Field
from scoring.successors import next_term

FIRST_SNOOZE = timedelta(days=7)

MOST_CONTACTS = 3
"""Names of people at the customer that are reminded of."""

Initial = str | date | None


@dataclass(frozen=True, slots=True)
class _Likely:
    """What a field may begin with."""

    initial: Initial = None
    hint: str = ""
    choices: tuple[Choice, ...] = ()


async def prefilled(
    ctx: Context, command: Command, form: Form, known: Mapping[str, object]
) -> Form:
    """The form with what the book knows of its `known` values."""
    if asks(ctx.place):
        return form
    likely = await _likely(ctx, command, form, known)
    fields = tuple(_begun(field, likely.get(field.name, _Likely())) for field in form.fields)
    return replace(form, fields=fields, intro=form.intro or tuple(_about(ctx, known)))


def _begun(field: FormField, likely: _Likely) -> FormField:
    kind = FieldKind.CHOICE if likely.choices else field.kind
    return replace(
        field,
        kind=kind,
        choices=likely.choices or field.choices,
        initial=field.initial if likely.initial is None else likely.initial,
        hint=likely.hint or field.hint,
    )


async def _likely(
    ctx: Context, command: Command, form: Form, known: Mapping[str, object]
) -> dict[str, _Likely]:
    renewal = next((value for value in known.values() if isinstance(value, Renewal)), None)
    customer = next((value for value in known.values() if isinstance(value, Customer)), None)
    match command.name:
        case "snooze" if renewal is not None:
            return _snooze(ctx, renewal)
        case "won" if renewal is not None:
            return _won(ctx, renewal)
        case "stage" if renewal is not None:
            stages = await suggestions(ctx, command, parameter_of(command, "to"), known)
            return {"to": _Likely(choices=stages)}
        case "assign" if renewal is not None and renewal.team:
            return {"person": _Likely(hint=ctx.t("forms.colleague", team=renewal.team))}
        case "edit" if renewal is not None:
            return _edit(renewal.contract)
        case "log" if customer is not None:
            return await _log(ctx, customer)
        case "file":
            return await _file(ctx, known)
        case "fix":
            return await _fix(ctx, known)
        case "settings":
            return await _settings(ctx, command)
    return {}


def _snooze(ctx: Context, renewal: Renewal) -> dict[str, _Likely]:
    contract = renewal.contract
    last_on = lifecycle.last_snooze_on(
        cancel_by_on=contract.cancel_by_on, ends_on=contract.ends_on, today=ctx.today
    )
    wanted = ctx.today + FIRST_SNOOZE
    if last_on is None or renewal.expansion:
        return {"until": _Likely(wanted)}
    return {"until": _Likely(min(wanted, last_on), ctx.t("forms.at_the_latest", on=last_on))}


def _won(ctx: Context, renewal: Renewal) -> dict[str, _Likely]:
    contract = renewal.contract
    if renewal.expansion:
        return _won_expansion(ctx, renewal)
    term = next_term(contract.starts_on, contract.ends_on, today=ctx.today)
    likely = {"until": _Likely(term.ends_on, ctx.t("forms.next_term_starts", on=term.starts_on))}
    if ctx.shows(Field.AMOUNT, team=renewal.team, owner_id=renewal.owner_id):
        hint = ctx.t("forms.in_currency", currency=contract.currency)
        likely["amount"] = _Likely(_number(contract.arr), hint)
    return likely


def _won_expansion(ctx: Context, renewal: Renewal) -> dict[str, _Likely]:
    """The estimate to start from: whoever won it knows better."""
    opportunity = renewal.opportunity
    likely = {"movement": _Likely(Movement.UPSELL.value)}
    if opportunity and ctx.shows(Field.AMOUNT, team=renewal.team, owner_id=renewal.owner_id):
        hint = ctx.t("forms.in_currency", currency=renewal.contract.currency)
        likely["amount"] = _Likely(_number(opportunity.amount), hint)
    return likely


def _number(amount: Decimal | None) -> Initial:
    return None if amount is None else f"{amount.normalize():f}"


def _edit(contract: Contract) -> dict[str, _Likely]:
    return {
        "ends_on": _Likely(contract.ends_on),
        "starts_on": _Likely(contract.starts_on),
        "arr": _Likely(_number(contract.arr)),
        "notice_days": _Likely(_text(contract.notice_days)),
        "seats": _Likely(_text(contract.seats)),
        "product": _Likely(contract.product),
        "auto_renew": _Likely(YesNo.of(contract.auto_renew).value),
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


async def _log(ctx: Context, customer: Customer) -> dict[str, _Likely]:
    """Who there is to speak with; how is left to the words."""
    known = await ctx.tx.facts.existing("contacts", [customer.account.id], ["name", "left_on"])
    names = sorted(str(row["name"]) for row in known.values() if row["left_on"] is None)
    if not names:
        return {}
    reminded = ctx.phrases.join(names[:MOST_CONTACTS], last="")
    return {"contact": _Likely(hint=ctx.t("forms.contacts", names=reminded))}


async def _file(ctx: Context, known: Mapping[str, object]) -> dict[str, _Likely]:
    """What the message says, before it is known whom it is about."""
    kept = await look_at_draft(ctx, str(known.get("message", "")))
    if kept is None:
        return {}
    on = datetime.fromisoformat(kept["at"] or ctx.now.isoformat()).astimezone(ctx.rules.zone)
    reading = read_touch(kept["text"], today=on.date())
    ahead = reading.next_on if reading.next_on and reading.next_on >= ctx.today else None
    kind = None if reading.kind is TouchKind.NOTE else reading.kind.value
    return {
        "kind": _Likely(kind),
        "contact": _Likely(reading.contact),
        "next_on": _Likely(ahead),
    }


async def _fix(ctx: Context, known: Mapping[str, object]) -> dict[str, _Likely]:
    try:
        touch = await own_touch(ctx, str(known.get("touch", "")))
    except UserError:  # said when the form comes back
        return {}
    return {
        "kind": _Likely(touch.kind.value),
        "contact": _Likely(touch.contact),
        "next_on": _Likely(touch.next_on),
        "note": _Likely(touch.note),
    }


async def _settings(ctx: Context, command: Command) -> dict[str, _Likely]:
    choices = await suggestions(ctx, command, parameter_of(command, "hours"), {})
    own = OwnHours(ctx.viewer.hours)
    speaks = "zh" if ctx.phrases.locale is Locale.ZH else "en"
    return {
        "language": _Likely(speaks),
        "hours": _Likely(str(own) if ctx.viewer.hours else DEFAULT, choices=choices),
    }


def _about(ctx: Context, known: Mapping[str, object]) -> list[Span]:
    """`华为技术有限公司 · 12月16日前通知，1月15日到期`: nobody should fill in another one's form."""
    for value in known.values():
        if isinstance(value, Customer) and value.renewal is None:
            return [Span(value.account.name, bold=True)]
        renewal = value.renewal if isinstance(value, Customer) else value
        if isinstance(renewal, Renewal):
            dates = _dates(ctx, renewal.contract)
            what = renewal.contract.product
            said = "".join(f" · {part}" for part in (what, dates) if part)
            return [Span(renewal.account.name, bold=True), Span(said)]
    return []


def _dates(ctx: Context, contract: Contract) -> str:
    if contract.ends_on is None:
        return ctx.t("card.open_ended")
    ends = ctx.phrases.day(contract.ends_on)
    if contract.cancel_by_on is None:
        return ctx.t("card.short_end", end=ends)
    return ctx.t("card.short_both", notice=ctx.phrases.day(contract.cancel_by_on), end=ends)
