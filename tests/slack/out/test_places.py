"""Which id is which place, in the database and by asking Slack."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.slack.api import SlackApi
from bot.slack.channels import Channel, Channels
from bot.slack.ids import channel_name, is_channel, is_direct, is_person, message_id, parts_of
from scoring.errors import PlatformDown
from storage.slack_places import SlackPlace
from storage.store import Store
from tests.delivery.world import START
from tests.slack.out.web_api import TEAM, Answer, WebApi, refused


def test_a_post_is_its_channel_and_its_time_stamp() -> None:
    assert message_id("C0EAST", "1700000000.000100") == "C0EAST/1700000000.000100"
    assert parts_of("D0LIN/1700000000.000100") == ("D0LIN", "1700000000.000100")


@pytest.mark.parametrize(
    "spelled", ["", "7", "C0EAST", "C0/x", "/1.2", "c0/1.2", "C0/1.2/3", "C0/1"]
)
def test_anything_else_is_none(spelled: str) -> None:
    with pytest.raises(ValueError, match="Slack"):
        parts_of(spelled)


@pytest.mark.parametrize(
    ("place", "person", "channel", "direct", "name"),
    [
        ("U0LIN", True, False, False, None),
        ("W0LIN", True, False, False, None),
        ("C0EAST", False, True, False, None),
        ("G0EAST", False, True, False, None),
        ("D0LIN", False, True, True, None),
        ("#East", False, False, False, "east"),
        ("#华东", False, False, False, "华东"),
        ("#", False, False, False, None),
        ("user:lin", False, False, False, None),
        ("", False, False, False, None),
    ],
)
def test_a_place_says_what_it_is(
    place: str, person: bool, channel: bool, direct: bool, name: str | None
) -> None:
    assert (is_person(place), is_channel(place), is_direct(place)) == (person, channel, direct)
    assert channel_name(place) == name


async def test_ids_are_kept_and_nothing_known_is_lost(store: Store) -> None:
    async with store.begin() as tx:
        await tx.slack_places.note(SlackPlace("C1", "T1", START, name="east"))
        await tx.slack_places.note(SlackPlace("D1", "T1", START, user="U1"))
        await tx.slack_places.note(SlackPlace("C1", "T1", START + timedelta(hours=1)))
        await tx.slack_places.note(SlackPlace("C2", "T2", START, name="east"))
    async with store.read() as tx:
        places = tx.slack_places
        assert await places.get("C1") == SlackPlace("C1", "T1", START + timedelta(hours=1), "east")
        assert await places.get("C9") is None
        east = await places.named("east")
        assert east is not None
        assert east.id == "C1"
        other = await places.named("east", team="T2")
        assert other is not None
        assert other.id == "C2"
        talk = await places.conversation_with("U1")
        assert talk is not None
        assert talk.id == "D1"
        assert await places.place_of("D1") == "U1"
        assert await places.place_of("D9") == "D9"
        assert await places.place_of("C1") == "C1"
        assert await places.place_of("C1", named={"#east"}) == "#east"
        assert await places.place_of("C1", named={"#east", "C1"}) == "C1"
        assert await places.place_of("C1", named={"#west"}) == "C1"
    async with store.begin() as tx:
        assert await tx.slack_places.forget_team("T1") == 2
        assert await tx.slack_places.get("C1") is None


async def test_a_name_is_looked_up_once_and_by_everybody_else_in_the_database(
    slack: WebApi, api: SlackApi, store: Store
) -> None:
    slack.page = 1
    channels = Channels(api, store)
    for _ in range(2):
        assert await channels.of("#west") == Channel("C0WEST", TEAM)
    assert await Channels(api, store).of("#east") == Channel("C0EAST", TEAM)
    assert slack.methods().count("users.conversations") == 2  # pages
    assert channels.team_of("#west") == TEAM
    assert channels.team_of("#nowhere") == ""


async def test_a_conversation_is_opened_once(slack: WebApi, api: SlackApi, store: Store) -> None:
    assert await Channels(api, store).of("U0LIN") == Channel("D0LIN", TEAM)
    assert await Channels(api, store).of("U0LIN") == Channel("D0LIN", TEAM)
    assert slack.methods().count("conversations.open") == 1
    async with store.read() as tx:
        assert await tx.slack_places.place_of("D0LIN") == "U0LIN"


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method"])
@pytest.mark.parametrize("place", ["U0LIN", "#east"])
async def test_where_slack_may_not_be_asked_the_place_stands_for_itself(
    slack: WebApi, api: SlackApi, store: Store, error: str, place: str
) -> None:
    slack.always["conversations.open"] = slack.always["users.conversations"] = refused(error)
    found = await Channels(api, store).of(place)
    assert found == Channel(place, TEAM)
    assert not found.known


async def test_an_id_needs_nobody_and_an_outage_is_one(
    slack: WebApi, api: SlackApi, store: Store
) -> None:
    assert await Channels(api, store).of("C0NEW") == Channel("C0NEW", TEAM)
    slack.always["conversations.open"] = Answer(drop=True)
    with pytest.raises(PlatformDown):
        await Channels(api, store).of("U0LIN")


async def test_one_list_tells_many_names_and_one_fault_is_everybodys(
    slack: WebApi, api: SlackApi, store: Store
) -> None:
    slack.script("users.conversations", Answer(drop=True))
    channels = Channels(api, store)
    asked = [channels.of(place) for place in ("#east", "#west", "#east")]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(end) for end in ends] == [PlatformDown] * 3
    asked = [Channels(api, store).of(place) for place in ("#east", "#west")]
    await asyncio.gather(*asked)
    again = Channels(api, store)
    assert await again.of("#west") == Channel("C0WEST", TEAM)
    assert 2 <= slack.methods().count("users.conversations") <= 3


async def test_a_person_is_posted_to_without_asking(
    slack: WebApi, api: SlackApi, store: Store
) -> None:
    channels = Channels(api, store)
    assert await channels.to_post("U0LIN") == Channel("U0LIN", TEAM)
    await channels.posted("U0LIN", TEAM, "D0LIN/1700000000.000100")
    assert await channels.to_post("U0LIN") == Channel("D0LIN", TEAM)
    assert await Channels(api, store).of("U0LIN") == Channel("D0LIN", TEAM)
    assert "conversations.open" not in slack.methods()
