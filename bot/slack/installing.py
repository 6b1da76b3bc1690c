"""How a workspace gets the app by itself: a page with a link to Slack, and where Slack sends back.

The state that goes along is a mark only we can make, bound to the browser by a cookie, good for
ten minutes and for one return on whatever replica.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode, urljoin

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.sealing import Seal
from bot.slack.grants import Grant, Grants
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.mending import INSTALLED, mended
from bot.slack.surface import INSTALL_PATH, REDIRECT_PATH
from bot.slack.wire import SlackWire
from bot.slack.workspaces import workspace_in
from messages.i18n import Phrasebook
from scoring.errors import BadCredentials, DeliveryError, StoreUnavailable
from scoring.model import Locale
from storage.audit import Change
from storage.store import Store

log = structlog.get_logger()

STATE_S = 600
"""How long somebody may take from the page to coming back."""

COOKIE = "renewals_slack_install"
WORD = "slack install"
AUTHORIZE = "/oauth/v2/authorize"
"""Beside the API, on the same host."""

OPEN = "https://slack.com/app_redirect"

_PARAMETER_MOST = 1_000
_SPENT = frozenset({"invalid_code", "code_already_used"})


class InstallDoors:
    """The two addresses. `admits` says which workspaces may have the app; `wake` rouses delivery."""

    def __init__(
        self,
        store: Store,
        workspaces: ManyWorkspaces,
        grants: Grants,
        seal: Seal,
        clock: Callable[[], datetime],
        *,
        client_id: str,
        public_url: str,
        scopes: Sequence[str],
        api_url: str,
        admits: Callable[[str, str], bool] = lambda _team, _enterprise: True,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._grants = grants
        self._seal = seal
        self._clock = clock
        self._client_id = client_id
        self._public_url = public_url.rstrip("/")
        self._scopes = scopes
        self._api_url = api_url
        self._admits = admits
        self._wake = wake

    def add_to(self, app: web.Application) -> None:
        """Register them."""
        app.router.add_get(INSTALL_PATH, self.install)
        app.router.add_get(REDIRECT_PATH, self.come_back)

    async def install(self, request: web.Request) -> web.Response:
        """The page with the link to Slack."""
        state = self._seal.stamp(WORD, self._clock())
        asked = {
            "client_id": self._client_id,
            "scope": ",".join(self._scopes),
            "user_scope": "",
            "redirect_uri": self._redirect_uri,
            "state": state,
        }
        phrases = _phrases(request)
        link = f"{urljoin(self._api_url, AUTHORIZE)}?{urlencode(asked)}"
        page = _page(phrases, "slack_install.about", link, "slack_install.add")
        page.set_cookie(
            COOKIE,
            state,
            max_age=STATE_S,
            path="/slack",
            httponly=True,
            # Slack sends the browser back by a link, with which `strict` would not come along.
            samesite="Lax",
            secure=self._public_url.startswith("https://"),
        )
        return page

    async def come_back(self, request: web.Request) -> web.Response:
        """Where Slack sends people back: with a code, or because they would not."""
        phrases = _phrases(request)
        given = {key: request.query.get(key, "")[:_PARAMETER_MOST] for key in request.query}
        state, cookie = given.get("state", ""), request.cookies.get(COOKIE, "")
        if not state or not hmac.compare_digest(_bytes(state), _bytes(cookie)):
            return _said(phrases, "slack_install.other_browser", status=400)
        try:
            first = await self._first_return(state)
        except StoreUnavailable as fault:
            log.warning("a return from Slack could not be noted", reason=fault.reason)
            return _said(phrases, "slack_install.store_down", status=503)
        if not first:
            return _said(phrases, "slack_install.too_late", status=401)
        if given.get("error"):
            return _said(phrases, "slack_install.declined", status=400)
        if not given.get("code"):
            return _said(phrases, "slack_install.other_browser", status=400)
        try:
            grant = await self._grants.exchange(given["code"], self._redirect_uri)
        except DeliveryError as fault:
            log.warning("an installation failed", code=fault.code, detail=fault.detail)
            if fault.code in _SPENT:
                return _said(phrases, "slack_install.refused", status=400)
            return _said(phrases, "slack_install.slack_down", status=503)
        return await self._granted(phrases, grant)

    async def _granted(self, phrases: Phrasebook, grant: Grant) -> web.Response:
        bot, known = await self._bot(grant)
        if not self._admits(grant.team, grant.enterprise):
            await self._revoke(grant.tokens.token)
            log.warning(
                "a workspace that may not have the app tried to install it", team=grant.team
            )
            return _said(phrases, "slack_install.not_admitted", status=403)
        if not known:
            return _said(phrases, "slack_install.refused", status=400)
        try:
            await self._workspaces.install(grant, bot=bot)
            await self._record(grant)
            if await mended(self._store, INSTALLED):
                self._wake()
        except StoreUnavailable as fault:
            log.warning("an installation could not be kept", reason=fault.reason)
            return _said(phrases, "slack_install.store_down", status=503)
        log.info("a workspace installed the app", team=grant.team)
        link = f"{OPEN}?{urlencode({'app': grant.app, 'team': grant.team})}"
        return _page(
            phrases, "slack_install.done", link, "slack_install.open", name=grant.name or grant.team
        )

    async def _bot(self, grant: Grant) -> tuple[str, bool]:
        """The bot's own id, which the grant does not tell, and whether the token is one at all.

        Slack being down now is no reason to lose what was granted.
        """
        wire = SlackWire(self._api_url, timeout_s=4.0)
        try:
            answer = await wire.ask(grant.tokens.token, "auth.test", {})
            return workspace_in(answer, grant.tokens.token).bot_id, True
        except BadCredentials:
            return "", False
        except DeliveryError:
            return "", True
        finally:
            await wire.close()

    async def _revoke(self, token: SecretStr) -> None:
        wire = SlackWire(self._api_url, timeout_s=4.0)
        try:
            await wire.ask(token, "auth.revoke", {})
        except DeliveryError as fault:
            log.info("a token that is not wanted was not revoked", code=fault.code)
        finally:
            await wire.close()

    async def _first_return(self, state: str) -> bool:
        now = self._clock()
        if not self._seal.stamped(WORD, state, now, life_s=STATE_S):
            return False
        # As long as its own clock is off by no more than it has to live.
        until = now + timedelta(seconds=2 * STATE_S)
        async with self._store.begin() as tx:
            name = hashlib.sha256(state.encode()).hexdigest()
            return await tx.slack_installations.come_back(name, now=now, until=until)

    async def _record(self, grant: Grant) -> None:
        told = {"team": grant.team, "name": grant.name, "by": grant.installed_by}
        change = Change("install", "slack_workspace", None, None, told)
        async with self._store.begin() as tx:
            await tx.audit.record(
                [change], person_id=None, actor="slack", via="slack", at=self._clock()
            )

    @property
    def _redirect_uri(self) -> str:
        return f"{self._public_url}{REDIRECT_PATH}"


def _bytes(text: str) -> bytes:
    """What a browser sent, also where that is no text."""
    return text.encode(errors="surrogatepass")


def _phrases(request: web.Request) -> Phrasebook:
    wanted = request.headers.get("Accept-Language", "")[:100].split(",")[0]
    return Phrasebook(Locale.of(wanted.split(";")[0].strip()))


def _said(phrases: Phrasebook, key: str, *, status: int) -> web.Response:
    return _page(phrases, key, INSTALL_PATH, "slack_install.again", status=status)


def _page(
    phrases: Phrasebook, key: str, link: str, label: str, *, status: int = 200, **params: object
) -> web.Response:
    title = escape(phrases.t("slack_install.title"))
    html = (
        f'<!doctype html><html lang="{phrases.locale.value.replace("_", "-")}"><head>'
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>{escape(phrases.t(key, **params))}</p>"
        f'<p><a href="{escape(link)}">{escape(phrases.t(label))}</a></p></body></html>'
    )
    page = web.Response(text=html, content_type="text/html", status=status)
    page.headers["Cache-Control"] = "no-store"
    return page
