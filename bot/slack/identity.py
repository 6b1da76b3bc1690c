"""Who speaks: a person by their id, by the e-mail address that Slack vouches for, or nobody yet.

Guests, bots and people of other companies are not admitted, even where the book lists their id:
what Slack says of an account is asked once a day and kept. Who becomes a guest meanwhile is told
by an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.slack.heard import Where
from bot.slack.profiles import Profile, Standing, is_foreign, profile_of
from bot.slack.seams import Calls, Speaker
from scoring.errors import DeliveryError, PlatformDown, StoreUnavailable
from scoring.model import Locale, Person, Platform
from storage.audit import Change
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

PROFILES = "slack.profile:"
"""Followed by a user's id: what Slack said of the account, and of which workspace."""

KEPT = timedelta(days=1)
"""How long Slack's word is believed without an event."""

AT_HAND = timedelta(minutes=5)
"""How long a known person's profile is not even looked up: events may reach another replica."""

PAUSE = timedelta(minutes=1)
"""How long nothing is asked after a call failed: every line would wait for it otherwise."""

ACTOR = "slack"
"""Who linked, in the audit."""

_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_AT_HAND_MOST = 4_096
_TEAMS_MOST = 1_000


class Identity:
    """Tells people apart.

    `trusts` says in which workspaces an e-mail address is proof: whoever runs a workspace decides
    what addresses its members have, so of several not every one is believed.
    """

    def __init__(
        self,
        store: Store,
        api: Calls,
        clock: Callable[[], datetime],
        *,
        trusts: Callable[[str], bool] = lambda _team: True,
    ) -> None:
        self._store = store
        self._api = api
        self._clock = clock
        self._trusts = trusts
        self._at_hand: OrderedDict[tuple[str, str], tuple[Profile, datetime]] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Future[Speaker]] = {}
        self._not_before: dict[str, datetime] = {}

    async def identify(self, where: Where) -> Speaker:
        """Who did it; raises the DeliveryError tree where Slack has to be asked in vain."""
        if not where.user or is_foreign(where):
            return Speaker(where.user, admitted=False)
        known = self._remembered(where)
        if known is not None:
            return _speaker(where, known, known=True)
        key = (where.team, where.user)
        # Looked up and asked in one piece, so that of many lines at once one asks.
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.ensure_future(self._look_up(where))
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        try:
            return await asyncio.shield(asking)
        except StoreUnavailable:
            # Whoever reads the line next says so; nothing can be shown without the book.
            return Speaker(where.user)

    async def person_for(self, where: Where) -> Person | None:
        """The person of the book; None for everybody who may not see any of it."""
        speaker = await self.identify(where)
        if not speaker.admitted:
            return None
        async with self._store.read() as tx:
            person = await tx.people.by_sender(Platform.SLACK, where.user)
        return person if person is not None and person.linked else None

    async def admits(self, user: str, team: str) -> bool:
        """Whether somebody may be told of the book; true where Slack cannot be asked now."""
        try:
            return (await self.identify(Where(team, user))).admitted
        except DeliveryError:
            return True

    async def drain(self) -> None:
        """Finish what is being looked up, also for those who did not wait for it."""
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def forget(self, team: str, user: str) -> None:
        """Look somebody up again: their account changed."""
        self._at_hand.pop((team, user), None)

    async def _look_up(self, where: Where) -> Speaker:
        async with self._store.read() as tx:
            person = await tx.people.by_sender(Platform.SLACK, where.user)
            kept = await kept_profile(tx, where)
        profile = kept[0] if kept is not None else None
        if kept is None or abs(self._clock() - kept[1]) > KEPT:
            profile = await self._asked(where, profile, known=person is not None)
        if profile is None:  # Slack cannot be asked, and the book has the id
            return Speaker(where.user)
        if not profile.admitted:
            return _speaker(where, profile, known=person is not None)
        if person is None:
            person = await self._by_email(where, profile)
        if person is not None:
            self._remember(where, profile)
        return _speaker(where, profile, known=person is not None)

    def _remembered(self, where: Where) -> Profile | None:
        held = self._at_hand.get((where.team, where.user))
        if held is None or abs(self._clock() - held[1]) > AT_HAND:
            return None
        return held[0]

    def _remember(self, where: Where, profile: Profile) -> None:
        key = (where.team, where.user)
        self._at_hand[key] = (profile, self._clock())
        self._at_hand.move_to_end(key)
        if len(self._at_hand) > _AT_HAND_MOST:
            self._at_hand.popitem(last=False)

    async def _asked(self, where: Where, before: Profile | None, *, known: bool) -> Profile | None:
        """What Slack says now; what it said before, or nothing, of somebody of the book in vain."""
        may_do_without = known or before is not None
        if may_do_without and self._rests(where.team):
            return before
        try:
            return await self._ask(where)
        except DeliveryError as fault:
            if fault.code == "no_workspace":
                # Of a company whose workspace has not the app, whatever id the book lists.
                return Profile(Standing.STRANGER)
            if not may_do_without:
                raise
            if len(self._not_before) >= _TEAMS_MOST:
                self._not_before.clear()
            self._not_before[where.team] = self._clock() + PAUSE
            log.warning(
                "Slack's directory could not be asked: %s", fault.code or type(fault).__name__
            )
            return before

    async def _ask(self, where: Where) -> Profile:
        """Ask once, and keep what came of it."""
        arguments = {"user": where.user, "include_locale": True}
        try:
            answer = await self._api.call("users.info", arguments, team=where.team)
        except DeliveryError as fault:
            if fault.code not in _NOBODY:
                raise
            profile = Profile(Standing.STRANGER)
        else:
            user = answer.get("user")
            if not isinstance(user, dict) or not user.get("id"):
                raise PlatformDown("the answer does not say whose account that is")
            profile = profile_of(user, where)
        try:
            async with self._store.begin() as tx:
                await keep_profile(tx, where, profile, at=self._clock())
        except StoreUnavailable as fault:
            log.info("a profile was not kept: %s", fault.reason)
        return profile

    async def _by_email(self, where: Where, profile: Profile) -> Person | None:
        """Link the one person of the book with that address who has no Slack identity yet."""
        if not profile.email or not self._trusts(where.team):
            return None
        now = self._clock()
        async with self._store.read() as tx:
            fitting = await tx.people.by_email(profile.email)
        if len(fitting) != 1 or fitting[0].slack_id or fitting[0].left_on:
            return None
        async with self._store.begin() as tx:
            person = await tx.people.get(fitting[0].id)
            # Who left was taken off on purpose: a lead says when they are back.
            if person is None or person.left_on or person.slack_id:
                return None
            if not await tx.people.link(person.id, Platform.SLACK, where.user, expect=None):
                return None
            change = Change(
                "link",
                "person",
                person.id,
                {"slack_id": None, "linked": person.linked},
                {"slack_id": where.user, "linked": True},
            )
            await tx.audit.record([change], person_id=None, actor=ACTOR, via=Platform.SLACK, at=now)
        log.info("somebody is known by their e-mail address now")
        return person

    def _rests(self, team: str) -> bool:
        not_before = self._not_before.get(team)
        return not_before is not None and self._clock() < not_before


async def kept_profile(tx: Tx, where: Where) -> tuple[Profile, datetime] | None:
    """What Slack said of somebody before, and when; None for another workspace's word."""
    kept: dict[str, Any] | None = await tx.settings.get(f"{PROFILES}{where.user}")
    if kept is None or kept["team"] != where.team:
        return None
    profile = Profile(Standing(kept["standing"]), kept["name"], kept["email"], kept["locale"])
    return profile, datetime.fromisoformat(kept["at"])


async def keep_profile(tx: Tx, where: Where, profile: Profile, *, at: datetime) -> None:
    """Note what Slack says of somebody."""
    document = {
        "team": where.team,
        "standing": profile.standing.value,
        "name": profile.name,
        "email": profile.email,
        "locale": profile.locale,
        "at": at.isoformat(),
    }
    await tx.settings.put(f"{PROFILES}{where.user}", document, at=at)


def _speaker(where: Where, profile: Profile, *, known: bool) -> Speaker:
    return Speaker(
        where.user,
        name="" if known else profile.name,
        locale=Locale.of(profile.locale) if profile.locale else None,
        admitted=profile.admitted,
    )
