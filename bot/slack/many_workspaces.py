"""The workspaces that installed the app: their tokens out of the database, renewed in time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.steady import SteadyClock, steady_time
from bot.sealing import Seal
from bot.slack.grants import Grant, Tokens
from bot.slack.identity import PROFILES
from bot.slack.ids import channel_name
from bot.slack.token_renewal import TURN_S, Renew, TokenRenewal, end_of
from bot.slack.workspaces import Workspace
from scoring.errors import BadCredentials, DeliveryError, PlatformDown, StoreUnavailable
from storage.slack_installations import SlackInstallation
from storage.slack_places import SlackPlace
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

AT_HAND_S = 30.0
"""How long a token is used without looking: another replica may hear that the app was removed."""

LIFE_MOST_S = 48 * 3_600.0
"""Tokens live 12 hours; one that would live longer is from another time line of the steady clock."""

EARLY_S = 1_800.0
"""So long before its end a token is renewed."""

WAIT_S = TURN_S + 2.0
"""How long another's turn is waited for."""


@dataclass(frozen=True, slots=True)
class _Held:
    workspace: Workspace
    version: int
    until: float


class ManyWorkspaces:
    """Workspaces by installation. `renew` asks Slack once for new tokens.

    `trusts` says whose channels the configuration may mean by `#name`: names are anybody's choice,
    so where none is trusted it is the workspace that had the app first. Whom `admits` does not let
    have the app (any more) is as if it had none.
    No transaction may be open while one waits here.
    """

    def __init__(
        self,
        store: Store,
        seal: Seal,
        renew: Renew,
        clock: Callable[[], datetime],
        *,
        trusts: Callable[[str], bool] = lambda _team: True,
        admits: Callable[[str, str], bool] = lambda _team, _enterprise: True,
        steady: SteadyClock = steady_time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        poll_s: float = 0.2,
    ) -> None:
        self._store = store
        self._seal = seal
        self._renewal = TokenRenewal(store, seal, renew)
        self._clock = clock
        self._trusts = trusts
        self._admits = admits
        self._steady = steady
        self._monotonic = monotonic
        self._sleep = sleep
        self._poll_s = poll_s
        self._held: dict[str, _Held] = {}
        self._refused: dict[str, int] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, team: str, enterprise: str = "") -> Workspace | None:
        """The one an event came from; None when it has not (any more) installed the app."""
        held = self._held.get(team)
        if held is not None and self._monotonic() < held.until:
            return held.workspace
        try:
            async with self._store.read() as tx:
                found = await self._installed(tx, team, enterprise)
            if found is None:
                self._held.pop(team, None)
                return None
            if found.team != team:
                await self._note_organisation(team, found.team)
            return await self._fit(team, found)
        except StoreUnavailable as fault:
            raise PlatformDown(f"the token cannot be looked up: {fault.reason}") from None

    async def for_place(self, place: str) -> Workspace | None:
        """The one in which a place is; None when nobody knows the place."""
        try:
            async with self._store.read() as tx:
                present = await self._present(tx)
                name = channel_name(place)
                if name:
                    present = [each for each in present if self._trusts(each.team)] or present[:1]
                    team = await self._team_named(tx, name, present)
                else:
                    team = await _team_of(tx, place)
        except StoreUnavailable as fault:
            raise PlatformDown(f"the place cannot be looked up: {fault.reason}") from None
        if not team and len(present) == 1:
            team = present[0].team
        return await self.of(team) if team else None

    async def all(self) -> Sequence[Workspace]:
        """Every one whose token can be had; what keeps another's from being had is logged."""
        try:
            async with self._store.read() as tx:
                present = await self._present(tx)
        except StoreUnavailable as fault:
            raise PlatformDown(f"the workspaces cannot be looked up: {fault.reason}") from None
        found = []
        for each in present:
            try:
                workspace = await self.of(each.team)
            except DeliveryError as fault:
                log.warning("%s has no token: %s %s", each.team, fault.code, fault.detail)
                continue
            if workspace is not None:
                found.append(workspace)
        return found

    def bot_user(self, team: str) -> str:
        """The bot's user id there, while its token is at hand; empty otherwise."""
        held = self._held.get(team)
        return "" if held is None else held.workspace.bot_user

    def forget(self, team: str) -> None:
        """Its token was refused: look it up afresh, and renew it when it is still the same."""
        held = self._held.pop(team, None)
        if held is not None:
            self._refused[team] = held.version

    async def install(self, grant: Grant, *, bot: str = "") -> None:
        """Keep what a workspace granted, instead of what it granted before."""
        async with self._store.begin() as tx:
            steady = await self._steady(tx)
            await tx.slack_installations.put(
                SlackInstallation(
                    team=grant.team,
                    name=grant.name,
                    app=grant.app,
                    bot=bot,
                    bot_user=grant.bot_user,
                    scopes=grant.scopes,
                    sealed=self._seal.close(grant.tokens.spelled()),
                    installed_at=self._clock(),
                    enterprise=grant.enterprise,
                    expires_at=end_of(grant.tokens, steady),
                    installed_by=grant.installed_by,
                )
            )
        self._held.clear()

    async def _installed(self, tx: Tx, team: str, enterprise: str) -> SlackInstallation | None:
        """That of the workspace itself before that of its organisation."""
        names = [team, enterprise]
        if team and not enterprise:
            known = await tx.slack_places.get(team)
            names.append(known.team if known is not None else "")
        present = await self._present(tx, filter(None, names))
        present.sort(key=lambda found: found.team != team)
        return present[0] if present else None

    async def _present(self, tx: Tx, teams: Iterable[str] | None = None) -> list[SlackInstallation]:
        """The installations that may be used, of these workspaces or all; oldest first."""
        present = await tx.slack_installations.present(teams)
        return [each for each in present if self._admits(each.team, each.enterprise)]

    async def _team_named(self, tx: Tx, name: str, among: Sequence[SlackInstallation]) -> str:
        """Which of these has a channel of that name, by where one was met last; empty: none."""
        for met in await tx.slack_places.all_named(name):
            found = await self._installed(tx, met.team, "")
            if found is not None and found.team in {each.team for each in among}:
                return met.team
        return ""

    async def _note_organisation(self, team: str, enterprise: str) -> None:
        """An event told the organisation; who only knows the workspace finds it by this."""
        async with self._store.read() as tx:
            known = await tx.slack_places.get(team)
        if known is not None and known.team == enterprise:
            return
        async with self._store.begin() as tx:
            await tx.slack_places.note(SlackPlace(team, enterprise, self._clock()))

    async def _fit(self, team: str, found: SlackInstallation) -> Workspace:
        """Its token, renewed when it is time to."""
        lock = self._locks.setdefault(found.team, asyncio.Lock())
        async with lock:
            give_up_at = self._monotonic() + WAIT_S
            while True:
                await self._renewal.save(found.team)
                async with self._store.read() as tx:
                    current = await tx.slack_installations.get(found.team)
                    steady = await self._steady(tx)
                if current is None or current.sealed is None:
                    raise BadCredentials("the app was removed there", code="no_workspace")
                tokens = self._opened(current)
                left_s = self._left_s(team, current, steady)
                if left_s > EARLY_S or not tokens.refresh.get_secret_value():
                    return self._hold(team, current, tokens, left_s)
                if await self._renewal.take_turn(current, steady):
                    if not await self._renewal.renew(current, tokens, steady, alive=left_s > 0):
                        return self._hold(team, current, tokens, left_s)
                elif left_s > 0:  # another renews it, and it is still good
                    return self._hold(team, current, tokens, left_s)
                elif self._monotonic() >= give_up_at:
                    raise PlatformDown("another process takes too long to renew the token")
                else:
                    await self._sleep(self._poll_s)

    def _opened(self, current: SlackInstallation) -> Tokens:
        text = self._seal.open(current.sealed or "")
        if text is None:
            raise BadCredentials(
                "the token was sealed with another client_secret; install the app again",
                code="sealed_otherwise",
            )
        return Tokens.read(text)

    def _left_s(self, team: str, current: SlackInstallation, steady: datetime) -> float:
        if current.expires_at is None:
            return LIFE_MOST_S
        if current.version == self._refused.get(team):
            return 0.0
        left_s = (current.expires_at - steady).total_seconds()
        return left_s if left_s <= LIFE_MOST_S else 0.0

    def _hold(
        self, team: str, current: SlackInstallation, tokens: Tokens, left_s: float
    ) -> Workspace:
        workspace = Workspace(
            team=team,
            bot_user=current.bot_user,
            bot_id=current.bot,
            token=tokens.token,
            scopes=current.scopes,
            enterprise=current.enterprise,
            name=current.name,
        )
        until = self._monotonic() + min(AT_HAND_S, max(left_s, 0.0))
        self._held[team] = _Held(workspace, current.version, until)
        return workspace


async def _team_of(tx: Tx, place: str) -> str:
    """In which workspace the id of a channel or person was met; empty: not known."""
    met = await tx.slack_places.get(place)
    if met is not None:
        return met.team
    profile = await tx.settings.get(f"{PROFILES}{place}")
    return str(profile["team"]) if profile else ""
