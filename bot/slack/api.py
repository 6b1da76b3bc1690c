"""Slack's Web API in the name of the right workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.adapters.slack_errors import TOKEN_REFUSED
from bot.adapters.wire import Fetched
from bot.outside_time.clocks import Dated, undated
from bot.slack.heard import RemoteFile
from bot.slack.transfers import fetched, put
from bot.slack.wire import SlackWire
from bot.slack.workspaces import Workspace, Workspaces
from messages.limits import SLACK_FILE_ALT_TEXT, cut
from messages.model import Attachment
from scoring.errors import BadCredentials, OutcomeUnknown, PlatformDown

_READS = ("auth.test", "conversations.", "users.", "usergroups.", "team.", "files.info", "views.p")
_PROCESSING_S = (0.2, 0.3, 0.5, 1.0, 2.0, 4.0)


class SlackApi:
    """Calls methods with the token of a workspace. `clock` is the business's."""

    def __init__(
        self,
        workspaces: Workspaces,
        *,
        api_url: str,
        clock: Callable[[], datetime],
        timeout_s: float = 10.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dated: Dated = undated,
    ) -> None:
        self.workspaces = workspaces
        self.clock = clock
        self._api_url = api_url
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._wire = SlackWire(api_url, timeout_s=timeout_s, dated=dated)

    async def call(
        self, method: str, arguments: dict[str, Any], *, team: str = "", place: str = ""
    ) -> dict[str, Any]:
        """What the method answers; raises the DeliveryError tree when it is not `ok`.

        `team` or `place` say in which workspace; neither is needed where there is one. What only
        reads, or may be repeated, is never OutcomeUnknown but PlatformDown.
        """
        workspace = await self.workspace(team=team, place=place)
        try:
            return await self._asked(workspace, method, arguments)
        except BadCredentials as fault:
            if fault.code not in TOKEN_REFUSED:
                raise
            # Whoever keeps the tokens may have a newer one by now; it was refused, so not done.
            self.workspaces.forget(workspace.team)
            again = await self.workspace(team=workspace.team)
            if again.token == workspace.token:
                raise
            return await self._asked(again, method, arguments)

    async def workspace(self, *, team: str = "", place: str = "") -> Workspace:
        """The one that is meant; BadCredentials when the app is not (any more) installed there."""
        found: Workspace | None = None
        if team:
            found = await self.workspaces.of(team)
        elif place:
            found = await self.workspaces.for_place(place)
        else:
            every = await self.workspaces.all()
            found = every[0] if len(every) == 1 else None
        if found is None:
            raise BadCredentials("the app is not installed in that workspace", code="no_workspace")
        return found

    async def upload(
        self,
        attachment: Attachment,
        *,
        channel: str = "",
        thread: str = "",
        team: str = "",
        place: str = "",
    ) -> str:
        """Give Slack a file and wait until it can be shown; returns its id.

        With `channel` (an id) it is shared there at once, below the post `thread` (its ts): then
        OutcomeUnknown means that it may hang there. Without, only the bot sees it.
        """
        workspace = await self.workspace(team=team, place=place or channel)
        where = {"team": workspace.team}
        told = {"alt_txt": cut(attachment.alt, SLACK_FILE_ALT_TEXT) or None}
        begun = await self.call(
            "files.getUploadURLExternal",
            {"filename": attachment.name, "length": len(attachment.content), **told},
            **where,
        )
        url, file_id = begun.get("upload_url"), begun.get("file_id")
        if not isinstance(url, str) or not isinstance(file_id, str):
            raise PlatformDown("the answer does not say where the file goes")
        await put(
            self._wire.session,
            url,
            attachment.content,
            api_url=self._api_url,
            timeout_s=3 * self._timeout_s,
        )
        share = {"channel_id": channel or None, "thread_ts": thread or None}
        files = [{"id": file_id, "title": attachment.name}]
        await self.call("files.completeUploadExternal", {"files": files, **share}, **where)
        await self._processed(file_id, workspace.team)
        return file_id

    async def download(self, file: RemoteFile, most: int, *, team: str = "") -> Fetched:
        """A file that somebody dropped, of at most `most` bytes; Rejected when it is longer.

        The token goes to Slack's own hosts alone (or the configured one that stands in for them).
        """
        workspace = await self.workspace(team=team)
        return await fetched(
            self._wire.session,
            file,
            workspace.token,
            most=most,
            api_url=self._api_url,
            timeout_s=3 * self._timeout_s,
        )

    async def close(self) -> None:
        """End the connections."""
        await self._wire.close()

    async def _asked(
        self, workspace: Workspace, method: str, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        try:
            return (await self._wire.ask(workspace.token, method, arguments)).body
        except OutcomeUnknown as fault:
            if method.startswith(_READS) or method == "files.getUploadURLExternal":
                raise PlatformDown(fault.detail, code=fault.code) from None
            raise

    async def _processed(self, file_id: str, team: str) -> None:
        """Wait until Slack knows what kind of file that is; before, it cannot be shown.

        What cannot be asked, or takes longer, is left to Slack: the file is there.
        """
        for wait_s in _PROCESSING_S:
            try:
                told = (await self.call("files.info", {"file": file_id}, team=team)).get("file")
            except (BadCredentials, PlatformDown):
                return
            if isinstance(told, dict) and told.get("mimetype"):
                return
            await self._sleep(wait_s)
