"""Several workspaces have the app: none of them gets, moves or ends what is another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from bot.config import Slack
from bot.slack.grants import Grant, Tokens
from bot.slack.heard import Removed
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.removing import removing
from storage.slack_places import SlackPlace
from storage.store import Store
from tests.slack.attacks.front import event, front, slash, tap
from tests.slack.cloud_desk import OTHER_TEAM, TEAM
from tests.slack.test_installing import Site, site
from tests.wecom.dialogues import ticked_book

ORGANISATION = "E0ORG"


def trusting(at: Site, *listed: str) -> ManyWorkspaces:
    """The workspaces as a configuration that lists those has them."""
    config = Slack(client_id="1.2", client_secret=SecretStr("s"), workspaces=list(listed))
    sealed, renew = at.workspaces._seal, at.workspaces._renewal._renew
    return ManyWorkspaces(
        at.store, sealed, renew, at.desk.time, trusts=config.trusts, admits=config.admits
    )


async def met(at: Site, channel: str, team: str, name: str) -> None:
    """Somebody said something in a channel of that name, later than in all others."""
    at.desk.time.now += timedelta(minutes=1)
    async with at.store.begin() as tx:
        await tx.slack_places.note(SlackPlace(channel, team, at.desk.time(), name=name))


@pytest.mark.parametrize("listed", [(), (TEAM,)])
async def test_a_channel_of_the_same_name_elsewhere_draws_no_alerts_to_itself(
    store: Store, listed: tuple[str, ...]
) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        at.desk.time.pass_(60)
        await at.install(OTHER_TEAM)
        workspaces = trusting(at, *listed)
        for known in (False, True):
            if known:
                await met(at, "C0EAST", TEAM, "renewals-east")
            await met(at, "C0EVIL", OTHER_TEAM, "renewals-east")
            found = await workspaces.for_place("#renewals-east")
            assert found is not None
            assert found.team == TEAM


async def test_of_listed_workspaces_the_one_that_has_the_channel_is_meant(store: Store) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        at.desk.time.pass_(60)
        await at.install(OTHER_TEAM)
        workspaces = trusting(at, TEAM, OTHER_TEAM)
        assert await workspaces.for_place("#west") is None
        await met(at, "C0WEST", OTHER_TEAM, "west")
        await met(at, "C0GONE", "T0GONE", "west")  # met last, and has not the app any more
        found = await workspaces.for_place("#west")
        assert found is not None
        assert found.team == OTHER_TEAM


async def test_a_workspace_that_is_taken_off_the_list_is_heard_no_more(store: Store) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        at.desk.time.pass_(60)
        await at.install(OTHER_TEAM)
        await met(at, "C0WEST", OTHER_TEAM, "west")
        workspaces = trusting(at, TEAM)
        assert await workspaces.of(OTHER_TEAM) is None
        assert await workspaces.for_place("C0WEST") is None
        assert [each.team for each in await workspaces.all()] == [TEAM]
        assert len(await trusting(at).all()) == 2


async def test_who_is_not_let_in_is_noted_nowhere(store: Store) -> None:
    await ticked_book(store)
    async with front(store) as at:
        at.home.slack.users["U9EVIL"] = {"id": "U9EVIL", "team_id": "T9OTHER"}
        await at.tell(slash(at, "help", "U9EVIL", channel_id="C0EVIL"))
        await at.tell(tap(at, "help", "U9EVIL", channel="C0EVIL"))
        opened = event("app_home_opened", user="U9EVIL", tab="home", channel="D9")
        await at.tell(opened)
        pinned = {"type": "message", "channel": "C0EVIL", "ts": "1.1"}
        await at.tell(event("reaction_added", user="U9EVIL", reaction="pushpin", item=pinned))
        await at.home.settled()
        async with store.read() as tx:
            assert await tx.slack_places.named("renewals-east") is None
            assert await tx.slack_places.get("U9EVIL") is None
            assert await tx.slack_places.get("C0EVIL") is None


async def test_a_workspace_that_removes_its_own_takes_nothing_from_its_organisation(
    store: Store,
) -> None:
    """Slack tells of it twice, as `app_uninstalled` and as `tokens_revoked`."""
    async with site(store, enterprise=ORGANISATION) as at:
        await at.install(TEAM)
        assert [each.team for each in await at.workspaces.all()] == [ORGANISATION]
        own = Tokens(SecretStr("xoxb-own"))
        await at.workspaces.install(Grant(TEAM, "East", "A1", "U0BOT", own, ORGANISATION))
        remove = removing(store, at.workspaces, at.desk.time)
        for number in range(3):
            await remove(Removed(f"Ev{number}", TEAM, ORGANISATION))
            assert [each.team for each in await at.workspaces.all()] == [ORGANISATION]
        await remove(Removed("Ev8", OTHER_TEAM, "E9OTHER"))
        assert [each.team for each in await at.workspaces.all()] == [ORGANISATION]
        await remove(Removed("Ev9", ORGANISATION, ORGANISATION))
        assert await at.workspaces.all() == []


@asynccontextmanager
async def raw(at: Site) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection for what no client would send."""
    parts = urlsplit(at.address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def test_a_browser_that_sends_odd_bytes_back_is_refused(store: Store) -> None:
    odd = (b"\xff", b"\xed\xa0\x80", b'"\\377"', b"%00", b"a" * 4_000, b"", b"\xc3\xa9.1.2")
    async with site(store) as at:
        for cookie in odd:
            for state in ("%FF", "%ED%A0%80", "%00", "x.y.z", "1.2", "%C3%A9.1.2"):
                async with raw(at) as (reader, writer):
                    writer.write(
                        f"GET /slack/oauth_redirect?code=secret-code&state={state} HTTP/1.1\r\n"
                        "Host: a\r\nConnection: close\r\nCookie: renewals_slack_install=".encode()
                        + cookie
                        + b"\r\n\r\n"
                    )
                    answer = await reader.read()
                assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 401"), (cookie, state, answer)
                assert b"secret-code" not in answer


async def test_the_way_back_leads_to_no_address_of_a_query(store: Store) -> None:
    """Whatever is asked for, the links of our pages are ours or Slack's."""
    async with site(store) as at:
        link, cookies = await at.page()
        back = await at.allowed(link, TEAM)
        evil = "&redirect_uri=https://evil.example&next=//evil.example&team=%22%3E%3Cscript%3E"
        status, page = await at.back(back + evil, cookies)
        assert status == 200
        assert "evil" not in page
        assert "<script" not in page
        async with at.browser.get(f"{at.address}/slack/install?redirect_uri=//evil.example") as got:
            assert "evil" not in await got.text()


async def test_nobody_can_frame_our_pages_or_read_their_cookie(store: Store) -> None:
    async with site(store) as at, at.browser.get(f"{at.address}/slack/install") as got:
        cookie = got.headers["Set-Cookie"]
        assert got.headers["X-Frame-Options"] == "DENY"
        assert got.headers["Content-Security-Policy"] == "default-src 'none'"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
