"""What an AI bot may say where: answers, welcomes, streams, cards and pushes (101031, 101463).

The same for the long connection and for callbacks; only the way in and out differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.loopback.bounded import trim
from bot.loopback.wecom.api_messages import file_of
from bot.loopback.wecom.chats import Post, place_of
from bot.loopback.wecom.checks import check, check_words
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.company import AiBot
from bot.loopback.wecom.world import World
from messages.abilities import PlaceKind
from messages.places import kind_of_place
from scoring.model import Platform

Json = dict[str, Any]

STREAMS = ("stream", "stream_with_template_card")
_DIRECT, _GROUP = 1, 2


class Asks(StrEnum):
    """What kind of answer something asks for."""

    MESSAGE = "message"
    ENTRY = "entry"
    TAP = "tap"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Question:
    """Something people did that the bot was told of. `id` is the request id of the frame."""

    id: str
    asks: Asks
    place: str
    userid: str
    at: datetime
    task_id: str = ""
    shown_id: str = ""


@dataclass(slots=True)
class Stream:
    """A message that is still being written."""

    id: str
    question: Question
    shown_id: str
    finished: bool = False
    has_card: bool = False


class AiBotDesk:
    """The bot's side of its chats."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._questions: dict[str, Question] = {}
        self._streams: dict[str, Stream] = {}

    @property
    def bot(self) -> AiBot:
        """The bot of the company; Refusal when it has none."""
        if self._world.company.aibot is None:
            raise Refusal(Code.BAD_BOT)
        return self._world.company.aibot

    def ask(
        self, asks: Asks, place: str, userid: str, *, task_id: str = "", shown_id: str = ""
    ) -> Question:
        """Something happened that may be answered."""
        number = self._world.name("req")
        now = self._world.clock()
        question = Question(number, asks, place, userid, now, task_id, shown_id)
        self._questions[number] = question
        trim(self._questions)
        return question

    def question(self, number: str, asks: Asks, within_s: float) -> Question:
        """What a request id stands for; Refusal when it is another kind of thing, or too late."""
        question = self._questions.get(number)
        if question is None or question.asks is not asks:
            raise Refusal(Code.BAD_REQUEST_ID)
        if self._world.clock() - question.at > timedelta(seconds=within_s):
            raise Refusal(Code.BAD_REQUEST_ID, "req_id expired")
        return question

    def answer(self, question: Question, body: Mapping[str, Any], through: str) -> Stream | None:
        """An answer to a message; the stream when it is one."""
        if body.get("msgtype") in STREAMS:
            return self._stream(question, body, through)
        self.hang(question.place, dict(body), through)
        return None

    def welcome(self, question: Question, body: Mapping[str, Any], through: str) -> None:
        """A greeting for somebody who opened the chat: a text or a card."""
        if body.get("msgtype") not in ("text", "template_card"):
            raise Refusal(Code.BAD_MESSAGE_TYPE)
        if body["msgtype"] != "text":
            self.hang(question.place, dict(body), through)
            return
        text = body.get("text")
        content = check_words(text.get("content") if isinstance(text, dict) else None)
        self._put(Post(through, question.place, _payload("text", content)))

    def update(self, question: Question, body: Mapping[str, Any], through: str) -> None:
        """A new face for the card that was tapped: for `userids`, or for everybody who sees it."""
        face = body.get("template_card")
        if body.get("response_type") != "update_template_card" or not isinstance(face, dict):
            raise Refusal(Code.BAD_MESSAGE_TYPE)
        if face.get("task_id", question.task_id) != question.task_id:
            raise Refusal(Code.BAD_TASK, "task_id is not the tapped card's")
        userids = body.get("userids") or []
        if not isinstance(userids, list) or not all(isinstance(one, str) for one in userids):
            raise Refusal(Code.BAD_PARAMETER, "userids is not a list of texts")
        kind = kind_of_place(Platform.WECOM, question.place)
        payload = check({"msgtype": "template_card", "template_card": face}, kind)
        shown_id, place = question.shown_id, question.place
        if not self._world.chats.repaint(through, place, shown_id, payload, userids):
            raise Refusal(Code.NO_SUCH_CARD)

    def push(self, body: Mapping[str, Any]) -> None:
        """Something the bot says unasked, where somebody has spoken to it before."""
        place = self._place(body.get("chatid"), body.get("chat_type", 0))
        if not self._world.chats.spoken_in(place):
            raise Refusal(Code.NEVER_SPOKEN)
        self.hang(place, dict(body), "push")

    def hang(self, place: str, body: Json, through: str) -> str:
        """Check a message and put it up; the id of what hangs there."""
        kind = kind_of_place(Platform.WECOM, place)
        payload = check(body, kind)
        card = payload.get("template_card")
        if card is None:
            return self._put(Post(through, place, payload, file=file_of(self._world, payload)))
        if kind is PlaceKind.WECOM_AIBOT_GROUP and not self.bot.cards_in_groups:
            raise Refusal(Code.BAD_MESSAGE_TYPE)
        task_id = card.get("task_id", "")
        self._world.cards.check_new(self.bot.bot_id, task_id)
        shown_id = self._put(Post(through, place, payload, key=task_id))
        self._world.cards.hang(self.bot.bot_id, task_id, [(place, shown_id)])
        return shown_id

    def _stream(self, question: Question, body: Mapping[str, Any], through: str) -> Stream:
        said = body.get("stream")
        if not isinstance(said, dict) or not isinstance(said.get("id"), str) or not said["id"]:
            raise Refusal(Code.BAD_PARAMETER, "stream.id is missing")
        payload = _payload("markdown", check_words(said.get("content", "")))
        stream = self._streams.get(said["id"])
        late = timedelta(seconds=self._world.timing.stream_s)
        if stream is not None and (stream.finished or stream.question.id != question.id):
            raise Refusal(Code.STREAM_OVER)
        if self._world.clock() - question.at > late:
            raise Refusal(Code.STREAM_OVER)
        if stream is None:
            shown_id = self._put(Post(through, question.place, payload))
            stream = self._streams[said["id"]] = Stream(said["id"], question, shown_id)
            trim(self._streams)
        else:
            self._world.chats.repaint(through, question.place, stream.shown_id, payload)
        stream.finished = bool(said.get("finish"))
        card = body.get("template_card")
        if card is not None and not stream.has_card:
            self.hang(question.place, {"msgtype": "template_card", "template_card": card}, through)
            stream.has_card = True
        return stream

    def _put(self, post: Post) -> str:
        if not self._world.counting.admits(self._world.limits.chat, "chat", post.place):
            raise Refusal(Code.TOO_OFTEN)
        return self._world.chats.hang(post).id

    def _place(self, chatid: object, chat_type: object) -> str:
        """A group by its id, or a person by theirs; 0 looks for a group first."""
        if not isinstance(chatid, str) or not chatid or chat_type not in (0, _DIRECT, _GROUP):
            raise Refusal(Code.BAD_CHAT_ID)
        group = self._world.company.groups.get(chatid) if chat_type != _DIRECT else None
        if group is not None:
            if not group.has_bot:
                raise Refusal(Code.NOT_IN_GROUP)
            return place_of(PlaceKind.WECOM_AIBOT_GROUP, chatid)
        member = self._world.company.by_any_id(chatid) if chat_type != _GROUP else None
        if member is None:
            raise Refusal(Code.BAD_CHAT_ID)
        return place_of(PlaceKind.WECOM_AIBOT_DM, member.key)


def _payload(msgtype: str, content: str) -> Json:
    return {"msgtype": msgtype, msgtype: {"content": content}}
