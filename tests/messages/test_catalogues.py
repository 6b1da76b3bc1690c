"""The catalogues say everything, in both languages, and the code says nothing by itself."""

from __future__ import annotations

import io
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read_po

from messages.i18n import catalogue, plural_form
from messages.po import Entry, PoError, read_po
from scoring.model import Locale
from tests.messages.source import DOTTED, ROOT, page_text, sources

FOLDER = ROOT / "messages" / "catalogues"
FILES = sorted(file.name for file in (FOLDER / "en").glob("*.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")

VOCABULARY = (
    "bot/sample/*",
    "handlers/importing/amounts.py",
    "handlers/importing/cell_*.py",
    "handlers/importing/choices.py",
    "handlers/importing/dates.py",
    "handlers/importing/header*.py",
    "handlers/importing/own_sheets.py",
    "handlers/importing/signal_words.py",
    "handlers/importing/still_open.py",
    "handlers/importing/tables.py",
    "handlers/lookup_people.py",
    "handlers/naming*.py",
    "handlers/reading/*",
    "handlers/words.py",
)
"""Files that hold words the bot reads, or the invented customers of the demo."""

COMPOSED: tuple[str, ...] = ()
"""Beginnings of keys that are put together from values the source does not show."""


def entries(locale: str, name: str) -> dict[str, Entry]:
    """The entries of one file, without its header."""
    text = (FOLDER / locale / name).read_text(encoding="utf-8")
    return {entry.key: entry for entry in read_po(text) if entry.key}


def placeholders(entry: Entry) -> set[str]:
    """The names an entry fills in, over all its plural forms."""
    return {name for text in entry.texts for name in PLACEHOLDER.findall(text)}


def test_both_languages_have_the_same_files() -> None:
    assert sorted(file.name for file in (FOLDER / "zh_CN").glob("*.po")) == FILES


@pytest.mark.parametrize("name", FILES)
def test_both_languages_have_the_same_keys_and_placeholders(name: str) -> None:
    english, chinese = entries("en", name), entries("zh_CN", name)
    assert list(english) == list(chinese)
    for key, entry in english.items():
        assert placeholders(entry) == placeholders(chinese[key]), key
        assert entry.plural == chinese[key].plural, key


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_every_entry_is_complete(locale: str, name: str) -> None:
    for key, entry in entries(locale, name).items():
        assert DOTTED.match(key), key
        assert all(text.strip() for text in entry.texts), key
        assert "fuzzy" not in entry.flags, key
        assert len(entry.texts) == (2 if entry.plural and locale == "en" else 1), key
        composed = any("%(" in text for text in entry.texts)
        assert composed == ("python-format" in entry.flags), key
        for text in entry.texts if composed else ():
            assert text % dict.fromkeys(PLACEHOLDER.findall(text), 1), key


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_babel_reads_the_files_as_we_do(locale: str, name: str) -> None:
    raw = (FOLDER / locale / name).read_bytes()
    catalog = babel_read_po(io.BytesIO(raw), locale=locale, ignore_obsolete=True)
    ours = {key: list(entry.texts) for key, entry in entries(locale, name).items()}
    theirs = {}
    for message in catalog:
        key = message.id[0] if isinstance(message.id, tuple | list) else message.id
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        theirs[key] = list(texts)
    theirs.pop("")
    assert ours == theirs
    for n in (0, 1, 2, 11, 100):
        assert plural_form(Locale(locale), n) == _plural(catalog.plural_expr, n)


def _plural(expression: str, n: int) -> int:
    return {"0": 0, "(n != 1)": int(n != 1), "n != 1": int(n != 1)}[expression]


def test_a_broken_file_is_refused_with_its_line() -> None:
    with pytest.raises(PoError, match="line 2"):
        list(read_po('msgid "a"\nmsgstr b"\n'))


@pytest.mark.parametrize("locale", list(Locale))
def test_all_files_of_a_locale_are_one_catalogue(locale: Locale) -> None:
    assert len(catalogue(locale)) == sum(len(entries(locale.value, name)) for name in FILES)


def test_every_phrase_that_code_asks_for_exists_with_its_parameters() -> None:
    known = catalogue(Locale.EN)
    faults = []
    for source in sources():
        for ask in source.asks:
            if ask.key not in known:
                faults.append(f"{ask.where}: {ask.key} is in no catalogue")
            elif ask.params is not None and (lack := placeholders(known[ask.key]) - ask.params):
                faults.append(f"{ask.where}: {ask.key} needs {', '.join(sorted(lack))}")
    assert not faults, "\n".join(faults)


def test_every_phrase_of_the_catalogues_is_asked_for() -> None:
    said = {text for source in sources() for _, text in source.strings}
    said |= {member for source in sources() for member in source.members}
    patterns = {pattern for source in sources() for pattern in source.patterns}
    composed = re.compile("|".join(sorted(patterns)) or r"\Z.")
    page = page_text()
    on_page = set(re.findall(r"""["'`]([\w.]+)["'`]""", page))
    begun = set(re.findall(r"`([\w.]+\.)\$\{", page))
    begun |= {text for text in said if re.fullmatch(r"(?:[a-z_]{3,}\.)+", text)}
    unused = []
    for key in catalogue(Locale.EN):
        short = key.removeprefix("playground.")
        if key in said or composed.fullmatch(key) or key.startswith(COMPOSED or ("\0",)):
            continue
        if {key, short} & on_page or any(short.startswith(text) for text in begun):
            continue
        unused.append(key)
    assert not unused, "\n".join(unused)


def test_no_text_for_people_lives_in_code() -> None:
    found = [
        f"{source.path}:{line}: {text[:30]}"
        for source in sources()
        if not any(fnmatch(source.path, pattern) for pattern in VOCABULARY)
        for line, text in source.strings
        if CHINESE.search(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("pattern", VOCABULARY)
def test_every_file_named_as_vocabulary_exists(pattern: str) -> None:
    assert list(Path(ROOT).glob(pattern))
