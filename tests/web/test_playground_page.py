"""The page of the playground as it is shipped: whole words, nothing inline, nothing from elsewhere.

What a browser does with it is tested with a browser; these are the faults a browser hides.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from messages.i18n import Phrasebook, catalogue
from scoring.model import Locale

FOLDER = Path(__file__).parents[2] / "bot" / "web" / "playground"
STATIC = FOLDER / "static"
LOADED = "/playground/static/"
SCRIPTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.js"))}
SHEETS = {file.name: file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.css"))}


class Page(HTMLParser):
    """The elements of a page with their attributes, and the words it carries for the scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag == "data":
            self.words.add(found["value"])


def drawn(locale: Locale) -> str:
    """The page in one language; a phrase that is missing raises, as every warning does."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("page.html").render(
        t=Phrasebook(locale).t, locale=locale.value, csrf="token", version="1"
    )


@pytest.mark.parametrize("locale", list(Locale))
def test_the_page_is_drawn_in_every_language_without_a_missing_phrase(locale: Locale) -> None:
    text = drawn(locale)
    assert f'data-locale="{locale.value}"' in text
    assert "playground." not in re.sub(r"/playground/\S*", "", text), "a key instead of words"


def test_nothing_on_the_page_needs_a_looser_policy() -> None:
    for tag, attributes in Page(drawn(Locale.EN)).elements:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "style"
        if tag == "script":
            assert attributes["src"].startswith(LOADED)
    for name, text in SCRIPTS.items():
        assert not re.search(r'\.style\b|cssText|\beval\(|new Function|"style"', text), name


def test_everything_loaded_is_shipped_and_nothing_comes_from_elsewhere() -> None:
    for tag, attributes in Page(drawn(Locale.EN)).elements:
        for address in (attributes.get("src"), attributes.get("href")):
            if address is None or address.startswith("#"):
                continue
            assert address.startswith(LOADED), tag
            assert (STATIC / address.removeprefix(LOADED).partition("?")[0]).is_file(), address
    for name, text in SCRIPTS.items():
        for module in re.findall(r'from "\./([^"]+)"', text):
            assert module in SCRIPTS, name
        assert re.findall(r"https?://[^\s\"]+", text) in ([], ["http://www.w3.org/2000/svg"]), name
    for name, text in SHEETS.items():
        assert "url(" not in text, name
        assert "@import" not in text, name


def test_the_page_carries_every_word_that_a_script_asks_for_and_no_other() -> None:
    words = Page(drawn(Locale.EN)).words
    asked: set[str] = set()
    for text in SCRIPTS.values():
        plain = re.findall(r'\bword\(\s*"([\w.]+)"|"((?:file|talk|ability)\.\w+)"', text)
        asked.update(one or other for one, other in plain)
        for choice in re.findall(r"\bword\([^)`]*\?([^)]*)\)", text):
            asked.update(re.findall(r'"([\w.]+)"', choice))
        for prefix in re.findall(r"\bword(?:OrNull)?\(`([\w.]+)\$\{", text):
            found = {key for key in words if key.startswith(prefix)}
            assert found, prefix
            asked.update(found)
    assert asked == words


def test_every_phrase_of_the_playground_is_used_by_its_page() -> None:
    used = set(
        re.findall(r"t\(['\"](playground\.[\w.]+)", (FOLDER / "page.html").read_text("utf-8"))
    )
    for locale in Locale:
        known = {key for key in catalogue(locale) if key.startswith("playground.")}
        assert known == used, locale
