"""Forms that are open, and everybody's Home tab."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.loopback.bounded import trim
from bot.loopback.slack.chats import Chats
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.elements import initial, interactive

STACK_MOST = 3
Json = dict[str, Any]


@dataclass(slots=True)
class View:
    """One form or Home tab. `values` are what was filled in, by block_id and action_id.

    `errors` are the sentences at its fields after a submission that was refused. `failed`: the
    product did not answer in time, or with nonsense; the person sees Slack's own apology.
    """

    id: str
    team: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    @property
    def blocks(self) -> list[Json]:
        """What is in it."""
        return list(self.body.get("blocks", []))


class Views:
    """The views of all people; `draw` (team, user) is told when somebody's changed."""

    def __init__(self, chats: Chats, app_id: str, draw: Callable[[str, str], None]) -> None:
        self._chats = chats
        self._app_id = app_id
        self._draw = draw
        self._open: dict[str, View] = {}
        self._homes: dict[tuple[str, str], View] = {}

    def open(self, team: str, user: str, body: Json, under: View | None = None) -> View:
        """Show a form, on top of another one with `under`; without, in place of any other."""
        self._check_external(body)
        if under is None:
            self.clear(user)
        elif len(self.stack(user)) >= STACK_MOST:
            raise Refusal("push_limit_reached")
        name = f"V{secrets.token_hex(5).upper()}"
        root = name if under is None else under.root
        view = View(name, team, user, {}, "", root, None if under is None else under.id)
        self._fill(view, body)
        self._open[name] = view
        trim(self._open)
        self._draw(team, user)
        return view

    def change(self, view: View, body: Json) -> View:
        """Another face; what was typed stays where block_id and action_id are the same."""
        self._check_external(body, view)
        self._fill(view, body)
        self._draw(view.team, view.user)
        return view

    def publish(self, team: str, user: str, body: Json, known_hash: str = "") -> View:
        """Somebody's Home tab."""
        old = self._homes.get((team, user))
        if known_hash and old is not None and old.hash != known_hash:
            raise Refusal("hash_conflict")
        if old is None:
            name = f"V{secrets.token_hex(5).upper()}"
            old = self._homes[team, user] = View(name, team, user, {}, "", name)
        self._fill(old, body)
        self._draw(team, user)
        return old

    def fill(self, view: View, block_id: str, action_id: str, state: Json) -> None:
        """Somebody filled a field in."""
        view.values.setdefault(block_id, {})[action_id] = state

    def refused(self, view: View, errors: dict[str, str]) -> None:
        """Sentences at the fields of a form that stays; without any the person sees an apology."""
        view.errors, view.failed = dict(errors), not errors
        self._draw(view.team, view.user)

    def home(self, team: str, user: str) -> View | None:
        """The Home tab as it was last published."""
        return self._homes.get((team, user))

    def get(self, name: str = "", external: str = "") -> View:
        """An open form or a Home tab; Refusal when it is not there (any more)."""
        for view in self._all():
            if (name and view.id == name) or (external and view.body["external_id"] == external):
                return view
        raise Refusal("not_found")

    def stack(self, user: str) -> list[View]:
        """What somebody has open, the topmost last."""
        return [view for view in self._open.values() if view.user == user]

    def close(self, view: View) -> None:
        """The topmost form goes; the one below is seen again."""
        if self._open.pop(view.id, None) is not None:
            self._draw(view.team, view.user)

    def clear(self, user: str) -> None:
        """All of somebody's forms go."""
        for view in self.stack(user):
            self.close(view)

    def as_json(self, view: View, bot_id: str) -> Json:
        """A view as Slack's methods and payloads have it."""
        return {
            "id": view.id,
            "team_id": view.team,
            **copy.deepcopy(view.body),
            "state": {"values": copy.deepcopy(view.values)},
            "hash": view.hash,
            "root_view_id": view.root,
            "previous_view_id": view.previous,
            "app_id": self._app_id,
            "app_installed_team_id": view.team,
            "bot_id": bot_id,
        }

    def _all(self) -> Iterator[View]:
        yield from self._open.values()
        yield from self._homes.values()

    def _check_external(self, body: Json, own: View | None = None) -> None:
        external = body.get("external_id")
        taken = any(view.body["external_id"] == external for view in self._all() if view is not own)
        if external and taken:
            raise Refusal("duplicate_external_id")

    def _fill(self, view: View, body: Json) -> None:
        known = {"private_metadata": "", "callback_id": "", "external_id": ""}
        flags = {"clear_on_close": False, "notify_on_close": False}
        view.body = {**known, **flags, "close": None, "submit": None, **copy.deepcopy(body)}
        view.body["blocks"] = self._chats.numbered(body.get("blocks", []))
        view.hash = f"{self._chats.stamp()}.{secrets.token_hex(4)}"
        view.errors, view.failed = {}, False
        kept, view.values = view.values, {}
        for block, element in interactive(view.body["blocks"]):
            if element["type"] in ("button", "overflow"):
                continue
            here = view.values.setdefault(block["block_id"], {})
            before = kept.get(block["block_id"], {}).get(element["action_id"])
            same = before is not None and before["type"] == element["type"]
            here[element["action_id"]] = before if before and same else initial(element)
