"""What is checked about an archive before any spreadsheet library sees it. Runs in the worker."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection

from handlers.importing.limits import MIB, Limits

_CHUNK = 1 << 18
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError)


class Unsafe(Exception):
    """A file that is not opened; `key` and `params` name the sentence."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


def open_archive(content: bytes, limits: Limits) -> tuple[zipfile.ZipFile, str]:
    """The archive and its format (`xlsx`, `ods`), when its size, ratio and parts are harmless."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        raise Unsafe("import.file.damaged") from None
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise Unsafe("import.file.bomb_entries", most=limits.entries)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unsafe("import.file.password")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise Unsafe("import.file.bomb_size", most=limits.unpacked_bytes // MIB)
    for entry in entries:
        if entry.file_size > limits.ratio_from_bytes and entry.file_size > limits.ratio * max(
            entry.compress_size, 1
        ):
            raise Unsafe("import.file.bomb_ratio", part=entry.filename[:60])
    return archive, _format(archive, {entry.filename for entry in entries})


def _format(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        try:
            if archive.read("mimetype").strip() == _ODS_TYPE:
                return "ods"
        except UNREADABLE:
            raise Unsafe("import.file.damaged") from None
    if "xl/workbook.bin" in names:
        raise Unsafe("import.file.not_a_table", found="XLSB")
    if "word/document.xml" in names:
        raise Unsafe("import.file.not_a_table", found="Word")
    if "ppt/presentation.xml" in names:
        raise Unsafe("import.file.not_a_table", found="PowerPoint")
    if any(name.lower().endswith((".xlsx", ".xls", ".csv", ".ods")) for name in names):
        raise Unsafe("import.file.archive")
    raise Unsafe("import.file.not_a_table", found="ZIP")


def verify_parts(archive: zipfile.ZipFile, limits: Limits, *, but: Collection[str] = ()) -> None:
    """Unpack every part once, those in `but` aside, which somebody reads anyway.

    Sizes that the directory lied about end in a wrong checksum. Markup that declares entities
    is refused: no spreadsheet program writes any.
    """
    total = 0
    for entry in archive.infolist():
        if entry.filename in but:
            continue
        declares = b""
        try:
            with archive.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    total += len(chunk)
                    declares = declares or chunk
                    if total > limits.unpacked_bytes:
                        raise Unsafe("import.file.bomb_size", most=limits.unpacked_bytes // MIB)
        except UNREADABLE:
            raise Unsafe("import.file.damaged") from None
        if entry.filename.endswith((".xml", ".rels")) and (declares_entities(declares)):
            raise Unsafe("import.file.entities")


def declares_entities(xml: bytes) -> bool:
    """Whether markup begins with a document type, the only place where entities are declared."""
    head = xml[:_CHUNK]
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head
