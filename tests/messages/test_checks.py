"""The checks find what a platform would refuse, one seeded fault at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.check import check_slack, check_wecom
from messages.render.slack import render_slack
from messages.render.slack_form import view_of
from messages.render.wecom import render_wecom
from scoring.model import Locale
from tests.messages.examples import alert, digest, long_form, lost_form

BOOK = Phrasebook(Locale.EN)
Json = dict[str, Any]


def plain_text(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def a_post() -> Json:
    """A message with a block of every kind."""
    short, table = render_slack(alert(BOOK), BOOK)[0], render_slack(digest(BOOK), BOOK)[0]
    blocks = [*short.blocks, table.blocks[1]]
    return copy.deepcopy({"text": short.text, "blocks": blocks})


def a_view() -> Json:
    """A modal with a select."""
    return copy.deepcopy(view_of(lost_form(BOOK), BOOK))


def a_card() -> Json:
    """An app card with buttons."""
    return copy.deepcopy(render_wecom(alert(BOOK), PlaceKind.WECOM_APP, BOOK)[0])


def a_form_card() -> Json:
    """An app card with a select."""
    message = Message("?", form=lost_form(BOOK))
    return copy.deepcopy(render_wecom(message, PlaceKind.WECOM_APP, BOOK)[-1])


def block(post: Json, kind: str) -> Json:
    """The first block of a kind."""
    return next(each for each in post["blocks"] if each["type"] == kind)


def button(post: Json) -> Json:
    """The first button."""
    found: Json = block(post, "actions")["elements"][0]
    return found


def option(card: Json) -> Json:
    """The first option of a form card."""
    found: Json = card["select_list"][0]["option_list"][0]
    return found


def a_vote() -> Json:
    """An app card with a list too long for a select."""
    message = Message("?", form=long_form(BOOK, 20))
    return copy.deepcopy(render_wecom(message, PlaceKind.WECOM_APP, BOOK)[-1])


Spoil = Callable[[Json], object]

POSTS: list[tuple[str, Spoil]] = [
    ("51 blocks", lambda p: p.update(blocks=[{"type": "divider"}] * 51)),
    ("no blocks", lambda p: p.update(blocks=[])),
    ("an unknown block", lambda p: p["blocks"].append({"type": "chart"})),
    ("an input in a message", lambda p: p["blocks"].append(a_view()["blocks"][0])),
    ("an empty text", lambda p: p.update(text="")),
    ("a long text", lambda p: p.update(text="x" * 4001)),
    ("a mention in the text", lambda p: p.update(text="<!channel>")),
    ("a long header", lambda p: block(p, "header").update(text=plain_text("x" * 151))),
    ("an emoji header", lambda p: block(p, "header").update(text=plain_text("👍" * 76))),
    ("a header in mrkdwn", lambda p: block(p, "header")["text"].update(type="mrkdwn")),
    ("a long field", lambda p: block(p, "section")["fields"][0].update(text="x" * 2001)),
    ("eleven fields", lambda p: block(p, "section").update(fields=[plain_text("x")] * 11)),
    ("a section of nothing", lambda p: block(p, "section").pop("fields")),
    ("a raw < in mrkdwn", lambda p: block(p, "section")["fields"][0].update(text="a < b")),
    ("a broadcast", lambda p: block(p, "section")["fields"][0].update(text="<!here>")),
    ("eleven notes", lambda p: block(p, "context").update(elements=[plain_text("x")] * 11)),
    ("an empty note", lambda p: block(p, "context").update(elements=[plain_text("")])),
    ("26 buttons", lambda p: block(p, "actions").update(elements=[button(p)] * 26)),
    ("no buttons", lambda p: block(p, "actions").update(elements=[])),
    ("a long button", lambda p: button(p).update(text=plain_text("x" * 76))),
    ("a long value", lambda p: button(p).update(value="x" * 2001)),
    ("an unknown style", lambda p: button(p).update(style="plain")),
    ("an action twice", lambda p: block(p, "actions")["elements"].append(button(p))),
    ("a block id twice", lambda p: [each.update(block_id="b") for each in p["blocks"]]),
    ("a long block id", lambda p: p["blocks"][0].update(block_id="x" * 256)),
    ("a confirm without text", lambda p: button(p).update(confirm={"title": plain_text("?")})),
    ("101 rows", lambda p: block(p, "table").update(rows=block(p, "table")["rows"][:1] * 101)),
    ("21 columns", lambda p: block(p, "table").update(rows=[[{"type": "raw_text", "text": "x"}] * 21])),
    ("uneven rows", lambda p: block(p, "table")["rows"][0].pop()),
    ("an empty cell", lambda p: block(p, "table")["rows"][1].__setitem__(0, {"type": "raw_text", "text": ""})),
    ("two tables", lambda p: p["blocks"].append(block(p, "table"))),
    ("an empty rich text", lambda p: block(p, "rich_text").update(elements=[])),
    ("an empty part", lambda p: block(p, "rich_text")["elements"][0].update(elements=[])),
    ("an unknown element", lambda p: block(p, "rich_text")["elements"][0]["elements"].append({"type": "x"})),
    ("too much in all", lambda p: p["blocks"].extend(
        {"type": "section", "text": plain_text("x" * 3000)} for _ in range(5)
    )),
]  # fmt: skip

VIEWS: list[tuple[str, Spoil]] = [
    ("an input without submit", lambda v: v.pop("submit")),
    ("no title", lambda v: v.pop("title")),
    ("a long title", lambda v: v.update(title=plain_text("x" * 25))),
    ("a table", lambda v: v["blocks"].append({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]})),
    ("long metadata", lambda v: v.update(private_metadata="x" * 3001)),
    ("no options", lambda v: v["blocks"][0]["element"].update(options=[])),
    ("101 options", lambda v: v["blocks"][0]["element"].update(
        options=v["blocks"][0]["element"]["options"][:1] * 101
    )),
    ("an option of 76", lambda v: v["blocks"][0]["element"]["options"][0].update(text=plain_text("x" * 76))),
    ("a value of 151", lambda v: v["blocks"][0]["element"]["options"][0].update(value="x" * 151)),
    ("an initial option of its own", lambda v: v["blocks"][0]["element"].update(initial_option={})),
    ("an unknown element", lambda v: v["blocks"][0]["element"].update(type="slider")),
    ("a block id twice", lambda v: v["blocks"].append(v["blocks"][0])),
    ("a view of 250 kB", lambda v: v["blocks"].extend(
        {"type": "section", "text": plain_text("续" * 3000)} for _ in range(30)
    )),
]  # fmt: skip


def test_good_payloads_have_no_faults() -> None:
    assert check_slack(a_post()) == []
    assert check_slack(a_view()) == []
    assert check_wecom(a_card(), PlaceKind.WECOM_APP) == []
    assert check_wecom(a_form_card(), PlaceKind.WECOM_APP) == []


@pytest.mark.parametrize(("fault", "spoil"), POSTS, ids=[name for name, _ in POSTS])
def test_a_fault_in_a_slack_message_is_found(fault: str, spoil: Spoil) -> None:
    post = a_post()
    spoil(post)
    assert check_slack(post)


@pytest.mark.parametrize(("fault", "spoil"), VIEWS, ids=[name for name, _ in VIEWS])
def test_a_fault_in_a_modal_is_found(fault: str, spoil: Spoil) -> None:
    view = a_view()
    spoil(view)
    assert check_slack(view)


CARDS: list[tuple[str, Spoil]] = [
    ("no task", lambda c: c.pop("task_id")),
    ("a task with a space", lambda c: c.update(task_id="a b")),
    ("a task of 129", lambda c: c.update(task_id="x" * 129)),
    ("seven buttons", lambda c: c.update(button_list=c["button_list"][:1] * 7)),
    ("no buttons", lambda c: c.update(button_list=[])),
    ("a long key", lambda c: c["button_list"][0].update(key="续" * 342)),
    ("an empty button", lambda c: c["button_list"][0].update(text="")),
    ("a long button", lambda c: c["button_list"][0].update(text="续" * 11)),
    ("a select beside the buttons", lambda c: c.update(select_list=[])),
    ("style 5", lambda c: c["button_list"][0].update(style=5)),
    ("seven pairs", lambda c: c.update(horizontal_content_list=[{"keyname": "x"}] * 7)),
    ("a nameless pair", lambda c: c.update(horizontal_content_list=[{"value": "x"}])),
    ("a long value", lambda c: c.update(horizontal_content_list=[{"keyname": "x", "value": "续" * 31}])),
    ("four jumps", lambda c: c.update(jump_list=[{}] * 4)),
    ("a long title", lambda c: c["main_title"].update(title="续" * 37)),
    ("a long desc", lambda c: c["main_title"].update(desc="续" * 45)),
    ("a long sub title", lambda c: c.update(sub_title_text="续" * 161)),
    ("no title at all", lambda c: [c.pop("main_title"), c.pop("sub_title_text", None)]),
    ("an unknown type", lambda c: c.update(card_type="news")),
    ("a notice without action", lambda c: c.update(card_type="text_notice")),
]  # fmt: skip
FORM_CARDS: list[tuple[str, Spoil]] = [
    ("no submit", lambda c: c.pop("submit_button")),
    ("four selects", lambda c: c.update(select_list=c["select_list"] * 4)),
    ("a question twice", lambda c: c.update(select_list=c["select_list"] * 2)),
    ("eleven options", lambda c: c["select_list"][0].update(
        option_list=[{"id": str(n), "text": "x"} for n in range(11)]
    )),
    ("no options", lambda c: c["select_list"][0].update(option_list=[])),
    ("an option twice", lambda c: c["select_list"][0].update(option_list=[{"id": "a", "text": "x"}] * 2)),
    ("an option without text", lambda c: option(c).update(text="")),
    ("a long option", lambda c: option(c).update(text="续" * 17)),
    ("an option id of 129 bytes", lambda c: option(c).update(id="续" * 43)),
    ("nothing picked that is an option", lambda c: c["select_list"][0].update(selected_id="nobody")),
    ("a question without key", lambda c: c["select_list"][0].update(question_key="")),
    ("a long question key", lambda c: c["select_list"][0].update(question_key="续" * 342)),
    ("a long title of a select", lambda c: c["select_list"][0].update(title="续" * 27)),
    ("a long submit", lambda c: c["submit_button"].update(text="续" * 11)),
    ("a long submit key", lambda c: c["submit_button"].update(key="续" * 342)),
    ("no task", lambda c: c.pop("task_id")),
    ("buttons beside the selects", lambda c: c.update(button_list=[{"text": "x", "key": "x"}])),
    ("a vote of nothing", lambda c: c.update(card_type="vote_interaction")),
]  # fmt: skip
VOTES: list[tuple[str, Spoil]] = [
    ("no task", lambda c: c.pop("task_id")),
    ("no list", lambda c: c.pop("checkbox")),
    ("21 options", lambda c: c["checkbox"].update(
        option_list=[{"id": str(n), "text": "x"} for n in range(21)]
    )),
    ("an option twice", lambda c: c["checkbox"]["option_list"].append(c["checkbox"]["option_list"][0])),
    ("no question key", lambda c: c["checkbox"].pop("question_key")),
    ("mode 2", lambda c: c["checkbox"].update(mode=2)),
    ("no submit", lambda c: c.pop("submit_button")),
    ("selects beside it", lambda c: c.update(select_list=[])),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "spoil"), CARDS, ids=[name for name, _ in CARDS])
def test_a_fault_in_a_card_is_found(fault: str, spoil: Spoil) -> None:
    payload = a_card()
    spoil(payload["template_card"])
    assert check_wecom(payload, PlaceKind.WECOM_APP)


@pytest.mark.parametrize(("fault", "spoil"), FORM_CARDS, ids=[name for name, _ in FORM_CARDS])
def test_a_fault_in_a_form_card_is_found(fault: str, spoil: Spoil) -> None:
    payload = a_form_card()
    spoil(payload["template_card"])
    assert check_wecom(payload, PlaceKind.WECOM_APP)


@pytest.mark.parametrize(("fault", "spoil"), VOTES, ids=[name for name, _ in VOTES])
def test_a_fault_in_a_vote_is_found(fault: str, spoil: Spoil) -> None:
    payload = a_vote()
    assert check_wecom(payload, PlaceKind.WECOM_APP) == []
    spoil(payload["template_card"])
    assert check_wecom(payload, PlaceKind.WECOM_APP)


TABLE = "| a |\n| --- |\n| b |"


@pytest.mark.parametrize(
    ("place", "kind", "content", "good"),
    [
        (PlaceKind.WECOM_ROBOT, "text", "续" * 682, True),
        (PlaceKind.WECOM_ROBOT, "text", "续" * 683, False),
        (PlaceKind.WECOM_ROBOT, "markdown", "续" * 1365, True),
        (PlaceKind.WECOM_ROBOT, "markdown", "续" * 1366, False),
        (PlaceKind.WECOM_APP, "markdown", "续" * 683, False),
        (PlaceKind.WECOM_AIBOT_DM, "markdown", "续" * 6826, True),
        (PlaceKind.WECOM_AIBOT_DM, "markdown", "续" * 6827, False),
        (PlaceKind.WECOM_ROBOT, "markdown", " \n", False),
        (PlaceKind.WECOM_ROBOT, "markdown", TABLE, False),
        (PlaceKind.WECOM_APP, "markdown", TABLE, False),
        (PlaceKind.WECOM_ROBOT, "markdown_v2", TABLE, True),
        (PlaceKind.WECOM_AIBOT_GROUP, "markdown", TABLE, True),
        (PlaceKind.WECOM_ROBOT, "markdown_v2", "<@zhangwei>", False),
        (PlaceKind.WECOM_AIBOT_GROUP, "markdown", '<font color="info">x</font>', False),
        (PlaceKind.WECOM_APP, "markdown_v2", "x", False),
        (PlaceKind.WECOM_APPCHAT, "markdown", "续" * 682, True),
        (PlaceKind.WECOM_APPCHAT, "markdown", "续" * 683, False),
        (PlaceKind.WECOM_APPCHAT, "markdown", TABLE, False),
        (PlaceKind.WECOM_APPCHAT, "markdown_v2", TABLE, False),
        (PlaceKind.WECOM_APPCHAT, "text", "续" * 682, True),
        (PlaceKind.WECOM_AIBOT_DM, "text", "x", False),
        (PlaceKind.SLACK_DM, "text", "x", False),
        (PlaceKind.WECOM_APP, "file", "x", False),
    ],
)
def test_contents_of_wecom(place: PlaceKind, kind: str, content: str, good: bool) -> None:
    assert (check_wecom({"msgtype": kind, kind: {"content": content}}, place) == []) is good


@pytest.mark.parametrize("place", [PlaceKind.WECOM_ROBOT, PlaceKind.WECOM_APPCHAT])
def test_who_does_not_hear_takes_no_card_to_tap(place: PlaceKind) -> None:
    for card in (a_card(), a_form_card(), a_vote()):
        assert check_wecom(card, place)
