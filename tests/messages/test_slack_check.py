"""The check of Block Kit: every limit from both sides, every surface, every kind of fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messages.render.check import check_slack
from tests.messages.blockkit import (
    Json,
    actions,
    asking,
    bars,
    button,
    card,
    confirm,
    data_table,
    home,
    image,
    message,
    modal,
    mrkdwn,
    option,
    options,
    pie,
    plain,
    raw,
    rich,
    section,
    select,
    table,
    video,
    written,
)

Make = Callable[[int], Json]


def a(block: Json) -> Json:
    """A message of one block."""
    return message(block)


def picked(element: Json) -> Json:
    """A modal that asks with that element."""
    return modal(asking(element))


def url(length: int) -> str:
    """An address of that length."""
    return "https://x.example/".ljust(length, "a")


def buttons(count: int) -> list[Json]:
    """So many different buttons."""
    return [button(number) for number in range(count)]


def grouped(count: int, size: int = 1, label: str = "x") -> Json:
    """A select of so many groups."""
    groups = [
        {"label": plain(label), "options": [option(100 * number + one) for one in range(size)]}
        for number in range(count)
    ]
    return {"type": "static_select", "action_id": "s", "option_groups": groups}


def charted(**point: Any) -> Json:
    """A pie with one slice."""
    chart = pie(1)
    chart["chart"]["segments"][0].update(point)
    return chart


# name, what makes a payload of size n, the smallest size (None: none is refused), the largest.
LIMITS: list[tuple[str, Make, int | None, int]] = [
    ("text", lambda n: message(section(), text="x" * n), 1, 4_000),
    ("blocks of a message", lambda n: message(*[{"type": "divider"}] * n), 1, 50),
    ("blocks of a modal", lambda n: modal(*[{"type": "divider"}] * n), 1, 100),
    ("blocks of a Home", lambda n: home(*[{"type": "divider"}] * n), 1, 100),
    ("all text of a message", lambda n: message(
        *[section(text=plain("x" * 3000))] * 3, section(text=plain("x" * (n - 9_000)))
    ), None, 12_000),
    ("block_id", lambda n: a(section(block_id="x" * n)), 1, 255),
    ("action_id", lambda n: a(actions(button(action_id="x" * n))), 1, 255),
    ("header", lambda n: a({"type": "header", "text": plain("x" * n)}), 1, 150),
    ("section text", lambda n: a(section(text=plain("x" * n))), 1, 3_000),
    ("section mrkdwn", lambda n: a(section(text=mrkdwn("x" * n))), 1, 3_000),
    ("fields", lambda n: a(section(fields=[plain()] * n)), 1, 10),
    ("field", lambda n: a(section(fields=[plain("x" * n)])), 1, 2_000),
    ("context elements", lambda n: a({"type": "context", "elements": [plain()] * n}), 1, 10),
    ("context text", lambda n: a({"type": "context", "elements": [plain("x" * n)]}), 1, 3_000),
    ("actions", lambda n: a(actions(*buttons(n))), 1, 25),
    ("context_actions", lambda n: a({"type": "context_actions", "elements": [
        {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": f"i{k}"}
        for k in range(n)
    ]}), 1, 5),
    ("visible_to_user_ids", lambda n: a({"type": "context_actions", "elements": [
        {"type": "icon_button", "icon": "trash", "text": plain(), "visible_to_user_ids": ["U1"] * n}
    ]}), None, 10),
    ("feedback text", lambda n: a({"type": "context_actions", "elements": [{
        "type": "feedback_buttons",
        "positive_button": {"text": plain("x" * n), "value": "x"},
        "negative_button": {"text": plain(), "value": "y"},
    }]}), 1, 75),
    ("feedback value", lambda n: a({"type": "context_actions", "elements": [{
        "type": "feedback_buttons",
        "positive_button": {"text": plain(), "value": "x" * n},
        "negative_button": {"text": plain(), "value": "y"},
    }]}), 1, 2_000),
    ("button text", lambda n: a(actions(button(text=plain("x" * n)))), 1, 75),
    ("button value", lambda n: a(actions(button(value="x" * n))), 1, 2_000),
    ("button url", lambda n: a(actions(button(url=url(n)))), None, 3_000),
    ("button label", lambda n: a(actions(button(accessibility_label="x" * n))), 1, 75),
    ("confirm title", lambda n: a(actions(button(confirm=confirm(title=plain("x" * n))))), 1, 100),
    ("confirm text", lambda n: a(actions(button(confirm=confirm(text=plain("x" * n))))), 1, 300),
    ("confirm yes", lambda n: a(actions(button(confirm=confirm(confirm=plain("x" * n))))), 1, 30),
    ("confirm no", lambda n: a(actions(button(confirm=confirm(deny=plain("x" * n))))), 1, 30),
    ("options", lambda n: a(actions(select(n))), 1, 100),
    ("options beside a section", lambda n: a(section(accessory=select(n))), 1, 100),
    ("options of an input", lambda n: picked(select(n)), 1, 100),
    ("options of several", lambda n: picked(select(n, "multi_static_select")), 1, 100),
    ("overflow", lambda n: a(section(accessory=select(n, "overflow"))), 1, 5),
    ("radio_buttons", lambda n: a(actions(select(n, "radio_buttons"))), 1, 10),
    ("checkboxes", lambda n: a(actions(select(n, "checkboxes"))), 1, 10),
    ("option text", lambda n: picked(select(options=[option(text=plain("x" * n))])), 1, 75),
    ("option value", lambda n: picked(select(options=[option(value="x" * n)])), 1, 150),
    ("option description", lambda n: picked(
        select(options=[option(description=plain("x" * n))])
    ), 1, 75),
    ("option url", lambda n: a(section(
        accessory=select(kind="overflow", options=[option(url=url(n))])
    )), None, 3_000),
    ("option groups", lambda n: picked(grouped(n)), 1, 100),
    ("options of a group", lambda n: picked(grouped(1, n)), 1, 100),
    ("label of a group", lambda n: picked(grouped(1, label="x" * n)), 1, 75),
    ("placeholder", lambda n: picked(select(placeholder=plain("x" * n))), 1, 150),
    ("max_selected_items", lambda n: picked(
        select(kind="multi_static_select", max_selected_items=n)
    ), 1, 100),
    ("max_length", lambda n: picked(written(max_length=n)), 1, 3_000),
    ("initial_value", lambda n: picked(written(initial_value="x" * n)), 1, 3_000),
    ("initial_value within max_length", lambda n: picked(
        written(max_length=9, initial_value="x" * n)
    ), 1, 9),
    ("max_files", lambda n: picked({"type": "file_input", "max_files": n}), 1, 10),
    ("label", lambda n: modal(asking(written(), label=plain("x" * n))), 1, 2_000),
    ("hint", lambda n: modal(asking(written(), hint=plain("x" * n))), 1, 2_000),
    ("title", lambda n: modal(section(), title=plain("x" * n)), 1, 24),
    ("submit", lambda n: modal(section(), submit=plain("x" * n)), 1, 24),
    ("close", lambda n: modal(section(), close=plain("x" * n)), 1, 24),
    ("private_metadata", lambda n: modal(section(), private_metadata="x" * n), None, 3_000),
    ("callback_id", lambda n: modal(section(), callback_id="x" * n), None, 255),
    ("external_id", lambda n: home(section(), external_id="x" * n), None, 255),
    ("rows", lambda n: a(table(n)), 1, 100),
    ("columns", lambda n: a(table(1, n)), 1, 20),
    ("column settings", lambda n: a(table(column_settings=[None] * n)), None, 20),
    ("tables", lambda n: message(section(), *[table()] * n), None, 1),
    ("charts", lambda n: message(section(), *[pie()] * n), None, 2),
    ("rows of data", lambda n: a(data_table(n)), 2, 101),
    ("columns of data", lambda n: a(data_table(2, n)), 1, 20),
    ("page_size", lambda n: a(data_table(page_size=n)), 1, 100),
    ("row header", lambda n: a(data_table(2, 3, row_header_column_index=n)), None, 2),
    ("chart title", lambda n: a(pie(title="x" * n)), 1, 50),
    ("segments", lambda n: a(pie(n)), 1, 6),
    ("segment label", lambda n: a(charted(label="x" * n)), 1, 20),
    ("series", lambda n: a(bars(n)), 1, 6),
    ("categories", lambda n: a(bars(1, n)), 1, 20),
    ("category", lambda n: a(bars(1, 1, "x" * (n - 1))), None, 20),
    ("axis", lambda n: a(bars(x="x" * n)), 1, 50),
    ("rich text", lambda n: a(rich({"type": "text", "text": "x" * n})), 1, 3_000),
    ("rich link", lambda n: a(rich({"type": "link", "url": url(n), "text": "x"})), None, 3_000),
    ("indent", lambda n: a(rich(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]},
        kind="rich_text_list", style="bullet", indent=n,
    )), None, 8),
    ("markdown", lambda n: a({"type": "markdown", "text": "x" * n}), 1, 12_000),
    ("image url", lambda n: a(image(image_url=url(n))), None, 3_000),
    ("image alt", lambda n: a(image(alt_text="x" * n)), 1, 2_000),
    ("image title", lambda n: a(image(title=plain("x" * n))), 1, 2_000),
    ("video title", lambda n: a(video(title=plain("x" * n))), 1, 200),
    ("video alt", lambda n: a(video(alt_text="x" * n)), 1, 200),
    ("video author", lambda n: a(video(author_name="x" * n)), 1, 50),
    ("video provider", lambda n: a(video(provider_name="x" * n)), 1, 50),
    ("video description", lambda n: a(video(description=plain("x" * n))), 1, 200),
    ("alert", lambda n: modal({"type": "alert", "text": plain("x" * n)}), 1, 200),
    ("card title", lambda n: a(card(title=mrkdwn("x" * n))), 1, 150),
    ("card subtitle", lambda n: a(card(subtitle=mrkdwn("x" * n))), 1, 150),
    ("card body", lambda n: a(card(body=mrkdwn("x" * n))), 1, 200),
    ("card subtext", lambda n: a(card(subtext=mrkdwn("x" * n))), 1, 200),
    ("card actions", lambda n: a(card(actions=buttons(n))), 1, 3),
    ("carousel", lambda n: a({"type": "carousel", "elements": [card()] * n}), 1, 10),
    ("container", lambda n: a(
        {"type": "container", "title": plain(), "child_blocks": [section()] * n}
    ), 1, 10),
    ("container title", lambda n: a(
        {"type": "container", "title": plain("x" * n), "child_blocks": [section()]}
    ), 1, 150),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "least", "most"), LIMITS, ids=[one[0] for one in LIMITS])
def test_each_limit_holds_from_both_sides(
    name: str, make: Make, least: int | None, most: int
) -> None:
    assert check_slack(make(most)) == []
    assert check_slack(make(most + 1))
    if least is not None:
        assert check_slack(make(least)) == []
        assert check_slack(make(least - 1))


def element(kind: str, **more: Any) -> Json:
    """An element of a kind with nothing but an action."""
    return {"type": kind, "action_id": "e", **more}


PICKS = ("static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes")
SELECTS = ("external_select", "users_select", "conversations_select", "channels_select")
DATES = ("datepicker", "timepicker")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "rich_text_input", "file_input")
ELEMENTS: dict[str, Json] = {
    "button": button(),
    **{kind: select(kind=kind) for kind in PICKS},
    **{kind: element(kind) for kind in (*SELECTS, *DATES, "datetimepicker", *TYPED)},
    **{f"multi_{kind}": element(f"multi_{kind}") for kind in SELECTS},
    "number_input": element("number_input", is_decimal_allowed=False),
    "image": {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x"},
}
IN_ACTIONS = {
    "button",
    "static_select",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "datetimepicker",
}
IN_ACTIONS |= {*SELECTS, *DATES}
IN_SECTIONS = (IN_ACTIONS | {"multi_static_select", "image"}) - {"datetimepicker"}
IN_SECTIONS |= {f"multi_{kind}" for kind in SELECTS}
IN_INPUTS = (IN_SECTIONS | {"datetimepicker", "number_input", *TYPED}) - {
    *("button", "overflow", "image"),
}


@pytest.mark.parametrize("kind", sorted(ELEMENTS))
def test_each_element_stands_only_where_slack_draws_it(kind: str) -> None:
    drawn = ELEMENTS[kind]
    assert (check_slack(message(actions(drawn))) == []) is (kind in IN_ACTIONS)
    assert (check_slack(message(section(accessory=drawn))) == []) is (kind in IN_SECTIONS)
    assert (check_slack(picked(drawn)) == []) is (kind in IN_INPUTS)
    assert check_slack(picked({**drawn, "colour": "red"}))


EVERYWHERE = {
    "actions": actions(button()),
    "context": {"type": "context", "elements": [mrkdwn()]},
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": plain()},
    "image": image(),
    "rich_text": rich(),
    "section": section(),
    "video": video(),
}
MESSAGES_ONLY = {
    "table": table(),
    "data_table": data_table(),
    "data_visualization": bars(),
    "markdown": {"type": "markdown", "text": "x"},
    "card": card(),
    "carousel": {"type": "carousel", "elements": [card()]},
    "container": {"type": "container", "title": plain(), "child_blocks": [section()]},
    "file": {"type": "file", "external_id": "x", "source": "remote"},
}
BLOCKS: list[tuple[Json, set[str]]] = [
    *((block, {"message", "modal", "home"}) for block in EVERYWHERE.values()),
    *((block, {"message"}) for block in MESSAGES_ONLY.values()),
    ({"type": "alert", "text": plain()}, {"modal"}),
    (asking(written()), {"modal", "home"}),
    ({"type": "hologram"}, set()),
    ({"type": ["section"]}, set()),
]


@pytest.mark.parametrize(("block", "surfaces"), BLOCKS, ids=[str(b["type"]) for b, _ in BLOCKS])
def test_each_block_stands_only_where_slack_draws_it(block: Json, surfaces: set[str]) -> None:
    made = {"message": message(block), "modal": modal(block), "home": home(block)}
    assert {name for name, payload in made.items() if check_slack(payload) == []} == surfaces
    assert check_slack(message({**block, "colour": "red"}))


FAULTS: list[tuple[str, Json]] = [
    ("two block ids", message(section(block_id="b"), section(block_id="b"))),
    ("two action ids", message(actions(button()), actions(button()))),
    ("an accessory's action id twice", home(
        section(accessory=button()), section(accessory=button())
    )),
    ("an option twice", picked(select(options=[option(), option()]))),
    ("options and groups", picked({**grouped(1), "options": options(1)})),
    ("no options at all", picked({"type": "static_select"})),
    ("an initial option that is none", picked(select(initial_option=option(9)))),
    ("initial options that are none", picked(
        select(kind="multi_static_select", initial_options=[option(9)])
    )),
    ("an option without value", picked(select(options=[{"text": plain()}]))),
    ("an option in mrkdwn", picked(select(options=[option(text=mrkdwn())]))),
    ("a button in mrkdwn", message(actions(button(text=mrkdwn())))),
    ("a header in mrkdwn", message({"type": "header", "text": mrkdwn()})),
    ("a title in mrkdwn", modal(section(), title=mrkdwn())),
    ("a label in mrkdwn", modal(asking(written(), label=mrkdwn()))),
    ("a button without text", message(actions({"type": "button", "action_id": "b"}))),
    ("a button of another style", message(actions(button(style="default")))),
    ("a button with an address that is none", message(actions(button(url="javascript:x")))),
    ("a question without text", message(actions(button(confirm={"title": plain()})))),
    ("a question of another style", message(actions(button(confirm=confirm(style="x"))))),
    ("an input without submit", {"type": "modal", "title": plain(), "blocks": [asking(written())]}),
    ("a modal without title", {"type": "modal", "blocks": [section()]}),
    ("a Home with a title", home(section(), title=plain())),
    ("a Home with submit", home(section(), submit=plain())),
    ("a modal with a hash", modal(section(), hash="x")),
    ("a view as Slack shows it", modal(section(), id="V1")),
    ("two that want the focus", modal(
        asking(written(focus_on_load=True)), asking(written(focus_on_load=True, action_id="v"))
    )),
    ("optional as a word", modal(asking(written(), optional="yes"))),
    ("an input without element", modal({"type": "input", "label": plain()})),
    ("more least than most", picked(written(min_length=9, max_length=8))),
    ("too short a beginning", picked(written(min_length=3, initial_value="xx"))),
    ("a day that is none", picked(element("datepicker", initial_date="2026-13-01"))),
    ("a day as people write it", picked(element("datepicker", initial_date="1.12.2026"))),
    ("an hour that is none", picked(element("timepicker", initial_time="24:00"))),
    ("an instant that is none", picked(element("datetimepicker", initial_date_time=1))),
    ("a user that is none", picked(element("users_select", initial_user="Ada"))),
    ("a number field of neither kind", picked(element("number_input"))),
    ("an initial option without text", picked(
        element("external_select", initial_option={"value": "x"})
    )),
    ("a query length below zero", picked(element("external_select", min_query_length=-1))),
    ("an empty section", message({"type": "section"})),
    ("a blank text", message(section(text=plain(" \n")))),
    ("a text that is no object", message(section(text="x"))),
    ("a text of no type", message(section(text={"text": "x"}))),
    ("emoji in mrkdwn", message(section(text={**mrkdwn(), "emoji": False}))),
    ("verbatim in plain_text", message(section(text={**plain(), "verbatim": True}))),
    ("emoji as a word", message(section(text={**plain(), "emoji": "no"}))),
    ("everybody in mrkdwn", message(section(text=mrkdwn("<!channel>")))),
    ("everybody here in a field", message(section(fields=[mrkdwn("<!here|x>")]))),
    ("a group in mrkdwn", message(section(text=mrkdwn("<!subteam^S1>")))),
    ("everybody in the text", message(section(), text="<!everyone>")),
    ("a user in the text", message(section(), text="<@U012>")),
    ("an ampersand", message(section(text=mrkdwn("A & B")))),
    ("no text", {"blocks": [section()]}),
    ("no blocks", {"text": "x"}),
    ("an empty cell", message(table(rows=[[raw("")]]))),
    ("a cell of another kind", message(table(rows=[[plain()]]))),
    ("a cell in rich text that is empty", message(table(rows=[[{"type": "rich_text", "elements": []}]]))),
    ("uneven rows", message(table(rows=[[raw()], [raw(), raw()]]))),
    ("rows that are none", message(table(rows=[raw()]))),
    ("a column in the middle", message(table(column_settings=[{"align": "middle"}]))),
    ("data without caption", message({**table(), "type": "data_table"})),
    ("data with a rich header", message(data_table(rows=[[rich()], [raw()]]))),
    ("data of 20,001 characters", message(data_table(rows=[[raw("x" * 2_500)] * 3] * 3))),
    ("a slice of nothing", message(charted(value=0))),
    ("a slice that is no number", message(charted(value="1"))),
    ("a slice twice", message(pie(chart={"type": "pie", "segments": [{"label": "x", "value": 1}] * 2}))),
    ("a chart of another kind", message(pie(chart={"type": "radar"}))),
    ("a point that is missing", message({"type": "data_visualization", "title": "x", "chart": {
        "type": "line",
        "series": [{"name": "s", "data": [{"label": "a", "value": 1}]}],
        "axis_config": {"categories": ["a", "b"]},
    }})),
    ("a series twice", message({"type": "data_visualization", "title": "x", "chart": {
        "type": "area",
        "series": [{"name": "s", "data": [{"label": "a", "value": 1}]}] * 2,
        "axis_config": {"categories": ["a"]},
    }})),
    ("a broadcast", message(rich({"type": "broadcast", "range": "channel"}))),
    ("a user group", message(rich({"type": "usergroup", "usergroup_id": "S1"}))),
    ("a user by name", message(rich({"type": "user", "user_id": "ada"}))),
    ("a link that is none", message(rich({"type": "link", "url": "javascript:x"}))),
    ("an unknown style", message(rich({"type": "text", "text": "x", "style": {"big": True}}))),
    ("a mention in preformatted text", message(
        rich({"type": "user", "user_id": "U1"}, kind="rich_text_preformatted")
    )),
    ("a list of another style", message(rich(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]},
        kind="rich_text_list", style="dash",
    ))),
    ("text right in a list", message(rich(kind="rich_text_list", style="bullet"))),
    ("an empty rich text", message({"type": "rich_text", "elements": []})),
    ("an image of nothing", message({"type": "image", "alt_text": "x"})),
    ("an image of two", message(image(slack_file={"id": "F1"}))),
    ("an image without words", message({"type": "image", "image_url": "https://x.example/a"})),
    ("an alert of another level", modal({"type": "alert", "text": plain(), "level": "loud"})),
    ("an empty card", message({"type": "card"})),
    ("a card of a select", message(card(actions=[select()]))),
    ("a section in a carousel", message({"type": "carousel", "elements": [section()]})),
    ("an input in a container", message(
        {"type": "container", "title": plain(), "child_blocks": [asking(written())]}
    )),
    ("12,001 characters of markdown", message(*[{"type": "markdown", "text": "x" * 6_001}] * 2)),
    ("101 attachments", message(section(), attachments=[{}] * 101)),
    ("a view of 250 kB", modal(*[section(text=plain("续" * 3000))] * 30)),
    ("two code units a letter", message({"type": "header", "text": plain("👍" * 76)})),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "payload"), FAULTS, ids=[name for name, _ in FAULTS])
def test_each_fault_is_found(fault: str, payload: Json) -> None:
    assert check_slack(payload)


GOOD: list[Json] = [
    message(section(text=mrkdwn("<@U012AB> <https://x.example/a|x> <#C01> A &amp; B"))),
    message(section(text=mrkdwn("<!date^1700000000^{date_short}|today>"))),
    message(actions(button(confirm=confirm(style="danger", text=mrkdwn())))),
    message(actions(select(kind="radio_buttons", options=[option(text=mrkdwn())]))),
    message(table(column_settings=[{"align": "right", "is_wrapped": True}, None])),
    message(table(rows=[[rich(), {"type": "raw_number", "value": 1.5, "text": "1.5"}]])),
    message(data_table(rows=[[raw()], [rich()]])),
    modal(asking(written(min_length=1, multiline=True), hint=plain(), optional=True)),
    modal(asking(select(initial_option=option(1)))),
    modal(asking(element("external_select", initial_option=option(7), min_query_length=0))),
    modal(section(), private_metadata="", callback_id="line"),
    home(section(accessory=button()), asking(element("datepicker", initial_date="2026-12-01"))),
    message(rich({"type": "text", "text": "\n"}, {"type": "user", "user_id": "U1"})),
]


@pytest.mark.parametrize("payload", GOOD, ids=range(len(GOOD)))
def test_what_slack_takes_is_no_fault(payload: Json) -> None:
    assert check_slack(payload) == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["section"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "blocks", "elements", "rows", "element", "options", "accessory"]
            ),
            inner
            | st.sampled_from(["actions", "input", "table", "rich_text", "static_select", "pie"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything, st.sampled_from(["modal", "home", "message"]))
def test_the_check_survives_anything(block: Any, surface: str) -> None:
    check_slack({"type": surface, "blocks": [block]})
    check_slack(block)
