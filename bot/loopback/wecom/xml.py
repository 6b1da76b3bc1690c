"""The XML of apps' callbacks: written by hand, read with the standard library (90238 to 90241)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

Value = str | int | Mapping[str, Any] | Sequence[Any]

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_WHOLE = {"KeyName": "keyname"}
"""The API's JSON writes these in one word."""


def written(fields: Mapping[str, Value], root: str = "xml") -> str:
    """Fields as elements: texts as CDATA, numbers bare, a sequence as the element repeated."""
    return f"<{root}>{''.join(_element(name, value) for name, value in fields.items())}</{root}>"


def read(text: str) -> Mapping[str, Any]:
    """What a document says, by element; ValueError when it is none."""
    try:
        # Only what our own product answered on loopback comes here.
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError:
        raise ValueError("not XML") from None
    return {child.tag: _read(child) for child in root}


def as_card(value: Any) -> Any:
    """A card of a passive reply in the names that the API's JSON has for it."""
    if isinstance(value, Mapping):
        named = {_snake(name): as_card(inner) for name, inner in value.items()}
        return {
            name: [inner] if name.endswith("_list") and not isinstance(inner, list) else inner
            for name, inner in named.items()
        }
    if isinstance(value, list):
        return [as_card(each) for each in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _element(name: str, value: Value) -> str:
    if isinstance(value, str):
        safe = value.replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{safe}]]></{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, Mapping):
        return written(value, name)
    return "".join(_element(name, each) for each in value)


def _read(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value = _read(child)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def _snake(name: str) -> str:
    return _WHOLE.get(name) or _WORD.sub("_", name).lower()
