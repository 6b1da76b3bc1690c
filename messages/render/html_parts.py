"""The few pieces of HTML that both platforms' drawings are made of; all of them escape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from messages.render.payload import address


def tag(name: str, *children: str | Markup, **attributes: str | None) -> Markup:
    """An element; `class_` stands for class, `data_line` for data-line, None leaves one out."""
    shown = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None
    )
    body = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), shown, body)  # noqa: S704


def joined(parts: Iterable[str | Markup]) -> Markup:
    """Parts one after the other."""
    return Markup("").join(parts)


def lines(text: str) -> Markup:
    """Text with its line ends."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def anchor(url: str, label: str | Markup) -> Markup:
    """A link where the address is one, else its label."""
    href = address(url)
    if href is None:
        return escape(label)
    return tag("a", label, href=href, target="_blank", rel="noopener noreferrer")


def button(
    family: str,
    label: str,
    line: str,
    style: str = "",
    confirm: Mapping[str, object] | None = None,
    form: str | None = None,
    **more: str | None,
) -> Markup:
    """A button that stands for a chat line; `family` is `sl` or `wx`, `more` further attributes."""
    asked = json.dumps(confirm, ensure_ascii=False) if confirm else None
    kind = f"{family}-button {style}".strip()
    return tag(
        "button",
        label,
        type="button",
        class_=kind,
        data_line=line,
        data_confirm=asked,
        data_form=form,
        **more,
    )
