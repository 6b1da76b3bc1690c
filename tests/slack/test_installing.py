"""Several workspaces: the page, Slack's way back, sealed tokens, and what removing does."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.loopback.slack.workspace import App
from bot.sealing import Seal
from bot.slack.api import SlackApi
from bot.slack.channels import Channel, Channels
from bot.slack.grants import Grants
from bot.slack.heard import Removed
from bot.slack.installing import STATE_S, InstallDoors
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.removing import removing
from bot.slack.scopes import scopes_for
from bot.web.server import serving, web_app
from messages.i18n import Phrasebook
from scoring.errors import BadCredentials
from scoring.model import Locale
from storage.slack_places import SlackPlace
from storage.store import Store
from tests.slack.cloud_desk import ANN, ELSEWHERE, OTHER_TEAM, TEAM, WEST, Desk, running

URL = "http://127.0.0.1:1"


@dataclass
class Site:
    """Our two addresses on loopback, and a browser that follows nothing by itself."""

    address: str
    desk: Desk
    workspaces: ManyWorkspaces
    store: Store
    browser: aiohttp.ClientSession

    async def page(self) -> tuple[str, dict[str, str]]:
        """The link to Slack, and the cookies that came with it."""
        async with self.browser.get(f"{self.address}/slack/install") as answer:
            assert answer.status == 200
            cookies = SimpleCookie(answer.headers["Set-Cookie"])
            assert all(each["httponly"] for each in cookies.values())
            (link,) = re.findall(r'href="([^"]+)"', await answer.text())
        return html.unescape(link), {key: each.value for key, each in cookies.items()}

    async def allowed(self, link: str, team: str) -> str:
        """Where Slack sends the browser when somebody allows it there."""
        async with self.browser.get(
            f"{link}&allow={team}&as={ANN}", allow_redirects=False
        ) as answer:
            assert answer.status == 302
            return answer.headers["Location"].replace(URL, self.address)

    async def back(self, address: str, cookies: dict[str, str]) -> tuple[int, str]:
        """The browser comes back."""
        async with self.browser.get(address, cookies=cookies) as answer:
            return answer.status, await answer.text()

    async def install(self, team: str) -> tuple[int, str]:
        """All of it."""
        link, cookies = await self.page()
        return await self.back(await self.allowed(link, team), cookies)


@asynccontextmanager
async def site(
    store: Store, *, admits: Any = None, enterprise: str = "", client_secret: str = ""
) -> AsyncIterator[Site]:
    wide = bool(enterprise)
    app = App(redirect_urls=(f"{URL}/slack/oauth_redirect",), org_wide=wide)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(running(app, enterprise=enterprise))
        desk.cloud.revoke(TEAM)  # nobody has it yet
        secret = SecretStr(client_secret or app.client_secret)
        grants = Grants(desk.cloud.api_url, app.client_id, secret)
        stack.push_async_callback(grants.close)
        seal = Seal(app.client_id, secret, platform="slack")
        workspaces = ManyWorkspaces(store, seal, grants.renew, desk.time)
        doors = InstallDoors(
            store,
            workspaces,
            grants,
            seal,
            desk.time,
            client_id=app.client_id,
            public_url=URL,
            scopes=scopes_for(links=False),
            api_url=desk.cloud.api_url,
            **({"admits": admits} if admits else {}),
        )
        address = await stack.enter_async_context(serving(web_app([doors]), "127.0.0.1", 0))
        browser = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        yield Site(address, desk, workspaces, store, browser)


async def test_a_workspace_installs_the_app_and_can_be_spoken_to(store: Store) -> None:
    async with site(store) as at:
        status, page = await at.install(TEAM)
        assert (status, "East" in page) == (200, True)
        status, _ = await at.install(OTHER_TEAM)
        assert status == 200
        found = {each.team: each for each in await at.workspaces.all()}
        assert set(found) == {TEAM, OTHER_TEAM}
        east = found[TEAM]
        assert east.bot_id
        assert east.scopes == frozenset(scopes_for(links=False))
        api = SlackApi(at.workspaces, api_url=at.desk.cloud.api_url, clock=at.desk.time)
        try:
            told = await api.call("auth.test", {}, team=OTHER_TEAM)
        finally:
            await api.close()
        assert told["team_id"] == OTHER_TEAM


async def test_the_database_alone_does_not_tell_a_token(store: Store) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        workspace = await at.workspaces.of(TEAM)
        assert workspace is not None
        async with store.read() as tx:
            rows = (await tx.connection.execute(text("SELECT * FROM slack_installations"))).all()
        assert workspace.token.get_secret_value() not in str(rows)
        assert "xoxb" not in str(rows)


async def test_a_state_is_good_for_one_return_within_ten_minutes_in_one_browser(
    store: Store,
) -> None:
    async with site(store) as at:
        link, cookies = await at.page()
        back = await at.allowed(link, TEAM)
        assert (await at.back(back, {}))[0] == 400
        _, others = await at.page()
        assert (await at.back(back, others))[0] == 400
        assert (await at.back(back, cookies))[0] == 200
        assert (await at.back(back, cookies))[0] == 401

        link, cookies = await at.page()
        back = await at.allowed(link, OTHER_TEAM)
        at.desk.time.pass_(STATE_S + 1)
        assert (await at.back(back, cookies))[0] == 401
        assert await at.workspaces.of(OTHER_TEAM) is None


@pytest.mark.parametrize(
    "query",
    ["", "?code=1", "?state=x&code=1", "?state=%FF&code=%FF", "?error=access_denied", "?state="],
)
async def test_what_slack_did_not_send_is_refused_without_a_word_of_it(
    store: Store, query: str
) -> None:
    async with site(store) as at:
        address = f"{at.address}/slack/oauth_redirect{query}"
        assert (await at.back(address, {}))[0] == 400
        assert (await at.back(address, {"renewals_slack_install": "x"}))[0] in (400, 401)


async def test_without_a_book_people_are_told_in_words() -> None:
    gone = Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    async with site(gone) as at:
        status, page = await at.install(TEAM)
    await gone.close()
    assert status == 503
    assert Phrasebook(Locale.EN).t("slack_install.store_down") in html.unescape(page)


async def test_cancelled_or_with_a_wrong_code_nothing_is_installed(store: Store) -> None:
    async with site(store) as at:
        _, cookies = await at.page()
        state = cookies["renewals_slack_install"]
        query = f"{at.address}/slack/oauth_redirect?state={state}"
        status, page = await at.back(f"{query}&error=access_denied", cookies)
        assert (status, "was told not to" in page) == (400, True)
        _, cookies = await at.page()
        state = cookies["renewals_slack_install"]
        query = f"{at.address}/slack/oauth_redirect?state={state}"
        assert (await at.back(f"{query}&code=wrong", cookies))[0] == 400
        assert not await at.workspaces.all()


async def test_a_workspace_that_is_not_on_the_list_gets_nothing_and_loses_its_token(
    store: Store,
) -> None:
    async with site(store, admits=lambda team, _organisation: team == TEAM) as at:
        assert (await at.install(OTHER_TEAM))[0] == 403
        assert await at.workspaces.of(OTHER_TEAM) is None
        assert at.desk.cloud.installation(OTHER_TEAM) is None
        assert (await at.install(TEAM))[0] == 200


async def test_the_page_speaks_the_browsers_language(store: Store) -> None:
    async with site(store) as at:
        chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
        async with at.browser.get(f"{at.address}/slack/install", headers=chinese) as answer:
            assert "添加到 Slack" in await answer.text()
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


async def test_a_whole_organisation_installs_it_once(store: Store) -> None:
    async with site(store, enterprise="E0ORG") as at:
        assert (await at.install(TEAM))[0] == 200
        assert [each.team for each in await at.workspaces.all()] == ["E0ORG"]
        assert await at.workspaces.of(OTHER_TEAM) is None
        west = await at.workspaces.of(OTHER_TEAM, "E0ORG")
        assert west is not None
        assert (west.team, west.enterprise) == (OTHER_TEAM, "E0ORG")
        # Another process, which only knows the workspace, finds the organisation's token, too.
        elsewhere = ManyWorkspaces(
            store, at.workspaces._seal, at.workspaces._renewal._renew, at.desk.time
        )
        found = await elsewhere.of(OTHER_TEAM)
        assert found is not None
        assert found.token == west.token


async def test_the_place_says_whose_token_is_meant(store: Store) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        alone = await at.workspaces.for_place("#anything")
        assert alone is not None
        assert alone.team == TEAM
        await at.install(OTHER_TEAM)
        assert await at.workspaces.for_place("#anything") is None
        now = at.desk.time()
        async with store.begin() as tx:
            await tx.slack_places.note(SlackPlace("C0WEST", OTHER_TEAM, now, name="west"))
            document = {"team": TEAM, "standing": "member", "at": now.isoformat()}
            await tx.settings.put("slack.profile:U0ANN", document, at=now)
        for place, team in (("C0WEST", OTHER_TEAM), ("#west", OTHER_TEAM), (ANN, TEAM)):
            found = await at.workspaces.for_place(place)
            assert found is not None
            assert found.team == team


@pytest.mark.parametrize(
    ("place", "found"), [("#renewals-west", ELSEWHERE), (ELSEWHERE, ELSEWHERE), (WEST, WEST)]
)
async def test_a_place_of_the_configuration_is_looked_for_in_every_workspace(
    store: Store, place: str, found: str
) -> None:
    async with site(store) as at:
        for team in (TEAM, OTHER_TEAM):
            await at.install(team)
        at.desk.cloud.invite_bot(OTHER_TEAM, ELSEWHERE)
        api = SlackApi(at.workspaces, api_url=at.desk.cloud.api_url, clock=at.desk.time)
        channels = Channels(api, store)
        try:
            assert await channels.to_post(place) == Channel(found, OTHER_TEAM)
            for nowhere in ("#nowhere", "U0NOBODY"):
                with pytest.raises(BadCredentials):
                    await channels.to_post(nowhere)
        finally:
            await api.close()


async def test_removed_it_is_forgotten_once_and_can_be_installed_again(store: Store) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        async with store.begin() as tx:
            await tx.slack_places.note(SlackPlace("C0EAST", TEAM, at.desk.time()))
        assert await at.workspaces.of(TEAM)
        remove = removing(store, at.workspaces, at.desk.time)
        people_alone = Removed("Ev0", TEAM, users=(ANN,), bot=False)
        await remove(people_alone)
        assert await at.workspaces.of(TEAM)
        await remove(Removed("Ev1", TEAM))
        assert await at.workspaces.of(TEAM) is None
        async with store.read() as tx:
            kept = await tx.slack_installations.get(TEAM)
            assert kept is not None
            assert kept.sealed is None
            assert await tx.slack_places.get("C0EAST") is None
        await at.install(TEAM)
        # Slack tells it again, because it was not answered in time.
        await remove(Removed("Ev1", TEAM))
        assert await at.workspaces.of(TEAM)


async def test_a_changed_client_secret_is_named_as_the_reason(store: Store) -> None:
    async with site(store) as at:
        await at.install(TEAM)
        seal = Seal(at.desk.cloud.app.client_id, SecretStr("another"), platform="slack")
        other = ManyWorkspaces(store, seal, at.workspaces._renewal._renew, at.desk.time)
        with pytest.raises(BadCredentials, match="install the app again"):
            await other.of(TEAM)
        assert not await other.all()


async def test_wrong_credentials_of_the_app_keep_people_from_installing(store: Store) -> None:
    async with site(store, client_secret="wrong") as at:
        assert (await at.install(TEAM))[0] == 503
        assert not await at.workspaces.all()
