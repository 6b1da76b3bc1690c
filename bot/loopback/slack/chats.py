"""What hangs in the channels: messages of people and of the bot, in order, with their threads."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.loopback.board import Board, Shown
from bot.loopback.bounded import trim
from bot.loopback.slack.ledger import Edited, Ledger, Sent
from bot.loopback.slack.workspace import Channel, User, Workspace
from messages.abilities import PlaceKind
from scoring.model import Platform

KEPT = 5_000
"""Messages remembered of each channel."""

Json = dict[str, Any]


@dataclass(slots=True)
class Posted:
    """A message. `user` is its author; `thread` the ts of the one it answers, "" for none.

    `only_for` is the one person who sees it. `reactions` are names with who put them.
    """

    workspace: Workspace
    channel: Channel
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    thread: str = ""
    only_for: str = ""
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    unfurls: dict[str, Json] = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited_at: str = ""
    shown_id: str = ""
    app_id: str = ""

    @property
    def payload(self) -> Json:
        """What the product said, as it said it."""
        return {"text": self.text, "blocks": self.blocks}


class Chats:
    """The board, as the cloud writes on it, and the ledger of what it wrote."""

    def __init__(self, board: Board, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._board = board
        self._ledger = ledger
        self._clock = clock
        self._last = 0
        self._blocks = 0
        self._posted: dict[str, dict[str, Posted]] = {}
        self._answers: dict[tuple[str, str], dict[str, Posted]] = {}

    def stamp(self) -> str:
        """A ts that nothing else has."""
        now = int(self._clock().timestamp() * 1_000_000)
        self._last = max(self._last + 100, now)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def hang(self, posted: Posted, through: str = "", author: User | None = None) -> Posted:
        """Put a message up. `through` says how the product sent it; people's have an author."""
        posted.blocks = self.numbered(posted.blocks)
        here = self._posted.setdefault(posted.channel.id, {})
        here[posted.ts] = posted
        trim(here, KEPT)
        if posted.thread and not posted.only_for:
            thread = (posted.channel.id, posted.thread)
            self._answers.setdefault(thread, {})[posted.ts] = posted
            trim(self._answers, KEPT)
        posted.shown_id = self._board.hang(self._shown(posted, author)).id
        if through:
            self._ledger.sent.append(
                Sent(
                    self._clock(),
                    through,
                    posted.workspace.id,
                    posted.channel.id,
                    posted.channel.place,
                    posted.ts,
                    copy.deepcopy(posted.payload),
                    posted.thread,
                    posted.only_for,
                    _key(posted.metadata),
                )
            )
        return posted

    def changed(self, posted: Posted, through: str) -> None:
        """A message got another face: the caller has written it."""
        posted.blocks = self.numbered(posted.blocks)
        self._repaint(posted)
        self._note(posted, through, copy.deepcopy(posted.payload))

    def touched(self, posted: Posted) -> None:
        """Something besides its words changed: a reaction, a preview."""
        self._repaint(posted)

    def remove(self, posted: Posted, through: str) -> None:
        """Take a message away."""
        self._posted.get(posted.channel.id, {}).pop(posted.ts, None)
        self._answers.get((posted.channel.id, posted.thread), {}).pop(posted.ts, None)
        shown = self._board.get(Platform.SLACK, posted.channel.place, posted.shown_id)
        if shown is not None:
            self._board.change(replace(shown, gone=True))
        self._note(posted, through, None)

    def get(self, channel: str, ts: str) -> Posted | None:
        """A message by its channel and ts, an ephemeral one too."""
        return self._posted.get(channel, {}).get(ts)

    def by_shown(self, shown_id: str) -> Posted | None:
        """A message by its id on the board."""
        for posted in self.all():
            if posted.shown_id == shown_id:
                return posted
        return None

    def all(self) -> Iterator[Posted]:
        """Every message."""
        for here in self._posted.values():
            yield from here.values()

    def of(self, channel: str) -> list[Posted]:
        """What everybody sees of a channel, oldest first, without what was said in threads."""
        here = self._posted.get(channel, {}).values()
        return [posted for posted in here if not posted.only_for and not posted.thread]

    def answers(self, channel: str, thread: str) -> list[Posted]:
        """What was said in a thread after its first message, oldest first."""
        return list(self._answers.get((channel, thread), {}).values())

    def seen_by(self, user: str, channel: str) -> list[Posted]:
        """What one person sees of a channel, threads and ephemeral messages too."""
        here = self._posted.get(channel, {}).values()
        return [posted for posted in here if posted.only_for in ("", user)]

    def as_json(self, posted: Posted, *, metadata: bool = False) -> Json:
        """A message as Slack's methods and events have it."""
        said: Json = {
            "type": "message",
            "user": posted.user,
            "text": posted.text,
            "ts": posted.ts,
            "team": posted.workspace.id,
        }
        if posted.bot_id:
            said |= {"bot_id": posted.bot_id, "app_id": posted.app_id}
        if posted.blocks:
            said["blocks"] = copy.deepcopy(posted.blocks)
        if posted.files:
            said["files"] = copy.deepcopy(posted.files)
            said["upload"] = True
        if posted.edited_at:
            said["edited"] = {"user": posted.user, "ts": posted.edited_at}
        if posted.unfurls:
            said["attachments"] = [
                {"from_url": url, **unfurl} for url, unfurl in posted.unfurls.items()
            ]
        if posted.reactions:
            said["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in posted.reactions.items()
            ]
        if posted.metadata and metadata:
            said["metadata"] = copy.deepcopy(posted.metadata)
        return said | self._thread_fields(posted)

    def numbered(self, blocks: list[Json]) -> list[Json]:
        """A copy of blocks in which each has a block_id, as Slack's answers do."""
        made = copy.deepcopy(blocks)
        for block in made:
            if not block.get("block_id"):
                self._blocks += 1
                block["block_id"] = f"b{self._blocks:x}"
        return made

    def _thread_fields(self, posted: Posted) -> Json:
        if posted.thread:
            return {"thread_ts": posted.thread}
        replies = self.answers(posted.channel.id, posted.ts)
        if not replies or posted.only_for:
            return {}
        return {
            "thread_ts": posted.ts,
            "reply_count": len(replies),
            "latest_reply": replies[-1].ts,
            "reply_users": list(dict.fromkeys(one.user for one in replies)),
        }

    def _repaint(self, posted: Posted) -> None:
        place = posted.channel.place
        shown = self._board.get(Platform.SLACK, place, posted.shown_id)
        if shown is None:
            return
        payload = copy.deepcopy(posted.payload) if posted.bot_id else None
        users = posted.workspace.users
        reactions = {
            name: frozenset(users[user].person_id for user in who if user in users)
            for name, who in posted.reactions.items()
        }
        previews = tuple(copy.deepcopy(each) for each in posted.unfurls.values())
        self._board.change(
            replace(
                shown, payload=payload, text=posted.text, reactions=reactions, previews=previews
            )
        )

    def _shown(self, posted: Posted, author: User | None) -> Shown:
        channel = posted.channel
        kind = PlaceKind.SLACK_DM if channel.direct else PlaceKind.SLACK_CHANNEL
        only_for = None
        if posted.only_for:
            kind = PlaceKind.SLACK_EPHEMERAL
            seer = posted.workspace.users.get(posted.only_for)
            only_for = seer.person_id if seer is not None else 0
        by_bot = author is None
        return Shown(
            "",
            Platform.SLACK,
            channel.place,
            kind,
            self._clock(),
            person_id=None if author is None else author.person_id,
            author="" if author is None else author.real_name or author.name,
            text="" if by_bot else posted.text,
            payload=copy.deepcopy(posted.payload) if by_bot else None,
            only_for=only_for,
            key=_key(posted.metadata),
            file=posted.files[0]["name"] if posted.files else "",
            ts=posted.ts,
            thread=posted.thread,
        )

    def _note(self, posted: Posted, through: str, payload: Json | None) -> None:
        edited = Edited(self._clock(), through, posted.channel.id, posted.ts, payload)
        self._ledger.edited.append(edited)


def _key(metadata: Json | None) -> str:
    return str((metadata or {}).get("event_payload", {}).get("key", ""))
