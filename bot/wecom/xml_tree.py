"""XML from strangers as a small tree: no document type, no entities, bounded depth and size.

Not xmltodict, which wechatpy uses: there one element and several are of different types, an empty
one is None, and nesting has no bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from bot.refused import BAD_REQUEST, TOO_LARGE, Refused
from bot.wecom.envelope import MOST_BYTES

# WeCom's own documents go 5 deep (xml, SelectedItems, SelectedItem, OptionIds, OptionId) and have
# some dozens of elements. Bounded, because they are read before anybody's signature is checked.
DEEPEST = 16
MOST_ELEMENTS = 2_000


@dataclass(slots=True)
class Element:
    """One element; attributes and comments are left out, WeCom uses none."""

    tag: str
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands directly in it, without white space at either end."""
        return "".join(self.pieces).strip()

    def all(self, tag: str) -> list[Element]:
        """The children of that name, in order."""
        return [child for child in self.children if child.tag == tag]

    def one(self, tag: str) -> str:
        """The text of the only child of that name, "" without one; Refused when there are two."""
        found = self.all(tag)
        if len(found) > 1 or (found and found[0].children):
            raise Refused(BAD_REQUEST, "xml")
        return found[0].text if found else ""

    def leaves(self, path: str = "") -> Iterator[tuple[str, str]]:
        """Every element without children, as its path and text, in order."""
        for child in self.children:
            below = f"{path}/{child.tag}"
            if child.children:
                yield from child.leaves(below)
            else:
                yield below, child.text


def read_xml(body: bytes) -> Element:
    """The root, which must be <xml>; Refused for anything that is not plain, well-formed XML.

    Always read as UTF-8, whatever the document says of itself.
    """
    if len(body) > MOST_BYTES:
        raise Refused(TOO_LARGE, "too large")
    above = Element("")
    open_elements = [above]
    count = 0

    def started(tag: str, _attributes: object) -> None:
        nonlocal count
        count += 1
        if len(open_elements) > DEEPEST or count > MOST_ELEMENTS:
            raise Refused(BAD_REQUEST, "nesting")
        element = Element(tag)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def ended(_tag: str) -> None:
        open_elements.pop()

    def said(text: str) -> None:
        open_elements[-1].pieces.append(text)

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise Refused(BAD_REQUEST, "xml") from None
    root = above.children[0]
    if root.tag != "xml":
        raise Refused(BAD_REQUEST, "xml")
    return root


def _refuse_document_type(*_declaration: object) -> None:
    raise Refused(BAD_REQUEST, "entity")
