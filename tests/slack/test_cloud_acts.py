"""What people do in the loopback Slack: forms, searches, Home, files, links, coming and going."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.loopback.slack.limits import Timing
from bot.loopback.slack.workspace import App
from scoring.model import Platform
from tests.slack.cloud_desk import (
    ANN,
    EAST,
    SHARED,
    TEAM,
    Desk,
    buttons,
    error,
    field,
    modal,
    product,
    running,
    section,
)
from tests.slack.cloud_site import SIGNING, Site, sites

Json = dict[str, Any]

SEARCH = {"type": "external_select", "action_id": "search:customer", "min_query_length": 2}


def home(*blocks: Json) -> Json:
    """A Home tab."""
    return {"type": "home", "blocks": list(blocks)}


async def opened(desk: Desk, site: Site, *blocks: Json, **more: Any) -> Json:
    """A form that Ann has open."""
    await desk.cloud.people.shortcut(ANN, "log")
    trigger = site.heard[-1]["trigger_id"]
    answer = await desk.client.views_open(trigger_id=trigger, view=modal(*blocks, **more))
    view: Json = answer["view"]
    return view


async def test_a_select_searches_and_takes_only_what_was_found() -> None:
    async with sites() as (desk, site):
        people = desk.cloud.people
        await opened(desk, site, field("customer", SEARCH))
        assert (await people.search(ANN, "customer", "a")).options == ()
        option = {"text": {"type": "plain_text", "text": "Acme"}, "value": "A-12"}
        site.answer = {"options": [option]}
        done = await people.search(ANN, "customer", "acm")
        assert (done.options, site.heard[-1]["value"]) == ((option,), "acm")
        with pytest.raises(LookupError, match="no option"):
            people.fill(ANN, {"customer": "A-13"})
        site.answer = None
        await people.submit(ANN, {"customer": "A-12"})
        state = site.heard[-1]["view"]["state"]["values"]["customer"]["search:customer"]
        assert state["selected_option"] == option


async def test_too_many_options_are_none() -> None:
    async with sites() as (desk, site):
        await opened(desk, site, field("customer", SEARCH))
        option = {"text": {"type": "plain_text", "text": "x" * 76}, "value": "1"}
        site.answer = {"options": [option]}
        done = await desk.cloud.people.search(ANN, "customer", "acme")
        assert done.complaint.startswith("invalid_options")


async def test_a_changed_form_keeps_what_was_typed_and_knows_its_hash() -> None:
    async with sites() as (desk, site):
        view = await opened(desk, site, field("note"))
        desk.cloud.people.fill(ANN, {"note": "half a sen"})
        again = modal(field("note"), field("who", optional=True))
        changed = await desk.client.views_update(view_id=view["id"], hash=view["hash"], view=again)
        held = desk.cloud.forms(ANN)[0].values
        assert held["note"]["note_in"]["value"] == "half a sen"
        assert changed["view"]["hash"] != view["hash"]
        stale = desk.client.views_update(view_id=view["id"], hash=view["hash"], view=again)
        assert await error(stale) == "hash_conflict"
        await desk.cloud.people.close(ANN)
        gone = desk.client.views_update(view_id=view["id"], view=again)
        assert await error(gone) == "not_found"


async def test_three_forms_are_the_most_and_closing_is_told_where_wanted() -> None:
    async with sites() as (desk, site):
        people = desk.cloud.people
        await opened(desk, site, field("note"), notify_on_close=True)
        for expected in ("", "", "push_limit_reached"):
            site.answer = None
            view = modal(buttons("more"), notify_on_close=True)
            await desk.client.views_update(view_id=desk.cloud.forms(ANN)[-1].id, view=view)
            await people.tap_form(ANN, "more")
            trigger = site.heard[-1]["trigger_id"]
            pushing = desk.client.views_push(trigger_id=trigger, view=modal(field("note")))
            assert await error(pushing) == expected
        await people.close(ANN)
        assert site.heard[-1]["type"] == "view_closed"
        await people.close(ANN, all_=True)
        assert desk.cloud.forms(ANN) == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, 0),
        ({"response_action": "clear"}, 0),
        ({"response_action": "update", "view": modal(section("done"))}, 1),
        ({"response_action": "push", "view": modal(section("sure?"))}, 2),
    ],
)
async def test_a_submission_is_answered_with_what_comes_next(
    answer: Json | None, left: int
) -> None:
    async with sites() as (desk, site):
        await opened(desk, site, field("note"))
        site.answer = answer
        done = await desk.cloud.people.submit(ANN, {"note": "x"})
        assert (done.complaint, len(desk.cloud.forms(ANN))) == ("", left)


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "no such field"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
    ],
)
async def test_nonsense_after_a_submission_leaves_an_apology(answer: Json) -> None:
    async with sites() as (desk, site):
        await opened(desk, site, field("note"))
        site.answer = answer
        done = await desk.cloud.people.submit(ANN, {"note": "x"})
        assert done.complaint
        assert desk.cloud.forms(ANN)[0].failed


async def test_a_home_tab_is_published_opened_and_tapped() -> None:
    async with sites() as (desk, site):
        people = desk.cloud.people
        await people.open_home(ANN)
        assert "view" not in site.heard[-1]["event"]
        body = home(section("Yours"), buttons("claim"))
        published = await desk.client.views_publish(user_id=ANN, view=body)
        await people.open_home(ANN)
        assert site.heard[-1]["event"]["view"]["id"] == published["view"]["id"]
        await people.tap_home(ANN, "claim")
        assert site.heard[-1]["container"]["type"] == "view"
        stale = desk.client.views_publish(user_id=ANN, view=body, hash="1.2")
        assert await error(stale) == "hash_conflict"


async def test_a_message_shortcut_and_a_reaction_carry_the_message() -> None:
    async with sites() as (desk, site):
        people = desk.cloud.people
        said = await people.say(ANN, EAST, "Acme called & wants <more>")
        assert said.posted is not None
        ts = said.posted.ts
        await people.message_shortcut(ANN, EAST, ts, "log_touch")
        assert site.heard[-1]["message"]["text"] == "Acme called &amp; wants &lt;more&gt;"
        await people.react(ANN, EAST, ts, "pushpin")
        assert site.heard[-1]["event"]["item"] == {"type": "message", "channel": EAST, "ts": ts}
        heard = len(site.heard)
        await people.react(ANN, EAST, ts, "pushpin")
        assert len(site.heard) == heard


async def test_a_dropped_file_is_fetched_with_the_token_alone() -> None:
    async with sites() as (desk, site):
        await desk.cloud.people.drop(ANN, ANN, "book.csv", b"a,b")
        file = site.heard[-1]["event"]["files"][0]
        assert site.heard[-1]["event"]["subtype"] == "file_share"
        bearer = {"Authorization": f"Bearer {desk.client.token}"}
        async with aiohttp.ClientSession() as session:
            async with session.get(file["url_private"], headers=bearer) as given:
                assert await given.read() == b"a,b"
            async with session.get(file["url_private"]) as page:
                assert page.content_type == "text/html"


async def test_an_upload_is_worked_on_before_it_can_be_shown() -> None:
    async with running(timing=Timing(processing_s=0.2)) as desk:
        asked = await desk.client.files_getUploadURLExternal(filename="chart.png", length=3)
        async with aiohttp.ClientSession() as session:
            async with session.post(asked["upload_url"], data=b"pn") as short:
                assert short.status == 400
            async with session.post(asked["upload_url"], data=b"png") as taken:
                assert taken.status == 200
        await desk.client.files_completeUploadExternal(files=[{"id": asked["file_id"]}])
        image = {"type": "image", "alt_text": "x", "slack_file": {"id": asked["file_id"]}}
        early = desk.client.chat_postMessage(channel=EAST, text="x", blocks=[image])
        assert await error(early) == "invalid_blocks"
        file = (await desk.client.files_info(file=asked["file_id"]))["file"]
        assert file["mimetype"] == ""


async def test_slacks_own_upload_shares_into_a_channel() -> None:
    async with running() as desk:
        await desk.client.files_upload_v2(
            channel=EAST, filename="list.csv", content="a,b", initial_comment="the list"
        )
        assert desk.cloud.words(EAST) == ["the list"]
        posted = desk.cloud.posts(EAST)[0]
        assert desk.cloud.file_of(posted.shown_id) == ("list.csv", b"a,b")
        info = await desk.client.files_info(file=posted.files[0]["id"])
        assert info["file"]["shares"]["public"][EAST][0]["ts"] == posted.ts


async def test_a_link_of_the_apps_domain_gets_a_preview() -> None:
    async with sites() as (desk, site):
        desk.cloud.app.unfurl_domains = ("bot.example.com",)
        url = "https://bot.example.com/c/A-12"
        done = await desk.cloud.people.say(ANN, EAST, f"see {url} please")
        shared = site.heard[-1]["event"]
        assert shared["links"] == [{"domain": "bot.example.com", "url": url}]
        where = {"channel": EAST, "ts": shared["message_ts"]}
        preview = {"blocks": [section("Acme")]}
        await desk.client.chat_unfurl(**where, unfurls={url: preview})
        assert done.posted is not None
        assert done.posted.unfurls == {url: preview}
        shown = desk.board.get(Platform.SLACK, "#renewals-east", done.posted.shown_id)
        assert shown is not None
        assert shown.previews == (preview,)
        other = desk.client.chat_unfurl(**where, unfurls={f"{url}3": preview})
        assert await error(other) == "cannot_unfurl_url"
        by_id = {"unfurl_id": shared["unfurl_id"], "source": shared["source"]}
        assert await error(desk.client.api_call("chat.unfurl", json={**by_id, "unfurls": {}}))


async def test_a_button_in_a_preview_is_told_with_its_link() -> None:
    async with sites() as (desk, site):
        desk.cloud.app.unfurl_domains = ("bot.example.com",)
        url = "https://bot.example.com/c/A-12"
        done = await desk.cloud.people.say(ANN, EAST, url)
        assert done.posted is not None
        ts = done.posted.ts
        preview = {"blocks": [section("Acme"), buttons("summary", value="show A-12")]}
        await desk.client.chat_unfurl(channel=EAST, ts=ts, unfurls={url: preview})
        await desk.cloud.people.tap(ANN, EAST, ts, "summary")
        told = site.heard[-1]
        assert told["actions"][0]["value"] == "show A-12"
        assert told["container"]["app_unfurl_url"] == told["app_unfurl"]["app_unfurl_url"] == url
        assert "message" not in told


async def test_members_come_and_go_and_shared_channels_are_marked() -> None:
    async with sites() as (desk, site):
        people = desk.cloud.people
        await people.invite(ANN, SHARED)
        assert site.heard[-1]["event"]["type"] == "member_joined_channel"
        await people.mention("U0STRANGER", SHARED, "hello")
        assert site.heard[-1]["is_ext_shared_channel"]
        assert site.heard[-1]["event"]["user_team"] == "T0FOREIGN"
        await people.remove(ANN, SHARED)
        assert site.heard[-1]["event"]["type"] == "member_left_channel"
        await people.change(ANN, deleted=True)
        assert site.heard[-1]["event"]["user"]["deleted"]


# The SDK writes its credentials with something that aiohttp will lose.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_the_app_is_installed_by_code_and_uninstalled() -> None:
    site = Site()
    async with product(site.serve) as url:
        app = App(
            request_url=url, signing_secret=SIGNING, redirect_urls=("https://bot.example.com/",)
        )
        async with running(app) as desk:
            query = {
                "client_id": app.client_id,
                "scope": "chat:write,commands",
                "state": "s1",
                "redirect_uri": "https://bot.example.com/slack/oauth",
            }
            page = f"{desk.cloud.origin}/oauth/v2/authorize"
            async with aiohttp.ClientSession() as session:
                async with session.get(page, params=query) as shown:
                    assert "West" in await shown.text()
                allowing = {**query, "allow": "T0WEST"}
                async with session.get(page, params=allowing, allow_redirects=False) as sent:
                    back = sent.headers["Location"]
            assert back.startswith("https://bot.example.com/slack/oauth?code=")
            code = back.partition("code=")[2].partition("&")[0]

            async def exchange(**change: str) -> str:
                known = {"client_id": app.client_id, "client_secret": app.client_secret}
                given = {**known, "code": code, "redirect_uri": query["redirect_uri"], **change}
                return await error(desk.client.oauth_v2_access(**given))

            assert await exchange(client_secret="wrong") == "bad_client_secret"
            assert await exchange() == ""
            assert await exchange() == "invalid_code"
            installed = desk.cloud.installation("T0WEST")
            assert installed is not None
            there = desk.client_of(installed.bot_token)
            assert (await there.auth_test())["team_id"] == "T0WEST"
            await desk.cloud.people.uninstall("T0WEST")
            told = [heard["event"]["type"] for heard in site.heard]
            assert told == ["tokens_revoked", "app_uninstalled"]
            assert await error(there.auth_test()) == "token_revoked"
            assert (await desk.client.auth_test())["team_id"] == TEAM


async def test_an_organisations_token_is_good_in_all_its_workspaces() -> None:
    async with running(App(org_wide=True), enterprise="E0ORG") as desk:
        desk.cloud.invite_bot("T0WEST", "renewals-west")
        test = await desk.client.auth_test()
        assert (test["is_enterprise_install"], test["team_id"]) == (True, "E0ORG")
        await desk.client.chat_postMessage(channel="C0WEST", text="hello")
        people = await desk.client.users_list(team_id="T0WEST")
        assert "U0WEST" in {one["id"] for one in people["members"]}
