"""Who works in the company, and which of WeCom's ways in it has set up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the company. `person_id` is theirs in the book, for who draws the chats.

    `licensed` false: the corporation has no interface licence for them; `visible` false: outside
    the app's visible range. Ids may be written in either case and mean the same.
    """

    userid: str
    name: str = ""
    person_id: int = 0
    licensed: bool = True
    visible: bool = True

    @property
    def key(self) -> str:
        """The id as it is compared."""
        return self.userid.lower()

    @property
    def open_userid(self) -> str:
        """What an AI bot hears instead of the id when its creator is no super administrator."""
        return "wo" + hashlib.sha256(self.key.encode()).hexdigest()[:30]


@dataclass(frozen=True, slots=True)
class CallbackUrl:
    """Where the cloud reports to, and what both sides encrypt with."""

    url: str
    token: str
    aes_key: str


@dataclass(frozen=True, slots=True)
class SelfBuiltApp:
    """An app. `whole_company` false: it may not create groups (90245)."""

    agent_id: int
    secret: str
    name: str = ""
    callback: CallbackUrl | None = None
    whole_company: bool = True


@dataclass(frozen=True, slots=True)
class GroupRobot:
    """A robot of some group; the key is the whole credential."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class AiBot:
    """An AI bot: over the long connection, or with `callback` set only that way.

    `name` is what people type after the @; without one every @ means the bot.
    `super_admin` false: people's ids reach it encrypted. `cards_in_groups` false: groups refuse
    template cards, as one of the sources says (see the notes on page 101463).
    """

    bot_id: str
    secret: str = ""
    name: str = ""
    callback: CallbackUrl | None = None
    super_admin: bool = True
    cards_in_groups: bool = True


@dataclass(slots=True)
class Group:
    """A group chat that people made. `has_bot`: the AI bot was added to it."""

    members: set[str]
    has_bot: bool = True


@dataclass(slots=True)
class AppChat:
    """A group that an app made."""

    name: str
    owner: str
    members: tuple[str, ...]
    agent_id: int


@dataclass(slots=True)
class Company:
    """Everything that an administrator would see."""

    corp_id: str
    members: dict[str, Member] = field(default_factory=dict)
    apps: dict[int, SelfBuiltApp] = field(default_factory=dict)
    robots: dict[str, GroupRobot] = field(default_factory=dict)
    aibot: AiBot | None = None
    groups: dict[str, Group] = field(default_factory=dict)
    appchats: dict[str, AppChat] = field(default_factory=dict)
    menus: dict[int, object] = field(default_factory=dict)

    def hire(self, *members: Member) -> None:
        """More people; somebody known is replaced."""
        for member in members:
            self.members[member.key] = member

    def set_up(self, *ways: SelfBuiltApp | GroupRobot | AiBot) -> None:
        """More ways in; one of the same id is replaced."""
        for way in ways:
            match way:
                case SelfBuiltApp():
                    self.apps[way.agent_id] = way
                case GroupRobot():
                    self.robots[way.key] = way
                case AiBot():
                    self.aibot = way

    def member(self, userid: str) -> Member | None:
        """Somebody by id, in any case."""
        return self.members.get(userid.lower())

    def by_any_id(self, userid: str) -> Member | None:
        """Somebody by their id or by what the AI bot knows them as."""
        return self.member(userid) or next(
            (member for member in self.members.values() if member.open_userid == userid), None
        )

    def gather(self, chatid: str, userids: Iterable[str], *, has_bot: bool = True) -> Group:
        """Open a group, or replace who is in it."""
        group = self.groups[chatid] = Group({userid.lower() for userid in userids}, has_bot)
        return group
