"""Reads the part of the gettext PO format that our catalogues use.

Babel reads the same files (a test compares the two readings); it takes about 100 ms to be imported
and to read 600 keys, which every start of the command line would pay. This takes 3 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class PoError(ValueError):
    """A line of a catalogue that does not read as PO; names the line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its text; `texts` has one item a plural form."""

    key: str
    texts: tuple[str, ...]
    plural: bool
    flags: frozenset[str]


@dataclass(slots=True)
class _Open:
    """An entry being read; `parts` maps `msgid`, `msgstr`, `msgstr[1]`, … to its pieces."""

    flags: set[str] = field(default_factory=set)
    parts: dict[str, list[str]] = field(default_factory=dict)

    def close(self) -> Entry:
        texts = {name: "".join(pieces) for name, pieces in self.parts.items()}
        key = texts.pop("msgid")
        plural = texts.pop("msgid_plural", None) is not None
        return Entry(key, tuple(texts.values()), plural, frozenset(self.flags))


def read_po(text: str) -> Iterator[Entry]:
    """The entries of a file in order, the header (key "") first. Obsolete entries are skipped."""
    entry = _Open()
    name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            if "msgstr" in entry.parts or "msgstr[0]" in entry.parts:
                yield entry.close()
                entry = _Open()
            if line.startswith("#,"):
                entry.flags.update(flag.strip() for flag in line[2:].split(","))
            continue
        if line[0] != '"':
            name, _, line = line.partition(" ")
            if name == "msgid" and entry.parts:
                yield entry.close()
                entry = _Open()
            if name not in ("msgid", "msgid_plural", "msgstr") and not name.startswith("msgstr["):
                raise PoError(f"line {number}: {name}")
            entry.parts[name] = []
        if len(line) < 2 or line[0] != '"' or line[-1] != '"' or not name:
            raise PoError(f"line {number}: {line}")
        entry.parts[name].append(_unescape(line[1:-1]))
    if entry.parts:
        yield entry.close()


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    out: list[str] = []
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "")
            out.append(_ESCAPES.get(escaped, escaped))
        else:
            out.append(letter)
    return "".join(out)
