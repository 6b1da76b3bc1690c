"""What a file really is, by its first bytes; its name is only what somebody called it."""

from __future__ import annotations

import json
from enum import StrEnum

from scoring.errors import BadArgument


class FileFormat(StrEnum):
    """What can be read. `zip` is an xlsx or ods until somebody looks inside."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"


EXTENSIONS = {
    "xlsx": FileFormat.XLSX,
    "xlsm": FileFormat.XLSX,
    "xls": FileFormat.XLS,
    "ods": FileFormat.ODS,
    "csv": FileFormat.CSV,
    "txt": FileFormat.CSV,
    "tsv": FileFormat.TSV,
    "jsonl": FileFormat.JSONL,
    "ndjson": FileFormat.JSONL,
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

# What people drop by mistake, by its first bytes; the names are told as they are.
_STRANGERS = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"RIFF", "RIFF"),
)


def extension(filename: str) -> str:
    """The last part of a name in lower case, without the dot; empty when there is none."""
    stem, dot, last = filename.rpartition(".")
    return last.lower() if dot and stem else ""


def is_zip(content: bytes) -> bool:
    """Whether the file is an archive, as xlsx and ods are."""
    return content.startswith(_ZIP)


def is_ole(content: bytes) -> bool:
    """Whether the file is in the container of old Office files, as xls is."""
    return content.startswith(_OLE)


def refuse_unreadable(content: bytes) -> None:
    """Refuse what cannot be a table, with a sentence that says what it is (BadArgument)."""
    if not content.strip():
        raise BadArgument("import.file.empty")
    for start, name in _STRANGERS:
        if content.startswith(start):
            raise BadArgument("import.file.not_a_table", found=name)
    if is_ole(content) and _ENCRYPTED in content:
        raise BadArgument("import.file.password")
    if is_zip(content) or is_ole(content):
        return
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise BadArgument("import.file.web_page")
    if head.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in content:
        raise BadArgument("import.file.web_page")
    if head.startswith(b"<?xml"):
        raise BadArgument("import.file.not_a_table", found="XML")
    if b"\0" in content and not content.startswith(_UTF16):
        raise BadArgument("import.file.binary")


def is_json_lines(text: str) -> bool:
    """Whether the first line that is not blank is a JSON object."""
    line = text.lstrip()[:100_000].split("\n", 1)[0].strip()
    if not line.startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return line.startswith('{"')
