"""People tapping, picking, searching and filling in forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.loopback.slack.acting import Acting, Done
from bot.loopback.slack.checks import check_options, check_view
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.elements import TAPPED, action, empty, found, initial, interactive, picked
from bot.loopback.slack.previews import attachment, link_with, previewed
from bot.loopback.slack.telling import Told
from bot.loopback.slack.views import View

Json = dict[str, Any]

SHORTEST_SEARCH = 3


class Forms(Acting):
    """What people do with buttons and fields. `name` is an action_id, or a block_id."""

    async def tap(
        self, user: str, place: str, ts: str, name: str, *, confirmed: bool = True
    ) -> Done:
        """Press a button of a message; `confirmed` false: think better of it when asked."""
        return await self.select(user, place, ts, name, None, confirmed=confirmed)

    async def select(
        self, user: str, place: str, ts: str, name: str, value: Any, *, confirmed: bool = True
    ) -> Done:
        """Pick something in a select of a message: an option's value, a person's id, a date.

        What a link in it unfurled to is part of the message; its own blocks come first.
        """
        workspace, person, channel = self.where(user, place)
        posted = self.posted(user, channel, ts)
        link = link_with(posted, name)
        blocks = self._world.chats.numbered(previewed(posted, link)) if link else posted.blocks
        block, element = found(blocks, name)
        if "confirm" in element and not confirmed:
            return Done(posted=posted)
        state = self._state(posted.ts, element, value)
        container: Json = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(posted.only_for),
        }
        if posted.thread:
            container["thread_ts"] = posted.thread
        if link:
            container |= attachment(posted, link)
        # The message around a preview is a person's: nothing may be put in its place.
        late = self.late(workspace, channel, person, None if link else posted)
        payload = {
            **self.head("block_actions", workspace, person),
            "container": container,
            "trigger_id": self._world.triggers.new(workspace.id, user),
            "channel": self.channel_json(channel),
            "state": {"values": self._values(blocks, block, element, state)},
            "response_url": self.response_url("actions", late),
            "actions": [action(block, element, state, self._world.chats.stamp())],
        }
        if link:
            payload["app_unfurl"] = {**posted.unfurls[link], "app_unfurl_url": link}
        elif not posted.only_for:
            payload["message"] = self._world.chats.as_json(posted)
        told = await self._telling.interaction(payload)
        complaint = "" if told.delivered else "operation_timeout"
        return Done(told, posted, self.top(user), complaint=complaint)

    async def tap_home(
        self, user: str, name: str, value: Any = None, *, confirmed: bool = True
    ) -> Done:
        """Press or pick something on the Home tab."""
        workspace, _ = self._world.user(user)
        home = self._world.views.home(workspace.id, user)
        if home is None:
            raise LookupError(f"{user} has no Home tab yet")
        return await self._tap_view(user, home, name, value, confirmed)

    async def tap_form(
        self, user: str, name: str, value: Any = None, *, confirmed: bool = True
    ) -> Done:
        """Press or pick something in the form on top that is told at once."""
        return await self._tap_view(user, self.form(user), name, value, confirmed)

    async def search(
        self, user: str, name: str, text: str, *, place: str = "", ts: str = ""
    ) -> Done:
        """Type into a select that asks the product: in the form on top, or in a message."""
        if ts:
            workspace, person, channel = self.where(user, place)
            posted = self.posted(user, channel, ts)
            block, element = found(posted.blocks, name)
            where: Json = {
                "container": {"type": "message", "message_ts": ts, "channel_id": channel.id},
                "channel": self.channel_json(channel),
                "message": self._world.chats.as_json(posted),
            }
            key = ts
        else:
            view = self._searched(user, name)
            workspace = self._world.workspaces[view.team]
            person = workspace.users[user]
            block, element = found(view.blocks, name)
            container = {"type": "view", "view_id": view.id}
            where = {"container": container, "view": self.view_json(view)}
            key = view.id
        if len(text) < element.get("min_query_length", SHORTEST_SEARCH):
            return Done()
        payload = {
            **self.head("block_suggestion", workspace, person),
            **where,
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": text,
        }
        told = await self._telling.interaction(payload)
        if not told.delivered:
            return Done(told, complaint="operation_timeout")
        try:
            options = check_options(told.body)
        except Refusal as refusal:
            return Done(told, complaint=f"{refusal.error}: {refusal.messages}")
        self._offered[key, element["action_id"]] = options
        return Done(told, options=tuple(options))

    def fill(self, user: str, values: Mapping[str, Any]) -> View:
        """Fill fields of the form on top in without handing it in."""
        view = self.form(user)
        for name, value in values.items():
            block, element = found(view.blocks, name)
            state = self._state(view.id, element, value)
            self._world.views.fill(view, block["block_id"], element["action_id"], state)
        return view

    async def submit(self, user: str, values: Mapping[str, Any] | None = None) -> Done:
        """Hand the form on top in, after filling `values` in. A field that may not be empty is
        the client's own complaint: then nothing is told."""
        view = self.fill(user, values or {})
        for block, element in interactive(view.blocks):
            if block["type"] != "input" or block.get("optional"):
                continue
            held = view.values.get(block["block_id"], {}).get(element["action_id"])
            if held is None or empty(held):
                return Done(view=view, complaint=f"{element['action_id']}: please fill this in")
        workspace = self._world.workspaces[view.team]
        payload = {
            **self.head("view_submission", workspace, workspace.users[user]),
            "trigger_id": self._world.triggers.new(workspace.id, user, view.id),
            "view": self.view_json(view),
            "response_urls": [],
        }
        told = await self._telling.interaction(payload)
        complaint = self._applied(view, told)
        return Done(told, view=self.top(user), complaint=complaint)

    async def close(self, user: str, *, all_: bool = False) -> Done:
        """Close the form on top, or all of them; the product hears when the form wanted it."""
        view = self.form(user)
        payload: Json | None = None
        workspace = self._world.workspaces[view.team]
        if view.body["notify_on_close"]:
            payload = {
                **self.head("view_closed", workspace, workspace.users[user]),
                "view": self.view_json(view),
                "is_cleared": all_,
            }
        if all_:
            self._world.views.clear(user)
        else:
            self._world.views.close(view)
        if payload is None:
            return Done(view=self.top(user))
        return Done(await self._telling.interaction(payload), view=self.top(user))

    async def shortcut(self, user: str, callback_id: str) -> Done:
        """A global shortcut."""
        workspace, person = self._world.user(user)
        payload = {
            **self.head("shortcut", workspace, person),
            "action_ts": self._world.chats.stamp(),
            "callback_id": callback_id,
            "trigger_id": self._world.triggers.new(workspace.id, user),
        }
        return Done(await self._telling.interaction(payload), view=self.top(user))

    async def message_shortcut(self, user: str, place: str, ts: str, callback_id: str) -> Done:
        """A shortcut of a message's menu; anybody's message will do."""
        workspace, person, channel = self.where(user, place)
        posted = self.posted(user, channel, ts)
        late = self.late(workspace, channel, person)
        payload = {
            **self.head("message_action", workspace, person),
            "action_ts": self._world.chats.stamp(),
            "channel": self.channel_json(channel),
            "callback_id": callback_id,
            "trigger_id": self._world.triggers.new(workspace.id, user),
            "message_ts": ts,
            "message": self._world.chats.as_json(posted),
            "response_url": self.response_url("app", late),
        }
        told = await self._telling.interaction(payload)
        return Done(told, posted, self.top(user))

    # --- inside --------------------------------------------------------------------------------

    async def _tap_view(
        self, user: str, view: View, name: str, value: Any, confirmed: bool
    ) -> Done:
        block, element = found(view.blocks, name)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise LookupError(f"{name} is told with the form; use fill or submit")
        if "confirm" in element and not confirmed:
            return Done(view=self.top(user))
        state = self._state(view.id, element, value)
        if element["type"] not in TAPPED:
            self._world.views.fill(view, block["block_id"], element["action_id"], state)
        workspace = self._world.workspaces[view.team]
        below = view.id if view.body["type"] == "modal" else ""
        payload = {
            **self.head("block_actions", workspace, workspace.users[user]),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._world.triggers.new(workspace.id, user, below),
            "view": self.view_json(view),
            "actions": [action(block, element, state, self._world.chats.stamp())],
        }
        told = await self._telling.interaction(payload)
        complaint = "" if told.delivered else "operation_timeout"
        return Done(told, view=self.top(user), complaint=complaint)

    def _applied(self, view: View, told: Told) -> str:
        """Do what the acknowledgement of a submission says; what is wrong with it is told."""
        views = self._world.views
        if not told.delivered:
            views.refused(view, {})
            return "operation_timeout"
        body = told.body or {}
        try:
            match body.get("response_action"):
                case None:
                    views.close(view)
                case "clear":
                    views.clear(view.user)
                case "update":
                    views.change(view, check_view(body.get("view")))
                case "push":
                    views.open(view.team, view.user, check_view(body.get("view")), view)
                case "errors":
                    views.refused(view, _errors(view, body.get("errors")))
                case other:
                    raise Refusal("invalid_response_action", str(other))
        except Refusal as refusal:
            views.refused(view, {})
            return ": ".join([refusal.error, *refusal.messages])
        return ""

    def _searched(self, user: str, name: str) -> View:
        """The form on top, else the Home tab, when the field is there."""
        view = self.top(user)
        if view is not None:
            return view
        workspace, _ = self._world.user(user)
        home = self._world.views.home(workspace.id, user)
        if home is None:
            raise LookupError(f"{user} has nothing open in which {name} could be")
        return home

    def _state(self, key: str, element: Json, value: Any) -> Json:
        if element["type"] in TAPPED:
            return {"type": element["type"]}
        return picked(element, value, self._offered.get((key, element["action_id"]), ()))

    def _values(
        self, blocks: list[Json], tapped: Json, element: Json, state: Json
    ) -> dict[str, dict[str, Json]]:
        values: dict[str, dict[str, Json]] = {}
        for block, each in interactive(blocks):
            if each["type"] in TAPPED or each["type"] == "overflow":
                continue
            held = state if block is tapped and each is element else initial(each)
            values.setdefault(block["block_id"], {})[each["action_id"]] = held
        return values


def _errors(view: View, errors: Any) -> dict[str, str]:
    """The sentences at fields; Slack knows no others than those of input blocks."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refusal("invalid_errors", "none")
    strange = set(errors) - inputs
    if strange or not all(isinstance(words, str) and words for words in errors.values()):
        raise Refusal("invalid_errors", *sorted(map(str, strange)))
    return errors
