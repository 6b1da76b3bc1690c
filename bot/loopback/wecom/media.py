"""Files that were left with the cloud, and files that people gave to the bot."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.loopback.bounded import trim
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.limits import Timing

KINDS = ("image", "voice", "video", "file")
LEAST = 5
"""A file has more bytes than this (90253)."""

MOST = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
CHUNK_MOST = 512 << 10
CHUNKS_MOST = 100
KEPT = 200


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file under an id. `owner` is the robot's key, or empty for the corporation's."""

    media_id: str
    kind: str
    name: str
    content: bytes
    owner: str
    until: datetime


@dataclass(slots=True)
class _Upload:
    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    until: datetime
    parts: dict[int, bytes] = field(default_factory=dict)


class Media:
    """All of them, the newest `KEPT`."""

    def __init__(self, clock: Callable[[], datetime], timing: Timing) -> None:
        self._clock = clock
        self._timing = timing
        self._files: dict[str, StoredFile] = {}
        self._uploads: dict[str, _Upload] = {}

    def keep(
        self, kind: str, name: str, content: bytes, *, owner: str = "", for_s: float | None = None
    ) -> StoredFile:
        """Store a file; Refusal when WeCom takes none of that kind or size."""
        if kind not in KINDS:
            raise Refusal(Code.BAD_MEDIA_TYPE)
        if not LEAST < len(content) <= MOST[kind]:
            raise Refusal(Code.BAD_FILE_SIZE)
        lasts = self._timing.media_s if for_s is None else for_s
        until = self._clock() + timedelta(seconds=lasts)
        stored = StoredFile(secrets.token_urlsafe(32), kind, name, content, owner, until)
        self._files[stored.media_id] = stored
        trim(self._files, KEPT)
        return stored

    def get(self, media_id: str, *, owner: str = "") -> StoredFile:
        """A file by its id; Refusal when it is unknown, somebody else's or too old."""
        stored = self._files.get(media_id)
        if stored is None or stored.owner != owner or self._clock() >= stored.until:
            raise Refusal(Code.BAD_MEDIA_ID)
        return stored

    def begin(self, body: dict[str, object]) -> str:
        """Open an upload in parts (aibot_upload_media_init) and return its id."""
        kind, name, size, chunks = (
            body.get(key) for key in ("type", "filename", "total_size", "total_chunks")
        )
        if kind not in KINDS:
            raise Refusal(Code.BAD_MEDIA_TYPE)
        if not isinstance(name, str) or not name:
            raise Refusal(Code.BAD_PARAMETER, "filename is missing")
        if not isinstance(size, int) or not LEAST < size <= CHUNK_MOST * CHUNKS_MOST:
            raise Refusal(Code.BAD_FILE_SIZE)
        if not isinstance(chunks, int) or chunks != -(-size // CHUNK_MOST):
            raise Refusal(Code.BAD_PARAMETER, "total_chunks does not fit total_size")
        upload_id = secrets.token_hex(16)
        now = self._clock()
        until = now + timedelta(seconds=self._timing.upload_s)
        self._uploads = {key: one for key, one in self._uploads.items() if now < one.until}
        md5 = str(body.get("md5", ""))
        self._uploads[upload_id] = _Upload(str(kind), name, size, chunks, md5, until)
        return upload_id

    def add(self, body: dict[str, object]) -> None:
        """One part; the same part again replaces it."""
        upload = self._upload(body)
        index, text = body.get("chunk_index"), body.get("base64_data")
        if not isinstance(index, int) or not 0 <= index < upload.chunks:
            raise Refusal(Code.BAD_PARAMETER, "chunk_index is out of range")
        try:
            part = base64.b64decode(str(text), validate=True)
        except ValueError:
            raise Refusal(Code.BAD_PARAMETER, "base64_data is not base64") from None
        if not 0 < len(part) <= CHUNK_MOST:
            raise Refusal(Code.BAD_PARAMETER, "a chunk has 1 to 524288 bytes")
        upload.parts[index] = part

    def finish(self, body: dict[str, object]) -> StoredFile:
        """Put the parts together; Refusal when one is missing or the sum is another."""
        upload = self._upload(body)
        content = b"".join(self._whole(upload))
        digest = hashlib.md5(content).hexdigest()  # noqa: S324 - the protocol's own choice
        if len(content) != upload.size or upload.md5 not in ("", digest):
            raise Refusal(Code.BAD_PARAMETER, "size or md5 is another")
        del self._uploads[str(body["upload_id"])]
        return self.keep(upload.kind, upload.name, content)

    def _upload(self, body: dict[str, object]) -> _Upload:
        upload = self._uploads.get(str(body.get("upload_id", "")))
        if upload is None or self._clock() >= upload.until:
            raise Refusal(Code.BAD_PARAMETER, "invalid upload_id")
        return upload

    def _whole(self, upload: _Upload) -> Iterator[bytes]:
        for index in range(upload.chunks):
            if index not in upload.parts:
                raise Refusal(Code.BAD_PARAMETER, f"chunk {index} is missing")
            yield upload.parts[index]
