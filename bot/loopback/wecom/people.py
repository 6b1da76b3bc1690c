"""What people do in their WeCom: talk, tap, open a chat, give files, leave the company."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from bot.loopback.board import Shown
from bot.loopback.wecom.aibot import AiBotDesk, Asks
from bot.loopback.wecom.api_media import FILES
from bot.loopback.wecom.company import Member, SelfBuiltApp
from bot.loopback.wecom.envelope import encrypted, new_file_key
from bot.loopback.wecom.reporting import Told
from bot.loopback.wecom.taps import Tap, selected_json, selected_xml, tap_on
from bot.loopback.wecom.telling import UNHEARD, Telling
from bot.loopback.wecom.world import World
from messages.abilities import PlaceKind
from messages.places import kind_of_place
from scoring.model import Platform

Json = dict[str, Any]
Selected = Mapping[str, Sequence[str]]

_PICTURES = frozenset({".png", ".jpg", ".jpeg"})
_DIRECT = (PlaceKind.WECOM_APP, PlaceKind.WECOM_AIBOT_DM)


@dataclass(frozen=True, slots=True)
class Done:
    """Something a person did: what hangs there of it, and what came of telling the product."""

    told: Told
    shown: Shown | None = None


class People:
    """The verbs. LookupError when there is no such person, place, message or button."""

    def __init__(self, world: World, desk: AiBotDesk, telling: Telling) -> None:
        self._world = world
        self._desk = desk
        self._telling = telling
        self._known: set[tuple[int, str]] = set()

    async def say(self, userid: str, place: str, text: str) -> Done:
        """Type a line; in a group the bot hears it only with its mention."""
        member, kind = self._here(userid, place)
        shown = self._world.chats.say(member, place, text)
        told = UNHEARD
        if kind is PlaceKind.WECOM_APP:
            body = {"MsgType": "text", "Content": text, "MsgId": self._world.number()}
            told = await self._tell_app(member, place, body)
        elif kind is PlaceKind.WECOM_AIBOT_DM or self._mentions_bot(place, text):
            told = await self._tell_bot(
                member, place, {"msgtype": "text", "text": {"content": text}}
            )
        return Done(told, shown)

    async def give_file(self, userid: str, place: str, name: str, content: bytes) -> Done:
        """Drop a file into a direct chat; the AI bot gets it encrypted."""
        member, kind = self._here(userid, place)
        if kind not in _DIRECT:
            raise LookupError("files reach the bot in direct chats alone")
        shown = self._world.chats.say(member, place, file=name)
        picture = PurePath(name).suffix.lower() in _PICTURES
        if kind is PlaceKind.WECOM_APP:
            stored = self._world.media.keep("file", name, content)
            body: Json = {"MsgType": "file", "MediaId": stored.media_id}
            if picture:
                address = f"{self._world.api_url}/cgi-bin/media/get?media_id={stored.media_id}"
                body = {"MsgType": "image", "PicUrl": address, "MediaId": stored.media_id}
            told = await self._tell_app(member, place, {**body, "MsgId": self._world.number()})
            return Done(told, shown)
        msgtype = "image" if picture else "file"
        body = {"msgtype": msgtype, msgtype: self._locked(name, content)}
        return Done(await self._tell_bot(member, place, body), shown)

    async def tap(
        self, userid: str, place: str, message_id: str, key: str, selected: Selected | None = None
    ) -> Done:
        """Press a button of a card, submit its selection, or pick from its menu."""
        member, kind = self._here(userid, place)
        tap = tap_on(self._world.chats.face(member, place, message_id), key, selected or {})
        card = self._world.cards.of(message_id)
        task_id = tap.task_id or (card.task_id if card else "")
        if kind is not PlaceKind.WECOM_APP:
            return Done(await self._tap_bot(member, place, message_id, tap, task_id))
        app = self._app_of(card.sender if card else None)
        body: Json = {
            "MsgType": "event",
            "Event": "template_card_menu_event" if tap.menu else "template_card_event",
            "EventKey": key,
            "TaskId": task_id,
            "CardType": tap.card_type,
        }
        if card is not None:
            body["ResponseCode"] = self._world.cards.new_code(card)
        if tap.selected:
            body["SelectedItems"] = selected_xml(tap.selected)
        fields = self._signed(app, member.userid, body)
        return Done(await self._telling.app(app, fields, place, message_id))

    async def enter(self, userid: str, place: str) -> Done:
        """Open a direct chat; the first time with an app this is also "subscribe"."""
        member, kind = self._here(userid, place)
        if kind is PlaceKind.WECOM_AIBOT_DM:
            question = self._desk.ask(Asks.ENTRY, place, member.userid)
            body = {"msgtype": "event", "event": {"eventtype": "enter_chat"}}
            return Done(await self._telling.aibot(question, body))
        app = self._app_of(None)
        if (app.agent_id, member.key) not in self._known:
            self._known.add((app.agent_id, member.key))
            await self._tell_event(app, member, place, "subscribe")
        return Done(await self._tell_event(app, member, place, "enter_agent"))

    async def pick(self, userid: str, key: str) -> Done:
        """Tap an entry of the app's menu."""
        member, _ = self._here(userid, f"user:{userid.lower()}")
        place = f"user:{member.key}"
        return Done(await self._tell_event(self._app_of(None), member, place, "click", key))

    async def leave_company(self, userid: str) -> Done:
        """Resign: gone from the directory and from every group; the apps are told."""
        member = self._member(userid)
        del self._world.company.members[member.key]
        for group in self._world.company.groups.values():
            group.members.discard(member.key)
        return await self._contact("delete_user", {"UserID": member.userid})

    async def change_userid(self, userid: str, new_userid: str) -> Done:
        """Get another id, which an administrator may give once."""
        member = self._member(userid)
        company = self._world.company
        del company.members[member.key]
        company.hire(
            Member(new_userid, member.name, member.person_id, member.licensed, member.visible)
        )
        for group in company.groups.values():
            if member.key in group.members:
                group.members = (group.members - {member.key}) | {new_userid.lower()}
        body = {"UserID": member.userid, "NewUserID": new_userid}
        return await self._contact("update_user", body)

    # --- telling -------------------------------------------------------------------------------

    async def _tell_app(self, member: Member, place: str, body: Json) -> Told:
        app = self._app_of(None)
        return await self._telling.app(app, self._signed(app, member.userid, body), place)

    async def _tell_event(
        self, app: SelfBuiltApp, member: Member, place: str, event: str, key: str = ""
    ) -> Told:
        body = {"MsgType": "event", "Event": event, "EventKey": key}
        return await self._telling.app(app, self._signed(app, member.userid, body), place)

    async def _tell_bot(self, member: Member, place: str, body: Json) -> Told:
        self._world.chats.speak_in(place)
        question = self._desk.ask(Asks.MESSAGE, place, member.userid)
        return await self._telling.aibot(question, body)

    async def _tap_bot(
        self, member: Member, place: str, message_id: str, tap: Tap, task_id: str
    ) -> Told:
        question = self._desk.ask(
            Asks.TAP, place, member.userid, task_id=task_id, shown_id=message_id
        )
        told: Json = {"card_type": tap.card_type, "event_key": tap.key, "task_id": task_id}
        if tap.selected:
            told["selected_items"] = selected_json(tap.selected)
        event = {"eventtype": "template_card_event", "template_card_event": told}
        return await self._telling.aibot(question, {"msgtype": "event", "event": event})

    async def _contact(self, change: str, body: Json) -> Done:
        told = UNHEARD
        head = {"MsgType": "event", "Event": "change_contact", "ChangeType": change}
        for app in list(self._world.company.apps.values()):
            fields = self._signed(app, "sys", {**head, **body})
            del fields["AgentID"]
            told = await self._telling.app(app, fields, "")
        return Done(told)

    def _signed(self, app: SelfBuiltApp, sender: str, body: Json) -> Json:
        """What every callback of an app begins and ends with."""
        head = {
            "ToUserName": self._world.company.corp_id,
            "FromUserName": sender,
            "CreateTime": self._world.stamp(),
        }
        return {**head, **body, "AgentID": app.agent_id}

    def _locked(self, name: str, content: bytes) -> Json:
        """Where the bot finds a file, and the key: its own over the line, else the callback's."""
        callback = self._desk.bot.callback
        key = new_file_key() if callback is None else callback.aes_key + "="
        locked = encrypted(content, base64.b64decode(key))
        lasts = self._world.timing.file_url_s
        stored = self._world.media.keep("file", name, locked, owner=FILES, for_s=lasts)
        address = {"url": f"{self._world.api_url}{FILES}{stored.media_id}"}
        return address if callback is not None else {**address, "aeskey": key}

    # --- who and where -------------------------------------------------------------------------

    def _here(self, userid: str, place: str) -> tuple[Member, PlaceKind]:
        member = self._member(userid)
        kind = kind_of_place(Platform.WECOM, place)
        address = place.partition(":")[2]
        if kind in _DIRECT and address != member.key:
            raise LookupError(f"{place} is somebody else's")
        if kind is PlaceKind.WECOM_AIBOT_GROUP:
            group = self._world.company.groups.get(address)
            if group is None or member.key not in group.members:
                raise LookupError(f"{userid} is not in {place}")
        return member, kind

    def _member(self, userid: str) -> Member:
        member = self._world.company.member(userid)
        if member is None:
            raise LookupError(f"nobody is called {userid}")
        return member

    def _app_of(self, sender: str | None) -> SelfBuiltApp:
        """The app that sent a card, else the first one."""
        apps = self._world.company.apps
        app = apps.get(int(sender)) if sender else next(iter(apps.values()), None)
        if app is None:
            raise LookupError("the company has no app")
        return app

    def _mentions_bot(self, place: str, text: str) -> bool:
        group = self._world.company.groups.get(place.removeprefix("group:"))
        bot = self._world.company.aibot
        return bool(group and group.has_bot and bot and f"@{bot.name}" in text)
