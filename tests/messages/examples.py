"""A message as a card makes it, for tests that want to see something real."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from messages.i18n import Phrasebook
from messages.model import (
    Bullets,
    Button,
    ButtonStyle,
    Choice,
    Confirm,
    Divider,
    FieldKind,
    Fields,
    Form,
    FormField,
    Heading,
    Mention,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
    bold,
    plain,
)
from scoring.model import Locale, LossReason, Money

ENDS_ON = date(2026, 12, 23)
OWNER = Mention("张伟", slack_id="U012AB3CD", wecom_id="zhangwei")
TEXTS = {
    Locale.EN: {
        "summary": "华为技术: contract ends in 30 days",
        "why": "Why now: ",
        "because": "three days until the cancel-by date.",
        "customer": "Customer",
        "arr": "ARR",
        "owner": "Owner",
        "ends": "Ends on",
        "usage": "Active use fell by 23% in three months",
        "ticket": " is open for 12 days",
        "source": "Because you own this customer · import of Nov 20",
        "claim": "Claim",
        "snooze": "Snooze",
        "lost": "Mark lost",
        "until": "Until",
        "reason": "Reason",
        "sure": "Mark this renewal as lost?",
        "gone": "It no longer counts as open.",
    },
    Locale.ZH: {
        "summary": "华为技术：合同 30 天后到期",
        "why": "为什么现在：",
        "because": "距最迟通知日还有 3 天。",
        "customer": "客户",
        "arr": "年费",
        "owner": "负责人",
        "ends": "到期日",
        "usage": "近三个月活跃度下降 23%",
        "ticket": " 已 12 天未解决",
        "source": "您是该客户的负责人 · 数据导入于 11月20日",
        "claim": "认领",
        "snooze": "暂缓",
        "lost": "标记流失",
        "until": "暂缓到",
        "reason": "原因",
        "sure": "确定标记为流失？",
        "gone": "该续费将不再计入进行中。",
    },
}


def snooze_form(book: Phrasebook) -> Form:
    """A form with a date and a note: no WeCom card can ask it."""
    text = TEXTS[book.locale]
    return Form(
        title=text["snooze"],
        line="snooze R-42",
        submit=book.t("common.submit"),
        cancel=book.t("common.cancel"),
        fields=(
            FormField("until", text["until"], FieldKind.DATE, initial=ENDS_ON),
            FormField("why", text["reason"], FieldKind.NOTE, required=False),
        ),
    )


def lost_form(book: Phrasebook) -> Form:
    """A form with one choice: a WeCom card can ask it."""
    choices = tuple(Choice(book.label(reason), reason.value) for reason in LossReason)
    text = TEXTS[book.locale]
    return Form(
        title=text["lost"],
        line="lost R-42",
        submit=book.t("common.submit"),
        cancel=book.t("common.cancel"),
        fields=(FormField("reason", text["reason"], FieldKind.CHOICE, choices=choices),),
    )


def long_form(book: Phrasebook, choices: int) -> Form:
    """A form with one list of so many choices."""
    form = lost_form(book)
    listed = tuple(Choice(f"第{n}项", f"P-{n}") for n in range(choices))
    return replace(form, fields=(replace(form.fields[0], choices=listed),))


def optional_form(book: Phrasebook) -> Form:
    """A form whose every field may be left out."""
    form = snooze_form(book)
    return replace(form, fields=tuple(replace(field, required=False) for field in form.fields))


def alert(book: Phrasebook) -> Message:
    """A short alert card with buttons, as most alerts are."""
    text = TEXTS[book.locale]
    arr = Money(Decimal(1235000), "CNY")
    return Message(
        summary=text["summary"],
        blocks=(
            Heading(text["summary"]),
            Fields(
                (
                    (text["customer"], plain("华为技术")),
                    (text["arr"], plain(book.money(arr))),
                    (text["owner"], (Span("", mention=OWNER),)),
                    (text["ends"], plain(f"{book.day(ENDS_ON)} · {book.days_left(30)}")),
                )
            ),
            Paragraph((Span(text["why"], bold=True), Span(text["because"]))),
            Bullets(
                (
                    plain(text["usage"]),
                    (Span("T-12", link="https://desk.example/T-12"), Span(text["ticket"])),
                )
            ),
            Note(plain(text["source"])),
        ),
        buttons=(
            Button(text["claim"], "claim R-42", ButtonStyle.PRIMARY),
            Button(text["snooze"], "snooze R-42", form=snooze_form(book)),
        ),
    )


def digest(book: Phrasebook) -> Message:
    """A long message with a table, a code word, a rule and a button that asks first."""
    text = TEXTS[book.locale]
    asked = Confirm(text["sure"], text["gone"], text["lost"], book.t("common.cancel"))
    rows = (
        (bold("华为技术"), plain(book.day_short(ENDS_ON)), plain("¥123.5万")),
        (plain("Acme | *Inc*"), plain(book.day_short(ENDS_ON)), ()),
    )
    return Message(
        summary=text["summary"],
        blocks=(
            Heading(text["summary"]),
            Table((text["customer"], text["ends"], text["arr"]), rows),
            Divider(),
            Paragraph((Span("show R-42", code=True), Span(" · "), Span("x", muted=True))),
        ),
        buttons=(
            Button(text["claim"], "claim R-42", ButtonStyle.PRIMARY),
            Button(text["lost"], "lost R-42", ButtonStyle.DANGER, confirm=asked),
        ),
    )
