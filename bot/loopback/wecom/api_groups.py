"""`appchat/…`: groups that an app makes and writes to, and hears nothing from (90244 to 90248)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from bot.loopback.wecom.api import Answer, Asking
from bot.loopback.wecom.api_messages import file_of
from bot.loopback.wecom.chats import Post, place_of
from bot.loopback.wecom.checks import check
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.company import AppChat, Member
from bot.loopback.wecom.world import World
from messages.abilities import PlaceKind

NAME_MOST = 50
MEMBERS_MOST = 2_000

_CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}\Z")


def create(world: World, asking: Asking) -> Answer:
    """Open a group of at least two members."""
    if not asking.app.whole_company:
        raise Refusal(Code.NO_PERMISSION)
    chatid = asking.text("chatid") or secrets.token_hex(16)
    if not _CHAT_ID.match(chatid):
        raise Refusal(Code.BAD_CHAT)
    if chatid in world.company.appchats:
        raise Refusal(Code.CHAT_ID_TAKEN)
    if len(asking.text("name")) > NAME_MOST:
        raise Refusal(Code.BAD_PARAMETER, f"name: {NAME_MOST} characters at most")
    members = [_member(world, userid) for userid in asking.texts("userlist")]
    if not 2 <= len({member.key for member in members}) <= MEMBERS_MOST:
        raise Refusal(Code.BAD_PARAMETER, "userlist: 2 to 2000 members")
    owner = asking.text("owner") or members[0].userid
    if owner.lower() not in {member.key for member in members}:
        raise Refusal(Code.BAD_PARAMETER, "owner is not in userlist")
    if not world.counting.admits(world.limits.new_appchats, "new appchats"):
        raise Refusal(Code.TOO_OFTEN)
    userids = tuple(member.userid for member in members)
    name = asking.text("name")
    world.company.appchats[chatid] = AppChat(name, owner, userids, asking.app.agent_id)
    return {"chatid": chatid}


def send(world: World, asking: Asking) -> Answer:
    """Write to a group of this app; no cards."""
    chatid = asking.text("chatid")
    chat = _ours(world, asking, chatid)
    payload = check(dict(asking.body), PlaceKind.WECOM_APPCHAT)
    place = place_of(PlaceKind.WECOM_APPCHAT, chatid)
    post = Post("appchat", place, payload, world.name("msg"), file=file_of(world, payload))
    if _room_for(world, chat.members):
        world.chats.hang(post)
    else:
        world.chats.drop(post)
    return {}


def get(world: World, asking: Asking) -> Answer:
    """What is known of a group."""
    chatid = asking.query.get("chatid", "")
    chat = _ours(world, asking, chatid)
    about = {
        "chatid": chatid,
        "name": chat.name,
        "owner": chat.owner,
        "userlist": list(chat.members),
        "chat_type": 0,
    }
    return {"chat_info": about}


def _ours(world: World, asking: Asking, chatid: str) -> AppChat:
    chat = world.company.appchats.get(chatid)
    if chat is None:
        raise Refusal(Code.NO_SUCH_CHAT)
    if chat.agent_id != asking.app.agent_id:
        raise Refusal(Code.CHAT_NOT_OURS)
    return chat


def _member(world: World, userid: str) -> Member:
    member = world.company.member(userid)
    if member is None:
        raise Refusal(Code.NO_SUCH_USER)
    return member


def _room_for(world: World, members: Sequence[str]) -> bool:
    """Whether the members may still get one; counted for each, as the real one does."""
    counted = [
        world.counting.admits(world.limits.appchat, "appchat", userid.lower()) for userid in members
    ]
    return any(counted)
