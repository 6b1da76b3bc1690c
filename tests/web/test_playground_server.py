"""The doors of the playground, over the demo's book, in this process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo import demo, fill
from tests.web.pages import Page, lines, next_of, opened, place

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    with demo(host="127.0.0.1", port=0) as chosen:
        async with opened(chosen.config, chosen.clock, prepare=fill) as page:
            yield page


async def test_the_page_is_served_whole_and_strictly(page: Page) -> None:
    async with page.client.get(page.address) as answer:
        text = await answer.text()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    for address in re.findall(r'(?:src|href)="(/playground/static/[^"]+)"', text):
        async with page.client.get(page.address + address) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
            etag = answer.headers["ETag"]
        known = {"If-None-Match": etag}
        async with page.client.get(page.address + address, headers=known) as answer:
            assert answer.status == 304
    async with page.client.get(page.address + "/playground/static/server.py") as answer:
        assert answer.status == 404


async def test_a_newcomer_meets_a_rep_a_second_rep_a_lead_and_a_viewer(page: Page) -> None:
    state = await page.state()
    roles = [(person["role"], person["team"]) for person in state["persons"]]
    team = roles[0][1]
    assert roles[:4] == [("rep", team), ("rep", team), ("lead", team), ("viewer", None)]
    assert state["tries"][0]["line"] == "/renewals 到期"
    assert len(state["tries"]) == 3
    kinds = {one["id"].split(":")[0] + one["kind"] for one in state["places"]}
    assert kinds == {"slackchannel", "slackdm", "wecomchannel", "wecomdm"}


async def test_requests_from_elsewhere_are_refused(page: Page) -> None:
    state = await page.state()
    body = {"person": state["person"], "place": place(state, "slack:#"), "line": "/renewals due"}
    address = f"{page.address}/playground/say"
    for headers in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": page.csrf, "Host": "evil.org"}):
        async with page.client.post(address, json=body, headers=headers) as answer:
            assert answer.status == 403
    async with page.client.get(page.address, headers={"Host": "evil.org"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"person": "0", "place": "slack:#nowhere", "line": "due"},
        {"person": "1", "place": 7, "line": "due"},
        {"person": "1", "place": "slack:#renewals-east", "line": None},
    ],
)
async def test_a_malformed_request_is_refused_without_a_traceback(
    page: Page, body: dict[str, Any]
) -> None:
    for door in ("say", "click", "submit"):
        status, answer = await page.post(door, **body)
        assert status in (400, 404)
        assert "reference" not in answer


async def test_an_answer_in_a_channel_is_for_the_asker_alone(page: Page) -> None:
    state = await page.state()
    me, other = (person["id"] for person in state["persons"][:2])
    assert await page.say(me, place(state, "slack:#"), "/renewals due") == []
    aside = await page.until(me, lambda post: post["ephemeral"])
    assert (aside["for"], "未来 30 天到期" in aside["html"]) == (me, True)
    theirs = {post["id"] for post in (await page.state(other))["posts"]}
    assert aside["id"] not in theirs


async def test_two_presses_in_a_moment_act_once_and_all_sides_hear_of_it(page: Page) -> None:
    state = await page.state()
    me, other = (person["id"] for person in state["persons"][:2])
    channel, group = place(state, "slack:#"), place(state, "wecom:group:")
    for where in (channel, group):
        await page.until(me, lambda post, where=where: post["place"] == where)
    await page.say(me, channel, "/renewals due")
    aside = await page.until(me, lambda post: post["ephemeral"] and lines([post], "claim "))
    line = lines([aside], "claim ")[0]
    press = {"person": me, "place": channel, "post": aside["id"], **button(aside, line)}
    presses = await asyncio.gather(*(page.post("slack/act", **press) for _ in range(2)))
    assert [status for status, _ in presses] == [200, 200]
    edited = await page.until(other, lambda post: post["edited"] and post["place"] == channel)
    assert line not in lines([edited], "claim ")
    name = state["persons"][0]["name"]
    told = await page.until(other, lambda post: post["place"] == group and name in post["html"])
    assert not told["edited"]
    below = await page.until(other, lambda post: post["place"] == channel and post["thread"])
    assert name in below["html"]
    hung = (await page.state(other))["posts"]
    assert sum(post["thread"] == below["thread"] for post in hung) == 1


async def test_in_a_group_only_mentions_are_heard(page: Page) -> None:
    state = await page.state()
    me, group = state["person"], place(state, "wecom:group:")
    async with page.hearing(me) as events:
        (unheard,) = await page.say(me, group, "到期")
        assert (unheard["author"]["person"], unheard["for"]) == (me, None)
        toast = await next_of("toast", events)
    assert "@续约助手" in toast["text"]
    (asked,) = await page.say(me, group, "@续约助手 到期")
    answer = await page.until(
        me, lambda post: post["place"] == group and "未来 30 天到期" in post["html"]
    )
    assert (answer["author"]["bot"], answer["for"]) == (True, None)
    assert answer["at"] >= asked["at"]


async def test_a_slash_command_that_lacks_something_asks_by_a_form(page: Page) -> None:
    state = await page.state()
    me = state["person"]
    async with page.hearing(me) as events:
        await page.say(me, place(state, "slack:#"), "/renewals lost")
        modal = await form_in(events)
        assert 'data-input="reason"' in modal["html"]
        # What nobody offered cannot be handed in.
        reason = {"type": "static_select", "selected_option": {"value": "none"}}
        values = {"reason": {"reason": reason}}
        await page.post("slack/submit", person=me, view=modal["id"], values=values)
        assert (await next_of("toast", events))["text"]
        await page.post("slack/close", person=me, view=modal["id"], all=True)
    assert (await page.state(me))["window"]["modals"] == []


async def test_the_clock_moves_by_living_through_the_days(page: Page) -> None:
    state = await page.state()
    before = len(state["posts"])
    status, answer = await page.post("clock", step="week")
    assert (status, answer["now"][:13]) == (200, "2026-03-09T01")
    later = await page.state()
    assert len(later["posts"]) > before
    hours = {int(post["at"][11:13]) for post in later["posts"]}
    assert hours <= set(range(1, 10)), "nobody here is written to before 9 or after 18 o'clock"
    _, answer = await page.post("clock", step="milestone")
    assert answer["now"] > "2026-03-10"
    assert (await page.post("clock", step="year"))[0] == 400


async def test_a_page_that_lost_the_line_hears_what_it_missed(page: Page) -> None:
    state = await page.state()
    me, direct = state["person"], place(state, "slack:U")
    async for name, _ in page.events(me, last_id="other-12"):
        assert name == "reset"
        break
    (mine,) = await page.say(me, direct, "到期 本周")
    heard = await page.until(me, lambda post: "到期 本周" in post["html"])
    assert heard["id"] == mine["id"]


async def test_a_dropped_file_is_taken_in_direct_messages_alone(page: Page) -> None:
    lead = next(p["id"] for p in (await page.state())["persons"] if p["role"] == "lead")
    state = await page.state(lead)
    file = EXAMPLES / "contracts-20.xlsx"

    given = (file.name, file.read_bytes())
    status, refused = await page.drop(lead, place(state, "slack:#"), *given)
    assert (status, "error" in refused) == (409, True)
    status, taken = await page.drop(lead, place(state, "wecom:user:"), *given)
    assert status == 200
    assert [post["author"]["person"] for post in taken["posts"]] == [lead]
    # The book is of three teams: the lead brings the rows of the own one.
    assert await page.until(lead, lambda post: lines([post], "import skip"))


async def test_a_language_is_remembered_for_the_person(page: Page) -> None:
    state = await page.state()
    assert state["locale"] == "zh_CN"
    await page.post("locale", person=state["person"], locale="en")
    assert (await page.state(state["person"]))["locale"] == "en"


def button(post: dict[str, Any], line: str) -> dict[str, Any]:
    """What the page says of the button that stands for a line."""
    for block in post["payload"]["blocks"]:
        for element in block.get("elements", ()):
            if element.get("value") == line:
                where = {"block": block["block_id"], "action": element["action_id"]}
                return {**where, "state": {"type": "button", "value": line}}
    raise AssertionError(line)


async def form_in(events: AsyncIterator[tuple[str, Any]]) -> dict[str, Any]:
    """The modal on top, once there is something to fill in."""
    while True:
        modals = (await next_of("window", events))["modals"]
        if modals and "sl-input" in modals[-1]["html"]:
            found: dict[str, Any] = modals[-1]
            return found
