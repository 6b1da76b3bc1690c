"""Whatever a message says, every platform accepts it and nobody's words become markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from messages.abilities import ABILITIES, PlaceKind
from messages.i18n import Phrasebook
from messages.lines import quoted
from messages.model import Bullets, Form, Line, Message, Paragraph, Span, Table, plain
from messages.render.check import check_slack, check_wecom
from messages.render.html import html_of_slack, html_of_wecom
from messages.render.slack import render_slack
from messages.render.slack_form import view_of
from messages.render.text import render_text
from messages.render.wecom import render_wecom
from messages.render.wecom_card import key_of
from messages.render.wecom_form_card import UNPICKED, line_of_selection
from messages.render.words import words
from scoring.model import Locale
from tests.messages import strategies

BOOKS = {locale: Phrasebook(locale) for locale in Locale}
WECOM = (
    PlaceKind.WECOM_ROBOT,
    PlaceKind.WECOM_APP,
    PlaceKind.WECOM_APPCHAT,
    PlaceKind.WECOM_AIBOT_GROUP,
    PlaceKind.WECOM_AIBOT_DM,
)
HEARING = tuple(place for place in WECOM if ABILITIES[place].hears)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
books = st.sampled_from(list(BOOKS.values()))


class Tags(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


DRAWN = {
    *("a", "b", "blockquote", "br", "button", "code", "dd", "div", "dl", "dt", "h3", "h4", "hr"),
    *("i", "li", "ol", "p", "pre", "s", "span", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES = {
    *(
        "class",
        "data-action",
        "data-line",
        "data-confirm",
        "data-form",
        "href",
        "rel",
        "scope",
        "tabindex",
    ),
    *("target", "type"),
}


def looks_safe(html: Markup) -> Tags:
    """Asserts that HTML has only what we draw, and answers what it has."""
    parsed = Tags(html)
    for tag, attributes in parsed.tags:
        assert tag in DRAWN
        assert set(attributes) <= ATTRIBUTES
        assert (attributes.get("href") or "https:").startswith(("https:", "http:", "mailto:"))
    return parsed


def mrkdwn_of(value: object) -> Iterator[str]:
    """Every text that Slack will parse."""
    match value:
        case {"type": "mrkdwn", "text": str(text)}:
            yield text
        case dict():
            for item in value.values():
                yield from mrkdwn_of(item)
        case list() | tuple():
            for item in value:
                yield from mrkdwn_of(item)


OURS = re.compile(
    r"\A\*[^*\n]+\*(?=\n|\Z)|<@U0LAN0Z89>|<https?://[^<>|*_~`]+(?:_[^<>|]*)?\|[^<>|]+>"
)


@quick
@given(strategies.messages(strategies.spans), books, st.booleans())
def test_slack_accepts_any_message(message: Message, book: Phrasebook, tables: bool) -> None:
    for number, post in enumerate(render_slack(message, book, tables=tables)):
        payload = post.payload()
        assert check_slack(payload) == []
        assert not re.search("[<>]", payload["text"])
        for text in mrkdwn_of(payload["blocks"]):
            assert not re.search(r"[*~`<>]|&(?!amp;\s)", OURS.sub("", text))
        if number:
            assert all(block["type"] != "actions" for block in payload["blocks"])
        json.dumps(payload, ensure_ascii=False).encode()
        looks_safe(
            html_of_slack(payload, forms={"claim R-42": form} if (form := message.form) else None)
        )


@quick
@given(strategies.messages(strategies.spans), books, st.sampled_from(WECOM), st.booleans())
def test_wecom_accepts_any_message(
    message: Message, book: Phrasebook, place: PlaceKind, with_cards: bool
) -> None:
    payloads = render_wecom(message, place, book, with_cards=with_cards, act_at="@bot")
    assert payloads
    for payload in payloads:
        assert check_wecom(payload, place) == []
        json.dumps(payload, ensure_ascii=False).encode()
        looks_safe(html_of_wecom(payload, place))


@quick
@given(strategies.forms, books, st.sampled_from(HEARING))
def test_wecom_accepts_any_form_and_hears_what_was_picked(
    form: Form, book: Phrasebook, place: PlaceKind
) -> None:
    for payload in render_wecom(Message("x", form=form), place, book):
        assert check_wecom(payload, place) == []
        looks_safe(html_of_wecom(payload, place))
        if "submit_button" not in payload.get("template_card", {}):
            continue
        card = payload["template_card"]
        for asked in card.get("select_list") or [card["checkbox"]]:
            ids = [option["id"] for option in asked["option_list"]]
            said = line_of_selection(
                card["submit_button"]["key"], [(asked["question_key"], ids[-1:])]
            )
            line, _, value = said.partition(f" {asked['question_key']}=")
            assert (line, value) == (form.line, quoted(ids[-1]) if ids[-1] != UNPICKED else "")


@quick
@given(strategies.messages(strategies.spans), books, st.sampled_from(HEARING))
def test_no_button_that_a_card_can_draw_is_lost(
    message: Message, book: Phrasebook, place: PlaceKind
) -> None:
    drawn = str(render_wecom(message, place, book))
    assume(book.t("render.shortened") not in drawn)
    for button in message.buttons:
        assert key_of(button) in drawn or len(button.line) > 1_000  # broken between two parts


@quick
@given(strategies.messages(strategies.spans), books)
def test_a_terminal_shows_any_message_without_control_characters(
    message: Message, book: Phrasebook
) -> None:
    text = render_text(message, book)
    text.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@quick
@given(strategies.forms, books)
def test_slack_accepts_any_form(form: Form, book: Phrasebook) -> None:
    assert check_slack(view_of(form, book)) == []


def folded(text: str) -> str:
    """Text without what a look-alike changes: full-width forms and white space."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in kept if unicodedata.category(letter)[0] not in "ZC")


plain_lines = st.lists(strategies.plain_spans, min_size=1, max_size=3).map(tuple)
STYLES = {
    "a",
    "b",
    "i",
    "s",
    "code",
    "pre",
    "h3",
    "h4",
    "hr",
    "blockquote",
    "table",
    "ol",
    "button",
}


@quick
@given(plain_lines, books, st.sampled_from((*WECOM, PlaceKind.SLACK_CHANNEL)), st.booleans())
def test_plain_words_are_drawn_as_written_and_in_no_style(
    line: Line, book: Phrasebook, place: PlaceKind, listed: bool
) -> None:
    block = Bullets((line,)) if listed else Paragraph(line)
    message = Message("x", (block, Paragraph((Span("end"), Span(" ")))))
    if place is PlaceKind.SLACK_CHANNEL:
        drawn = [html_of_slack(post.payload()) for post in render_slack(message, book)]
    else:
        drawn = [html_of_wecom(each, place) for each in render_wecom(message, place, book)]
    parsed = [looks_safe(html) for html in drawn]
    assert not {tag for page in parsed for tag, _ in page.tags} & STYLES
    assert not any("mention" in str(page.tags) for page in parsed)
    read = folded("".join(page.text for page in parsed)).replace("•", "")
    shortened = folded(book.t("render.shortened"))
    if read.endswith(shortened):
        read = read.removesuffix(shortened)
        assert len(read) > 2_000
        assert folded(words(line)).replace("•", "").startswith(read)
    else:
        assert read == folded(words(line)).replace("•", "") + "end"


@pytest.mark.parametrize("place", WECOM)
@pytest.mark.parametrize("hostile", strategies.HOSTILE)
def test_no_cell_and_no_label_breaks_out(place: PlaceKind, hostile: str) -> None:
    table = Table((hostile, "b"), ((plain(hostile), plain("c")), (plain("d"), plain("e"))))
    for payload in render_wecom(Message("x", (table,)), place, BOOKS[Locale.ZH]):
        parsed = looks_safe(html_of_wecom(payload, place))
        tags = [tag for tag, _ in parsed.tags]
        assert tags.count("table") <= 1
        assert not {"a", "i", "s", "code", "h3", "h4", "blockquote"} & set(tags)
        if "table" in tags:
            assert (tags.count("th"), tags.count("td")) == (2, 4)


def test_a_huge_message_ends_with_a_word_about_what_is_missing() -> None:
    book = BOOKS[Locale.ZH]
    message = Message("x", tuple(Paragraph(plain("很长的备注。" * 2000)) for _ in range(30)))
    for payload in (
        render_slack(message, book)[-1].payload(),
        render_wecom(message, WECOM[0], book)[-1],
    ):
        assert book.t("render.shortened") in json.dumps(payload, ensure_ascii=False)


def test_a_table_of_thousands_of_rows_repeats_its_header_in_each_part() -> None:
    book = BOOKS[Locale.EN]
    rows = tuple((plain(f"Customer {n}"), plain("2026-12-01")) for n in range(250))
    message = Message("Due", (Table(("Customer", "Ends on"), rows),))
    posts = render_slack(message, book)
    assert [len(post.blocks[0]["rows"]) for post in posts] == [100, 100, 53]
    assert all(post.blocks[0]["rows"][0][0]["text"] == "Customer" for post in posts)
    for payload in render_wecom(message, PlaceKind.WECOM_ROBOT, book):
        assert payload["markdown_v2"]["content"].startswith("| Customer | Ends on |\n| --- | --- |")


@pytest.mark.parametrize(
    ("place", "top", "parts"),
    [
        (PlaceKind.WECOM_ROBOT, "| Customer | Ends on |\n| --- | --- |\n| ", 7),
        (PlaceKind.WECOM_APP, "Customer · Ends on\n• ", 8),
        (PlaceKind.WECOM_APPCHAT, "Customer · Ends on\n• ", 8),
        (PlaceKind.WECOM_AIBOT_GROUP, "| Customer | Ends on |\n| --- | --- |\n| ", 2),
        (PlaceKind.WECOM_AIBOT_DM, "| Customer | Ends on |\n| --- | --- |\n| ", 2),
    ],
)
def test_every_part_of_a_long_table_has_its_header_and_whole_rows(
    place: PlaceKind, top: str, parts: int
) -> None:
    names = [f"客户{n:04}👨‍👩‍👧‍👦é" for n in range(500)]
    rows = tuple((plain(name), plain("2026-12-01")) for name in names)
    payloads = render_wecom(
        Message("x", (Table(("Customer", "Ends on"), rows),)), place, BOOKS[Locale.EN]
    )
    assert len(payloads) == parts
    read = ""
    for payload in payloads:
        assert check_wecom(payload, place) == []
        content = payload[payload["msgtype"]]["content"]
        assert content.startswith(top) or content == BOOKS[Locale.EN].t("render.shortened")
        read += content
    shown = [name for name in names if name in read]
    assert shown == names[: len(shown)]
    assert read.count("客户") == len(shown)
