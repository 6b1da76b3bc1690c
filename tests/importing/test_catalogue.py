"""Every sentence that the reading of files can say stands in both catalogues, and no other."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import handlers.importing
from messages.po import Entry, read_po

KEY = re.compile(r'"(import\.(?:cell|file|header|notice|row)\.[a-z0-9_]+|import\.kind_unknown)"')
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def entries(locale: str) -> dict[str, Entry]:
    file = resources.files("messages") / "catalogues" / locale / "importing.po"
    return {entry.key: entry for entry in read_po(file.read_text("utf-8")) if entry.key}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    english, chinese = entries("en"), entries("zh_CN")
    assert list(english) == list(chinese)
    for key, entry in english.items():
        words = set(PLACEHOLDER.findall(entry.texts[0]))
        assert words == set(PLACEHOLDER.findall(chinese[key].texts[0])), key
        assert ("python-format" in entry.flags) == bool(words), key
        assert entry.flags == chinese[key].flags, key


def test_every_sentence_of_the_catalogue_is_said_somewhere() -> None:
    folder = Path(str(handlers.importing.__file__)).parent
    said = {
        key for file in folder.glob("*.py") for key in KEY.findall(file.read_text(encoding="utf-8"))
    }
    assert set(entries("en")) - said == set()
