"""`message/send` and `message/update_template_card`: what an app says to people (90236, 94888)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.loopback.wecom.api import Answer, Asking
from bot.loopback.wecom.cards import Card
from bot.loopback.wecom.chats import Post, place_of, without_acts
from bot.loopback.wecom.checks import FILES, calls_back, check
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.company import Member
from bot.loopback.wecom.ledger import Fate
from bot.loopback.wecom.world import World
from messages.abilities import PlaceKind

EVERYBODY = "@all"
USERS_MOST = 1_000
REPEAT_S = 1_800
REPEAT_MOST_S = 4 * 3_600

_OPTIONS = frozenset({"enable_duplicate_check", "duplicate_check_interval"})


@dataclass(frozen=True, slots=True)
class _Heard:
    at: datetime
    msgid: str


@dataclass(slots=True)
class Messages:
    """The two addresses, and what was said lately (for `enable_duplicate_check`)."""

    _lately: dict[str, _Heard] = field(default_factory=dict)

    def send(self, world: World, asking: Asking) -> Answer:
        """Say something to some people."""
        asking.check_agent(asking.body.get("agentid"))
        said = _Recipients(world, asking)
        payload = check(dict(asking.body), PlaceKind.WECOM_APP)
        repeated = self._repeated(world, asking)
        if repeated is not None:
            for member in said.members:
                place = place_of(PlaceKind.WECOM_APP, member.key)
                world.chats.drop(Post("app", place, payload, repeated.msgid), Fate.REPEATED)
            return {"msgid": repeated.msgid, **said.left_out}
        answer = _hang(world, asking, payload, said)
        if asking.body.get("enable_duplicate_check"):
            self._lately[_fingerprint(asking)] = _Heard(world.clock(), answer["msgid"])
        return answer

    def _repeated(self, world: World, asking: Asking) -> _Heard | None:
        """The same message of a short time ago, when the app asks to look."""
        self._forget(world.clock())
        if not asking.body.get("enable_duplicate_check"):
            return None
        heard = self._lately.get(_fingerprint(asking))
        if heard is None:
            return None
        given = asking.body.get("duplicate_check_interval", REPEAT_S)
        interval = min(given if isinstance(given, int) else REPEAT_S, REPEAT_MOST_S)
        return heard if world.clock() - heard.at < timedelta(seconds=interval) else None

    def _forget(self, now: datetime) -> None:
        oldest = now - timedelta(seconds=REPEAT_MOST_S)
        self._lately = {key: one for key, one in self._lately.items() if one.at > oldest}


class _Recipients:
    """Who of those named gets it, and the fields that name the others."""

    def __init__(self, world: World, asking: Asking) -> None:
        named = {name: _split(asking.text(name)) for name in ("touser", "toparty", "totag")}
        if not any(named.values()):
            raise Refusal(Code.NOBODY_NAMED)
        if len(named["touser"]) > USERS_MOST:
            raise Refusal(Code.BAD_PARAMETER, f"touser: {USERS_MOST} at most")
        self.members: list[Member] = []
        unknown: list[str] = []
        unlicensed: list[str] = []
        for userid in _everybody(world) if EVERYBODY in named["touser"] else named["touser"]:
            member = world.company.member(userid)
            if member is None or not member.visible:
                unknown.append(userid.lower())
            elif not member.licensed:
                unlicensed.append(member.key)
            elif member not in self.members:
                self.members.append(member)
        left_out = {
            "invaliduser": unknown,
            "invalidparty": named["toparty"],
            "invalidtag": named["totag"],
            "unlicenseduser": unlicensed,
        }
        self.left_out = {name: "|".join(ids) for name, ids in left_out.items() if ids}
        if not self.members:
            raise Refusal(Code.NOBODY_VALID, **self.left_out)


def update_card(world: World, asking: Asking) -> Answer:
    """Give a card a new face, for those named of the people it was sent to."""
    asking.check_agent(asking.body.get("agentid"))
    change = _change(asking)
    card = world.cards.redeem(str(asking.app.agent_id), asking.text("response_code"))
    strangers = []
    for userid in _whom(asking, card):
        place = place_of(PlaceKind.WECOM_APP, userid)
        if not repaint(world, card, place, change):
            strangers.append(userid)
    return {"invaliduser": strangers} if strangers else {}


def repaint(world: World, card: Card, place: str, change: dict[str, Any]) -> bool:
    """Change a card in one place: `template_card` is its new face, `button` greys its buttons."""
    shown_id = card.shown.get(place)
    shown = world.chats.get(place, shown_id) if shown_id else None
    if shown is None or shown.payload is None:
        return False
    face = change.get("template_card")
    if face is None:
        face = without_acts(shown.payload["template_card"], change["button"]["replace_name"])
    payload = {"msgtype": "template_card", "template_card": face}
    return world.chats.repaint("app", place, shown.id, payload)


def _change(asking: Asking) -> dict[str, Any]:
    button, face = asking.body.get("button"), asking.body.get("template_card")
    if isinstance(face, dict):
        check({"msgtype": "template_card", "template_card": face}, PlaceKind.WECOM_APP)
        return {"template_card": face}
    if isinstance(button, dict) and isinstance(button.get("replace_name"), str):
        return {"button": button}
    raise Refusal(Code.BAD_PARAMETER, "neither button.replace_name nor template_card")


def _whom(asking: Asking, card: Card) -> Iterable[str]:
    if asking.body.get("atall"):
        return [place.removeprefix("user:") for place in card.shown]
    named = asking.texts("userids")
    if not named:
        raise Refusal(Code.NOBODY_NAMED)
    return [userid.lower() for userid in named]


def _hang(world: World, asking: Asking, payload: dict[str, Any], said: _Recipients) -> Answer:
    sender = str(asking.app.agent_id)
    card = payload.get("template_card", {})
    task_id = card.get("task_id", "")
    if card:
        world.cards.check_new(sender, task_id)
        if calls_back(card) and asking.app.callback is None:
            raise Refusal(Code.NO_CALLBACK)
    file = file_of(world, payload)
    msgid = world.name("msg")
    hung: list[tuple[str, str]] = []
    for member in said.members:
        place = place_of(PlaceKind.WECOM_APP, member.key)
        post = Post("app", place, payload, msgid, key=task_id, file=file)
        if world.counting.admits(world.limits.member, "member", member.key):
            hung.append((place, world.chats.hang(post).id))
        else:
            world.chats.drop(post)
    answer: Answer = {"msgid": msgid, **said.left_out}
    if card:
        answer["response_code"] = world.cards.new_code(world.cards.hang(sender, task_id, hung))
    return answer


def file_of(world: World, payload: dict[str, Any], owner: str = "") -> tuple[str, bytes] | None:
    """Name and content of the file that a message of a media type carries."""
    kind = payload["msgtype"]
    if kind not in FILES:
        return None
    stored = world.media.get(str(payload[kind].get("media_id", "")), owner=owner)
    return (stored.name, stored.content)


def _fingerprint(asking: Asking) -> str:
    said = {name: value for name, value in asking.body.items() if name not in _OPTIONS}
    return json.dumps(said, sort_keys=True)


def _everybody(world: World) -> list[str]:
    return [member.key for member in world.company.members.values() if member.visible]


def _split(joined: str) -> list[str]:
    return [each.strip() for each in joined.split("|") if each.strip()]
