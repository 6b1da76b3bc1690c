"""Files: those that people drop, and those that the product uploads in three steps."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from bot.loopback.bounded import trim
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.limits import Timing

KEPT = 200
MOST = 1 << 30
ALT_MOST = 1_000
Json = dict[str, Any]


@dataclass(slots=True)
class File:
    """One file. `content` None: announced, not there yet. `shares` are the ts by channel.

    An uploaded one is worked on until `ready_at` of the event loop's time.
    """

    id: str
    team: str
    name: str
    user: str
    created_at: datetime
    title: str = ""
    length: int = 0
    alt_text: str = ""
    content: bytes | None = None
    completed: bool = False
    ready_at: float = 0.0
    shares: dict[str, list[str]] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)


class Files:
    """All files, and the addresses that bytes are posted to."""

    def __init__(self, clock: Callable[[], datetime], timing: Timing) -> None:
        self._clock = clock
        self._timing = timing
        self._files: dict[str, File] = {}
        self._tickets: dict[str, tuple[str, datetime]] = {}

    def announce(
        self, team: str, user: str, name: str, length: int, alt_text: str
    ) -> tuple[File, str]:
        """A file that will be uploaded, and the last part of the address for its bytes."""
        if not 0 < length <= MOST:
            raise Refusal("file_upload_size_restricted")
        if len(alt_text) > ALT_MOST:
            raise Refusal("alt_txt_too_large")
        file = File(_name(), team, name, user, self._clock(), name, length, alt_text)
        self._keep(file)
        ticket = secrets.token_urlsafe(24)
        until = self._clock() + timedelta(seconds=self._timing.upload_url_s)
        self._tickets[ticket] = (file.id, until)
        trim(self._tickets)
        return file, ticket

    def receive(self, ticket: str, content: bytes) -> None:
        """The bytes of an announced file; Refusal when they are not those that were announced."""
        file_id, until = self._tickets.get(ticket, ("", self._clock()))
        file = self._files.get(file_id)
        if file is None or self._clock() > until:
            raise Refusal("invalid_upload_url", status=404)
        if len(content) != file.length:
            raise Refusal("length_mismatch", status=400)
        file.content = content

    def complete(self, file_id: str, title: str) -> File:
        """The upload is done; from now on Slack works on it."""
        file = self._files.get(file_id)
        if file is None or file.content is None:
            raise Refusal("file_not_found")
        file.title = title or file.name
        file.completed = True
        file.ready_at = asyncio.get_running_loop().time() + self._timing.processing_s
        return file

    def drop(self, team: str, user: str, name: str, content: bytes) -> File:
        """A file that a person gave."""
        file = File(_name(), team, name, user, self._clock(), name, len(content), "", content, True)
        self._keep(file)
        return file

    def get(self, file_id: str) -> File | None:
        """A file by id."""
        return self._files.get(file_id)

    def ready(self, file_id: str) -> bool:
        """Whether Slack is done with it; before, it cannot be shown in a block."""
        file = self._files.get(file_id)
        if file is None or not file.completed:
            return False
        return asyncio.get_running_loop().time() >= file.ready_at

    def as_json(self, file: File, origin: str) -> Json:
        """A file as methods and events have it; what it is shows once it was worked on."""
        done = self.ready(file.id)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        path = f"{origin}/files-pri/{file.team}-{file.id}"
        public = {where: [{"ts": ts} for ts in at] for where, at in file.shares.items()}
        return {
            "id": file.id,
            "created": int(file.created_at.timestamp()),
            "timestamp": int(file.created_at.timestamp()),
            "name": file.name,
            "title": file.title,
            "mimetype": kind if done else "",
            "filetype": PurePath(file.name).suffix.lstrip(".") if done else "",
            "user": file.user,
            "size": len(file.content or b""),
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "alt_txt": file.alt_text,
            "url_private": f"{path}/{quote(file.name)}",
            "url_private_download": f"{path}/download/{quote(file.name)}",
            "shares": {
                "public": {where: at for where, at in public.items() if where not in file.private},
                "private": {where: at for where, at in public.items() if where in file.private},
            },
        }

    def _keep(self, file: File) -> None:
        self._files[file.id] = file
        trim(self._files, KEPT)


def _name() -> str:
    return f"F0{secrets.token_hex(5).upper()}"
