"""The playground draws what the real clients draw, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.html import form_json, html_of_slack, html_of_wecom
from messages.render.slack import render_slack
from messages.render.wecom import render_wecom
from scoring.model import Locale
from tests.messages.examples import alert, digest, lost_form, snooze_form

BOOK = Phrasebook(Locale.EN)


def mrkdwn(text: str) -> str:
    """A section of Slack's markup, drawn."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    html = str(html_of_slack({"text": "x", "blocks": [block]}, names={"U1A": "Ada"}))
    return html.removeprefix('<div class="sl-section"><p>').removesuffix("</p></div>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~ `c`", "<b>b</b> <i>i</i> <s>s</s> <code>c</code>"),
        ("a\nb", "a<br>b"),
        ("<@U1A>", '<span class="sl-mention">@Ada</span>'),
        ("<!channel>", '<span class="sl-mention">@channel</span>'),
        ("&lt;!channel&gt; &amp;", "&lt;!channel&gt; &amp;"),
        ("2*3*4", "2*3*4"),
        ("<javascript:x|y>", "&lt;javascript:x|y&gt;"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_slack_s_markup(text: str, html: str) -> None:
    assert mrkdwn(text) == html


def test_slack_s_links_open_elsewhere() -> None:
    assert mrkdwn("<https://a.example|A>") == (
        '<a href="https://a.example" target="_blank" rel="noopener noreferrer">A</a>'
    )


def test_plain_text_and_raw_elements_stay_text() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "*x*"}},
        {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "<@U1A> _x_"}]}
        ]},
    ]  # fmt: skip
    html = html_of_slack({"text": "x", "blocks": blocks})
    assert (
        html == '<h3 class="sl-header">*x*</h3><div class="sl-rich"><p>&lt;@U1A&gt; _x_</p></div>'
    )


def test_a_post_without_blocks_is_its_text() -> None:
    assert html_of_slack({"text": "*hi*"}) == '<div class="sl-section"><b>hi</b></div>'


def test_a_button_carries_its_line_its_question_and_its_form() -> None:
    (post,) = render_slack(alert(BOOK), BOOK)
    form = snooze_form(BOOK)
    html = str(html_of_slack(post.payload(), forms={form.line: form}))
    assert (
        'class="sl-button primary" data-line="claim R-42" data-action="line:0">Claim</button>'
        in html
    )
    drawn = json.dumps(form_json(form), ensure_ascii=False).replace('"', "&#34;")
    assert f'data-form="{drawn}"' in html
    (post,) = render_slack(digest(BOOK), BOOK)
    assert "&#34;yes&#34;: &#34;Mark lost&#34;" in str(html_of_slack(post.payload()))


def test_a_form_is_described_for_the_page() -> None:
    described = form_json(snooze_form(BOOK))
    assert described["line"] == "snooze R-42"
    assert described["fields"][0] == {
        "name": "until",
        "label": "Until",
        "kind": "date",
        "required": True,
        "hint": "",
        "initial": "2026-12-23",
        "choices": [],
    }


def markdown(text: str, place: PlaceKind, kind: str = "markdown") -> str:
    """WeCom markdown as one kind of place draws it."""
    payload = {"msgtype": kind, kind: {"content": text}}
    html = str(html_of_wecom(payload, place, names={"ada": "Ada"}))
    return html.removeprefix('<div class="wx-md">').removesuffix("</div>")


ROBOT = PlaceKind.WECOM_ROBOT
TABLE = "| a | b |\n| --- | --- |\n| c | d |"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# x", "<h3>x</h3>"),
        ("**b** `c`", "<p><b>b</b> <code>c</code></p>"),
        ("> a\n> b\nc", "<blockquote>a<br>b</blockquote><p>c</p>"),
        ('<font color="info">x</font>', '<p><span class="wx-info">x</span></p>'),
        ('<font color="red">x</font>', "<p>&lt;font color=&#34;red&#34;&gt;x&lt;/font&gt;</p>"),
        ("<@ada>", '<p><span class="wx-mention">@Ada</span></p>'),
        ("- a", "<p>- a</p>"),
        ("*a*", "<p>*a*</p>"),
        ("---", "<p>---</p>"),
        (TABLE, "<p>| a | b |<br>| --- | --- |<br>| c | d |</p>"),
        ("[x](javascript:a)", "<p>x</p>"),
    ],
)
def test_version_1_of_wecom_s_markdown(text: str, html: str) -> None:
    assert markdown(text, ROBOT) == html
    assert markdown(text, PlaceKind.WECOM_APP) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n- b\n1. c", "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"),
        ("*a* ~~b~~", "<p><i>a</i> <s>b</s></p>"),
        ("---", "<hr>"),
        ("<@ada>", "<p>&lt;@ada&gt;</p>"),
        ('<font color="info">x</font>', "<p>&lt;font color=&#34;info&#34;&gt;x&lt;/font&gt;</p>"),
        (
            TABLE,
            '<table tabindex="0"><thead><tr><th scope="col">a</th><th scope="col">b</th></tr>'
            "</thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>",
        ),
    ],
)
def test_version_2_and_the_ai_bot(text: str, html: str) -> None:
    assert markdown(text, ROBOT, "markdown_v2") == html
    assert markdown(text, PlaceKind.WECOM_AIBOT_DM) == html


def test_text_is_text() -> None:
    payload = {"msgtype": "text", "text": {"content": "**a**\n<b>"}}
    html = '<div class="wx-text">**a**<br>&lt;b&gt;</div>'
    assert html_of_wecom(payload, ROBOT) == html


def test_a_form_card_asks_its_own_questions() -> None:
    payload = render_wecom(Message("?", form=lost_form(BOOK)), PlaceKind.WECOM_APP, BOOK)[-1]
    html = str(html_of_wecom(payload, PlaceKind.WECOM_APP))
    assert '<ul class="wx-selects"><li><b>Reason</b>' in html
    assert 'data-line="lost R-42"' in html
    assert "&#34;kind&#34;: &#34;choice&#34;" in html


def test_a_vote_lists_its_options_and_an_acted_on_card_says_what_was_done() -> None:
    vote = {
        "card_type": "vote_interaction",
        "main_title": {"title": "Why?"},
        "checkbox": {"question_key": "why", "mode": 0, "option_list": [{"id": "a", "text": "A"}]},
        "submit_button": {"text": "Send", "key": "lost R-1"},
    }
    html = card_html(vote)
    assert "&#34;kind&#34;: &#34;vote&#34;" in html
    assert 'data-line="lost R-1"' in html
    done = {"card_type": "text_notice", "main_title": {"title": "R-1"}, "replace_text": "Claimed"}
    assert '<button type="button" class="wx-button" disabled="">Claimed</button>' in card_html(done)


def card_html(card: Mapping[str, object]) -> str:
    payload = {"msgtype": "template_card", "template_card": card}
    return str(html_of_wecom(payload, PlaceKind.WECOM_APP))
