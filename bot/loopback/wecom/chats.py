"""What hangs in the chats: messages of people and of the bot, and the faces of its cards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.loopback.board import Board, Shown
from bot.loopback.bounded import trim
from bot.loopback.wecom.company import Company, Member
from bot.loopback.wecom.ledger import Edited, Fate, Ledger, Payload, Sent
from messages.abilities import PlaceKind
from messages.places import kind_of_place
from scoring.model import Platform

FILES_KEPT = 100

_ACTS = ("button_list", "button_selection", "select_list", "checkbox", "submit_button")


@dataclass(frozen=True, slots=True)
class Post:
    """Something of the bot that is to hang somewhere; `file` names a file and its content."""

    through: str
    place: str
    payload: Payload
    msgid: str = ""
    key: str = ""
    file: tuple[str, bytes] | None = None


class Chats:
    """The board, as the cloud writes on it, and the ledger of what it wrote."""

    def __init__(
        self, company: Company, board: Board, ledger: Ledger, clock: Callable[[], datetime]
    ) -> None:
        self._company = company
        self._board = board
        self._ledger = ledger
        self._clock = clock
        self._spoken: set[str] = set()
        self._files: dict[str, tuple[str, bytes]] = {}

    def spoken_in(self, place: str) -> bool:
        """Whether anybody ever spoke to the AI bot there; before, it may not begin."""
        return place in self._spoken

    def speak_in(self, place: str) -> None:
        """Somebody has spoken to the AI bot there."""
        self._spoken.add(place)

    def hang(self, post: Post) -> Shown:
        """Put up a message of the bot."""
        blank = self._blank(post.place, payload=post.payload, key=post.key)
        name = "" if post.file is None else post.file[0]
        shown = self._board.hang(replace(blank, file=name))
        if post.file is not None:
            self._files[shown.id] = post.file
            trim(self._files, FILES_KEPT)
        self._note(post, Fate.SHOWN, shown.id)
        return shown

    def drop(self, post: Post, fate: Fate = Fate.DROPPED) -> None:
        """What nobody gets to see."""
        self._note(post, fate)

    def say(self, member: Member, place: str, text: str = "", *, file: str = "") -> Shown:
        """Put up what a person said or gave."""
        blank = self._blank(place, text=text)
        author = member.name or member.userid
        return self._board.hang(
            replace(blank, person_id=member.person_id, author=author, file=file)
        )

    def get(self, place: str, shown_id: str) -> Shown | None:
        """What hangs there under an id."""
        return self._board.get(Platform.WECOM, place, shown_id)

    def file(self, shown_id: str) -> tuple[str, bytes] | None:
        """Name and content of a file the bot sent."""
        return self._files.get(shown_id)

    def repaint(
        self,
        through: str,
        place: str,
        shown_id: str,
        payload: Payload,
        userids: Collection[str] = (),
    ) -> bool:
        """A new face for a message: for those named, or (none named) for everybody."""
        shown = self.get(place, shown_id)
        if shown is None:
            return False
        seers = tuple(sorted(userid.lower() for userid in userids))
        if seers and place.startswith("group:"):
            self._board.change(replace(shown, faces={**shown.faces, **self._faces(seers, payload)}))
        else:
            self._board.change(replace(shown, payload=payload, faces={}))
        self._ledger.edited.append(Edited(self._clock(), through, place, shown_id, payload, seers))
        return True

    def face(self, member: Member, place: str, shown_id: str) -> Payload | None:
        """A message as one person sees it."""
        shown = self.get(place, shown_id)
        return None if shown is None else shown.faces.get(member.person_id, shown.payload)

    def _faces(self, userids: Collection[str], payload: Payload) -> Mapping[int, Payload]:
        members = map(self._company.by_any_id, userids)
        return {member.person_id: payload for member in members if member is not None}

    def _blank(
        self, place: str, *, text: str = "", payload: Payload | None = None, key: str = ""
    ) -> Shown:
        kind = kind_of_place(Platform.WECOM, place)
        now = self._clock()
        return Shown("", Platform.WECOM, place, kind, now, text=text, payload=payload, key=key)

    def _note(self, post: Post, fate: Fate, shown_id: str = "") -> None:
        self._ledger.sent.append(
            Sent(self._clock(), post.through, post.place, post.payload, fate, post.msgid, shown_id)
        )


def without_acts(card: Payload, replace_name: str) -> Payload:
    """A card whose buttons gave way to a word that says what was done (94888, `replace_name`)."""
    kept = {name: value for name, value in card.items() if name not in _ACTS}
    return {**kept, "card_type": "text_notice", "replace_text": replace_name}


def place_of(kind: PlaceKind, address: str) -> str:
    """How a place is written; people's ids have no case."""
    heads = {
        PlaceKind.WECOM_APP: "user",
        PlaceKind.WECOM_APPCHAT: "appchat",
        PlaceKind.WECOM_ROBOT: "robot",
        PlaceKind.WECOM_AIBOT_GROUP: "group",
        PlaceKind.WECOM_AIBOT_DM: "bot",
    }
    direct = kind in (PlaceKind.WECOM_APP, PlaceKind.WECOM_AIBOT_DM)
    return f"{heads[kind]}:{address.lower() if direct else address}"
