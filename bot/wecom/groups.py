"""A group of a team's people, made by the app, that hears the team's alerts (90244 to 90248)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.wecom.api import WecomApi
from bot.wecom.headcount import keep_members
from messages.i18n import Phrasebook
from messages.limits import WECOM_APPCHAT_ID, WECOM_APPCHAT_MEMBERS, WECOM_APPCHAT_NAME
from scoring.errors import DeliveryError, NotFound, Refused
from scoring.model import Person, Platform, Role
from storage.audit import Change
from storage.bindings import Binding
from storage.store import Store
from storage.transaction import Tx

LEAST = 2
"""WeCom makes no group of one (90245)."""

_TAKEN = "86215"
_ID_LENGTH = min(28, WECOM_APPCHAT_ID)


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """What was done. `made`: it was not there before; `joined` are those who were added."""

    place: str
    name: str
    members: int
    made: bool
    joined: int
    without: tuple[str, ...]
    """Linked people of the team who have no WeCom id."""


async def make_group(
    store: Store, api: WecomApi, phrases: Phrasebook, team: str, name: str, now: datetime
) -> TeamGroup:
    """Make the team's group, or add who is missing to the one there is, and bind it to the team.

    Safe to repeat: the group's id is the team's. Raises UserErrors, and DeliveryErrors of the API.
    """
    async with store.read() as tx:
        if team not in await tx.people.teams():
            raise NotFound("bind.no_such_team", name=team[:60])
        people = await tx.people.team(team)
    members = [person for person in people if person.wecom_id]
    if len(members) < LEAST:
        raise Refused("wecom_group.too_few", team=team, least=LEAST)
    if len(members) > WECOM_APPCHAT_MEMBERS:
        raise Refused("wecom_group.too_many", team=team, most=WECOM_APPCHAT_MEMBERS)
    chosen = (name or phrases.t("wecom_group.name", team=team))[:WECOM_APPCHAT_NAME]
    chatid = _id_of(team)
    made, present = True, set[str]()
    try:
        await api.post("appchat/create", _creation(chatid, chosen, members))
    except DeliveryError as fault:
        if fault.code != _TAKEN:
            raise
        made, present = False, await _complete(api, chatid, members)
    if made:
        # A group shows itself to its members with its first message.
        hello = {"content": phrases.t("wecom_group.hello", team=team)}
        await api.post("appchat/send", {"chatid": chatid, "msgtype": "text", "text": hello})
    place = f"appchat:{chatid}"
    everybody = present | {person.wecom_id for person in members if person.wecom_id}
    async with store.begin() as tx:
        await keep_members(tx, place, len(everybody), at=now)
        await _bind(tx, place, team, now)
    without = tuple(person.name for person in people if not person.wecom_id)
    joined = 0 if made else len(everybody - present)
    return TeamGroup(place, chosen, len(members), made, joined, without)


def _creation(chatid: str, name: str, members: list[Person]) -> dict[str, object]:
    leads = [person for person in members if person.role is Role.LEAD]
    return {
        "chatid": chatid,
        "name": name,
        "owner": (leads or members)[0].wecom_id,
        "userlist": [person.wecom_id for person in members],
    }


async def _complete(api: WecomApi, chatid: str, members: list[Person]) -> set[str]:
    """Add who is not in the group yet, and return who was; nobody is taken out of it."""
    answer = await api.get("appchat/get", {"chatid": chatid})
    chat = answer.get("chat_info")
    listed = chat.get("userlist") if isinstance(chat, dict) else None
    present = {str(userid).lower() for userid in listed or ()}
    missing = [person.wecom_id for person in members if person.wecom_id not in present]
    if missing:
        await api.post("appchat/update", {"chatid": chatid, "add_user_list": missing})
    return present


async def _bind(tx: Tx, place: str, team: str, now: datetime) -> None:
    before = await tx.bindings.of_place(Platform.WECOM, place)
    if before is not None and before.team == team:
        return
    account_id = before.account_id if before else None
    await tx.bindings.bind(Binding(Platform.WECOM, place, team, account_id), by_id=None, at=now)
    change = Change("bind", f"place {Platform.WECOM}:{place}", None, None, {"team": team})
    await tx.audit.record([change], person_id=None, actor="operator", via="cli", at=now)


def _id_of(team: str) -> str:
    # Letters and digits alone.
    return ("renewals" + hashlib.sha256(team.encode()).hexdigest())[:_ID_LENGTH]
