"""What Slack's client draws besides plain messages: controls, views, previews."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from messages.i18n import Phrasebook
from messages.render.html_slack import slack_blocks, slack_preview
from messages.render.html_slack_view import view_json
from messages.render.slack_form import view_of
from scoring.model import Locale
from tests.messages.examples import lost_form, snooze_form

NAMES = {"U1A": "Ada", "C1E": "renewals-east"}


def drawn(*blocks: dict[str, Any]) -> str:
    """Blocks as the client draws them."""
    return str(slack_blocks({"blocks": list(blocks)}, {}, NAMES))


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def element_of(html: str) -> dict[str, Any]:
    """What the page is told of the one control in it."""
    (found,) = re.findall(r'data-element="([^"]*)"', html)
    told: dict[str, Any] = json.loads(unescape(found))
    return told


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("<#C1E>", '<span class="sl-mention">#renewals-east</span>'),
        ("<#C9|other>", '<span class="sl-mention">#other</span>'),
        ("<!subteam^S1|@east>", '<span class="sl-mention">@east</span>'),
        ("<!date^1700000000^{date_short}|14 Nov>", "14 Nov"),
        (":pushpin: at 10:30:45 :none_such:", "📌 at 10:30:45 :none_such:"),
        ("```a < b```".replace("<", "&lt;"), "<pre>a &lt; b</pre>"),
    ],
)
def test_entities_that_people_s_own_messages_have(words: str, html: str) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
    assert html in drawn(block)


def test_a_control_is_handed_to_the_page_as_it_is_with_the_colleagues_it_offers() -> None:
    select = {"type": "users_select", "action_id": "owner", "initial_user": "U1A"}
    html = drawn({"type": "actions", "block_id": "b1", "elements": [select]})
    assert 'data-block="b1" data-action="owner"' in html
    assert ">Ada</span>" in html
    assert element_of(html) == {**select, "known": [{"label": "Ada", "value": "U1A"}]}


def test_an_accessory_stands_beside_its_section_and_asks_before_it_acts() -> None:
    confirm = {
        "title": text("Sure?"),
        "text": text("It ends."),
        "confirm": text("End"),
        "deny": text("Keep"),
        "style": "danger",
    }
    option = {"text": text("End it"), "value": "lost R-1"}
    menu = {"type": "overflow", "action_id": "more", "options": [option], "confirm": confirm}
    html = drawn({"type": "section", "text": text("R-1"), "accessory": menu})
    assert '<div class="sl-section sl-beside"><div><p>R-1</p></div>' in html
    assert element_of(html)["confirm"] == {
        "title": "Sure?",
        "text": "It ends.",
        "yes": "End",
        "no": "Keep",
        "danger": True,
    }


def test_a_question_carries_its_label_its_hint_and_whether_it_may_stay_empty() -> None:
    block = {
        "type": "input",
        "block_id": "note",
        "label": text("<b>Note</b>"),
        "hint": text("One line"),
        "optional": True,
        "element": {"type": "plain_text_input", "action_id": "note", "multiline": True},
    }
    html = drawn(block)
    assert html.startswith('<div class="sl-input" data-input="note" data-optional="">')
    assert '<label class="sl-label">&lt;b&gt;Note&lt;/b&gt;</label>' in html
    assert '<p class="sl-hint">One line</p>' in html
    assert element_of(html)["multiline"] is True


@pytest.mark.parametrize("locale", list(Locale))
def test_the_forms_of_the_product_are_drawn_with_every_field(locale: Locale) -> None:
    book = Phrasebook(locale)
    for form in (lost_form(book), snooze_form(book)):
        view = {**view_of(form, book), "id": "V1", "hash": "1.a"}
        told = view_json(view, NAMES)
        assert (told["id"], told["hash"], told["title"]) == ("V1", "1.a", form.title)
        assert (told["submit"], told["close"]) == (form.submit, form.cancel)
        assert told["html"].count("sl-input") == len(form.fields)
        assert told["payload"] is view


def test_a_view_without_a_button_has_no_word_for_it() -> None:
    told = view_json({"type": "modal", "title": text("Loading"), "blocks": []}, {})
    assert (told["submit"], told["close"]) == ("", "")


def test_links_and_pictures_load_nothing() -> None:
    link = {"type": "button", "text": text("Open"), "url": "https://a.example/c/A-1"}
    html = drawn(
        {"type": "actions", "elements": [link]},
        {"type": "image", "image_url": "https://a.example/p.png", "alt_text": "usage"},
    )
    assert "p.png" not in html
    assert '<span class="sl-picture" role="img">usage</span>' in html
    assert 'href="https://a.example/c/A-1"' in html


def test_a_preview_stands_beside_its_bar() -> None:
    html = slack_preview({"blocks": [{"type": "header", "text": text("华为")}]}, {})
    assert html == '<div class="sl-preview"><h3 class="sl-header">华为</h3></div>'
