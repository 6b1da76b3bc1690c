"""Block Kit: what each block becomes, and where customers' words may stand."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from messages.i18n import Phrasebook
from messages.model import (
    Bullets,
    Button,
    Choice,
    Confirm,
    Divider,
    FieldKind,
    Fields,
    Form,
    FormField,
    Mention,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
    plain,
)
from messages.render.check import check_slack
from messages.render.slack import render_slack
from messages.render.slack_answer import answer_view
from messages.render.slack_form import CALLBACK_ID, line_of_submission, origin_of, view_of
from scoring.model import Locale
from tests.messages.examples import alert, snooze_form

BOOK = Phrasebook(Locale.EN)


def blocks(message: Message, *, tables: bool = True) -> tuple[dict[str, Any], ...]:
    """The blocks of a message that fits one post."""
    (post,) = render_slack(message, BOOK, tables=tables)
    assert check_slack(post.payload()) == []
    return post.blocks


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("华为技术", "mrkdwn"),
        ("¥123.5万 · 12%", "mrkdwn"),
        ("at 09:07", "mrkdwn"),
        ("*Acme*", "plain_text"),
        ("a_b", "plain_text"),
        ("~x", "plain_text"),
        ("`x`", "plain_text"),
        ("<!channel>", "plain_text"),
        ("A & B", "mrkdwn"),
        ("A&B", "plain_text"),
        ("&lt;!channel&gt;", "plain_text"),
        (":tada:", "plain_text"),
        ("- x", "plain_text"),
    ],
)
def test_a_field_is_mrkdwn_only_when_it_means_nothing_there(value: str, kind: str) -> None:
    (section,) = blocks(Message("x", (Fields((("Customer", plain(value)),)),)))
    (field,) = section["fields"]
    assert field["type"] == kind
    shown = field["text"].replace("&amp; ", "& ") if kind == "mrkdwn" else field["text"]
    assert value in shown
    (context,) = blocks(Message("x", (Note(plain(value)),)))
    assert context["elements"][0]["type"] == kind


def test_people_are_mentioned_by_id_and_else_by_name() -> None:
    def drawn(slack_id: str | None) -> object:
        span = Span("", mention=Mention("Ada", slack_id=slack_id))
        (block,) = blocks(Message("x", (Paragraph((span,)),)))
        return block["elements"][0]["elements"][0]

    assert drawn("U012AB3CD") == {"type": "user", "user_id": "U012AB3CD"}
    assert drawn(None) == {"type": "text", "text": "@Ada"}
    assert drawn("U1><!channel") == {"type": "text", "text": "@Ada"}


def test_a_link_that_is_no_web_address_is_text() -> None:
    message = Message("x", (Paragraph((Span("go", link="javascript:alert(1)"),)),))
    assert blocks(message)[0]["elements"][0]["elements"] == [{"type": "text", "text": "go"}]


def test_neighbouring_text_shares_a_block() -> None:
    message = Message("x", (Paragraph(plain("a")), Paragraph(plain("b")), Bullets((plain("c"),))))
    (block,) = blocks(message)
    section, items = block["elements"]
    assert [element["text"] for element in section["elements"]] == ["a", "\n", "b"]
    assert items["type"] == "rich_text_list"


def test_an_empty_message_says_its_summary() -> None:
    (block,) = blocks(Message("Done.", (Paragraph(()), Bullets(((),)))))
    assert block["elements"][0]["elements"] == [{"type": "text", "text": "Done."}]


def test_the_text_of_notifications_is_escaped() -> None:
    (post,) = render_slack(Message("A & B <!channel>"), BOOK)
    assert post.text == "A &amp; B &lt;!channel&gt;"


def test_a_table_can_be_drawn_without_the_table_block() -> None:
    table = Table(("Customer", "ARR"), ((plain("华为技术"), plain("¥9")), (plain("Acme"), ())))
    message = Message("x", (table,))
    (native,) = blocks(message)
    assert native["rows"][2][1] == {"type": "raw_text", "text": "–"}
    (block,) = blocks(message, tables=False)
    (part,) = block["elements"]
    assert part["type"] == "rich_text_preformatted"
    assert part["elements"][0]["text"].splitlines() == [
        "Customer  ARR",
        "--------  ---",
        "华为技术  ¥9",
        "Acme",
    ]


def test_a_modal_shows_each_row_of_a_list_on_two_lines() -> None:
    table = Table(
        ("Customer", "Left", "ARR"),
        ((plain("华为技术"), plain("9 days"), plain("¥9")), (plain("Acme"), (), ())),
    )
    view = answer_view(Message("x", (table,)), BOOK, title="Due")
    assert check_slack(view) == []
    header, *rows = view["blocks"]
    assert header["elements"][0]["text"] == "Customer · Left · ARR"
    parts = [row["elements"][0]["elements"] for row in rows]
    assert [part[0] for part in parts] == [
        {"type": "text", "text": name, "style": {"bold": True}} for name in ("华为技术", "Acme")
    ]
    assert ["".join(each["text"] for each in part) for part in parts] == [
        "华为技术\n9 days · ¥9",
        "Acme",
    ]


def test_a_table_of_21_columns_is_preformatted() -> None:
    table = Table(tuple("abcdefghijklmnopqrstu"), ())
    assert blocks(Message("x", (table,)))[0]["type"] == "rich_text"


def test_a_second_table_goes_into_a_second_post_without_the_buttons() -> None:
    table = Table(("a",), ((plain("b"),),))
    message = Message("x", (table, table), (Button("Claim", "claim R-1"),))
    first, second = render_slack(message, BOOK)
    assert [block["type"] for block in first.blocks] == ["table", "actions"]
    assert [block["type"] for block in second.blocks] == ["table"]


def test_the_51st_block_goes_into_a_second_post() -> None:
    message = Message("x", (Divider(),) * 51, (Button("Claim", "claim R-1"),))
    assert [len(post.blocks) for post in render_slack(message, BOOK)] == [50, 2]


def test_buttons_say_their_line_and_ask_first() -> None:
    asked = Confirm("Sure?", "It is gone.", "Yes", "No")
    form = snooze_form(BOOK)
    message = Message("x", (), (Button("A", "a", confirm=asked), Button("B", "b", form=form)))
    first, second = blocks(message)[-1]["elements"]
    assert (first["action_id"], first["value"]) == ("line:0", "a")
    assert first["confirm"]["deny"]["text"] == "No"
    assert (second["action_id"], second["value"]) == ("form:1", "b")


def test_a_button_whose_line_nobody_could_type_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        kinds = [block["type"] for block in blocks(Message("x", (), (Button("A", "x" * 501),)))]
    assert "actions" not in kinds
    assert "501" in caplog.text


def test_a_message_that_asks_offers_its_form() -> None:
    (block,) = blocks(Message("x", (), form=snooze_form(BOOK)))[1:]
    assert block["elements"][0]["action_id"] == "form:0"
    assert block["elements"][0]["value"] == "snooze R-42"


def test_each_kind_of_question_has_its_control() -> None:
    fields = tuple(FormField(kind.value, kind.value, kind, hint="h") for kind in FieldKind)
    fields += (FormField("pick", "Pick", FieldKind.PERSON, choices=(Choice("Ada", "ada"),)),)
    form = Form("A title longer than allowed", "log R-1", "OK", "No", fields, plain("Why"))
    view = view_of(form, BOOK, origin="C1/1.2")
    assert check_slack(view) == []
    assert view["callback_id"] == CALLBACK_ID
    assert (line_of_submission(view), origin_of(view)) == ("log R-1", "C1/1.2")
    assert view["title"]["text"] == "A title longer than all…"
    intro, *inputs = view["blocks"]
    assert intro["type"] == "rich_text"
    kinds = {block["block_id"]: block["element"]["type"] for block in inputs}
    assert kinds == {
        "line": "plain_text_input",
        "note": "plain_text_input",
        "choice": "plain_text_input",
        "date": "datepicker",
        "person": "users_select",
        "search": "external_select",
        "pick": "static_select",
    }
    assert inputs[1]["element"]["multiline"]
    assert inputs[5]["element"]["action_id"] == "search:search"


def test_what_is_known_already_is_filled_in() -> None:
    def element(kind: FieldKind, initial: str, *choices: str) -> dict[str, Any]:
        picks = tuple(Choice(each, each) for each in choices)
        field = FormField("x", "x", kind, choices=picks, initial=initial)
        drawn: dict[str, Any] = view_of(Form("t", "l", "s", "c", (field,)), BOOK)["blocks"][0][
            "element"
        ]
        return drawn

    assert element(FieldKind.LINE, "a")["initial_value"] == "a"
    assert element(FieldKind.PERSON, "U012AB3CD")["initial_user"] == "U012AB3CD"
    assert "initial_user" not in element(FieldKind.PERSON, "Ada")
    assert element(FieldKind.CHOICE, "b", "a", "b")["initial_option"]["value"] == "b"


def test_the_alert_is_one_post() -> None:
    kinds = [block["type"] for block in blocks(replace(alert(BOOK)))]
    assert kinds == ["header", "section", "rich_text", "context", "actions"]
