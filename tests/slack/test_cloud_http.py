"""The loopback Slack over HTTP: signed requests, repeats, and answers at response_urls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.loopback.slack.limits import Timing
from tests.fakes.slack import Fault, Faults
from tests.slack.cloud_desk import (
    ANN,
    BOB,
    EAST,
    SECRET,
    SHARED,
    buttons,
    section,
)
from tests.slack.cloud_site import sites

Json = dict[str, Any]


async def test_the_request_url_is_verified_as_saving_it_does() -> None:
    async with sites() as (desk, _):
        assert await desk.cloud.verify() == ""


@pytest.mark.parametrize("answer", [{"text": "done"}, "done"])
async def test_a_command_is_signed_and_answered_at_once(answer: Json | str) -> None:
    async with sites() as (desk, site):
        site.answer = answer
        done = await desk.cloud.people.slash(ANN, EAST, "help")
        assert (done.told.delivered, site.heard[0]["channel_name"]) == (True, "renewals-east")
        assert desk.cloud.words(EAST, user=ANN) == ["done"]


@pytest.mark.parametrize(("place", "name"), [(ANN, "directmessage"), (SECRET, "privategroup")])
async def test_a_command_says_what_kind_of_place_it_comes_from(place: str, name: str) -> None:
    async with sites() as (desk, site):
        await desk.cloud.people.slash(ANN, place)
        assert site.heard[0]["channel_name"] == name


async def test_a_command_that_is_not_answered_shows_slacks_own_complaint() -> None:
    async with sites() as (desk, site):
        site.status = 500
        assert (await desk.cloud.people.slash(ANN, EAST)).complaint == "dispatch_failed"
        site.status, site.answer = 200, {"text": "x", "blocks": [{"type": "nonsense"}]}
        assert (await desk.cloud.people.slash(ANN, EAST)).complaint == "invalid_blocks"
        assert desk.cloud.words(EAST, user=ANN) == []


async def test_an_event_is_repeated_until_it_is_taken_or_repeats_are_declined() -> None:
    quick = Timing(retries_s=(0.0, 0.0, 0.0))
    async with sites(timing=quick) as (desk, site):
        site.status = 500
        await desk.cloud.people.mention(ANN, EAST, "hello")
        await desk.cloud.settled()
        assert site.retries == ["", "1", "2", "3"]
        site.headers = {"X-Slack-No-Retry": "1"}
        site.retries.clear()
        await desk.cloud.people.mention(ANN, EAST, "hello")
        await desk.cloud.settled()
        assert site.retries == [""]


async def test_late_answers_replace_the_first_one_and_are_counted() -> None:
    async with sites() as (desk, site):
        site.answer = {"text": "one moment"}
        await desk.cloud.people.slash(ANN, EAST, "show Acme")
        late = AsyncWebhookClient(site.heard[0]["response_url"])
        first = await late.send(text="Acme", blocks=[section("Acme")], replace_original=True)
        assert first.status_code == 200
        assert desk.cloud.words(EAST, user=ANN) == ["Acme"]
        await late.send(text="for all", response_type="in_channel")
        assert desk.cloud.words(EAST, user=BOB) == ["for all"]
        refused = await late.send(text="x", blocks=[{"type": "nonsense"}])
        assert (refused.status_code, json.loads(refused.body)["error"]) == (400, "invalid_blocks")
        await late.send(text="", delete_original=True)
        assert desk.cloud.words(EAST, user=ANN) == ["for all"]
        await late.send(text="5")
        last = await late.send(text="6")
        assert (last.status_code, json.loads(last.body)["error"]) == (404, "used_url")


async def test_a_late_answer_comes_within_half_an_hour() -> None:
    async with sites() as (desk, site):
        await desk.cloud.people.slash(ANN, SHARED)
        desk.time.pass_(1801)
        refused = await AsyncWebhookClient(site.heard[0]["response_url"]).send(text="x")
        assert json.loads(refused.body)["error"] == "expired_url"


async def test_a_button_says_where_it_was_and_its_message_can_be_replaced() -> None:
    async with sites() as (desk, site):
        blocks = [section("Acme"), buttons("claim", "snooze")]
        sent = await desk.client.chat_postMessage(channel=EAST, text="Acme", blocks=blocks)
        done = await desk.cloud.people.tap(ANN, EAST, sent["ts"], "claim")
        assert done.told.delivered
        heard = site.heard[0]
        assert heard["actions"][0]["value"] == "claim 42"
        assert (heard["container"]["message_ts"], heard["channel"]["id"]) == (sent["ts"], EAST)
        assert heard["message"]["blocks"][0]["text"]["text"] == "Acme"
        late = AsyncWebhookClient(heard["response_url"])
        await late.send(text="claimed by Ann", replace_original=True)
        await late.send(text="well done", replace_original=False)
        assert desk.cloud.words(EAST, user=BOB) == ["claimed by Ann"]
        assert desk.cloud.words(EAST, user=ANN) == ["claimed by Ann", "well done"]
        with pytest.raises(LookupError, match="no 'claim'"):
            await desk.cloud.people.tap(ANN, EAST, sent["ts"], "claim")


async def test_a_confirm_dialog_can_be_declined() -> None:
    async with sites() as (desk, site):
        confirm = {
            "title": {"type": "plain_text", "text": "Sure?"},
            "text": {"type": "plain_text", "text": "Lost?"},
            "confirm": {"type": "plain_text", "text": "Yes"},
            "deny": {"type": "plain_text", "text": "No"},
        }
        blocks = [buttons("lose", confirm=confirm)]
        sent = await desk.client.chat_postMessage(channel=EAST, text="x", blocks=blocks)
        await desk.cloud.people.tap(ANN, EAST, sent["ts"], "lose", confirmed=False)
        assert site.heard == []


async def test_an_ephemeral_message_is_tapped_without_its_content() -> None:
    async with sites() as (desk, site):
        site.answer = {"text": "yours", "blocks": [buttons("share")]}
        done = await desk.cloud.people.slash(ANN, EAST)
        assert done.posted is not None
        site.answer = None
        await desk.cloud.people.tap(ANN, EAST, done.posted.ts, "share")
        heard = site.heard[-1]
        assert heard["container"]["is_ephemeral"]
        assert "message" not in heard
        with pytest.raises(LookupError, match="no message"):
            await desk.cloud.people.tap(BOB, EAST, done.posted.ts, "share")


async def test_requests_to_the_product_get_lost_and_doubled() -> None:
    faults = Faults()
    async with sites(hook=faults) as (desk, site):
        faults.script("command", Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE)
        told = [(await desk.cloud.people.slash(ANN, EAST)).told.delivered for _ in range(3)]
        assert (told, len(site.heard)) == ([False, False, True], 3)


async def test_organisations_are_named_in_everything() -> None:
    async with sites(enterprise="E0ORG") as (desk, site):
        await desk.cloud.people.slash(ANN, EAST)
        await desk.cloud.people.mention(ANN, EAST, "x")
        await desk.cloud.people.shortcut(ANN, "look_up")
        command, event, shortcut = site.heard
        assert command["enterprise_id"] == "E0ORG"
        assert event["authorizations"][0]["enterprise_id"] == "E0ORG"
        assert shortcut["enterprise"]["id"] == "E0ORG"
