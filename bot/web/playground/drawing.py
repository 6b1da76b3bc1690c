"""Messages of the stand-in platforms as the page takes them: the payload, and it drawn as HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from bot.loopback.board import Shown
from bot.loopback.windows import Window
from messages.model import FieldKind, Form
from messages.render.html import form_json, html_of_slack, html_of_wecom
from messages.render.html_parts import joined, lines, tag
from messages.render.html_slack import slack_preview
from messages.render.html_slack_text import EMOJI, mrkdwn
from messages.render.html_slack_view import view_json
from scoring.model import Person, Platform


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one reader sees messages: the bot by its name there, people by their ids."""

    reader: Person
    people: Sequence[Person]
    bot_name: Callable[[Platform], str]
    known: Mapping[str, str] = field(default_factory=dict)
    """Slack's channels and the bot by their ids there."""

    def post(self, shown: Shown) -> dict[str, Any]:
        """A message as the page takes it."""
        bot = shown.person_id is None
        # A WeCom card can change for the one person who tapped it.
        face = shown.faces.get(self.reader.id, shown.payload)
        return {
            "id": shown.id,
            "place": shown.room,
            "platform": shown.platform.value,
            "at": instant(shown.at),
            "author": {
                "name": self.bot_name(shown.platform) if bot else shown.author,
                "bot": bot,
                "person": None if bot else str(shown.person_id),
            },
            "html": str(self._html(replace(shown, payload=face))),
            "payload": face,
            "edited": _edited(shown),
            "ephemeral": shown.only_for is not None,
            "for": None if shown.only_for is None else str(shown.only_for),
            "ts": shown.ts,
            "thread": shown.thread,
            "gone": shown.gone,
            "reactions": self._reactions(shown),
            "revision": shown.revision,
        }

    def window(self, window: Window) -> dict[str, Any]:
        """The reader's modals and Home tab for the page."""
        names = self._names("slack_id")
        home = None if window.home is None else view_json(window.home, names)
        return {"modals": [view_json(view, names) for view in window.modals], "home": home}

    def form(self, form: Form) -> dict[str, Any]:
        """A form for the page; where a person is asked for, the colleagues are offered by name."""
        drawn = form_json(form)
        offered = [{"label": person.name, "value": person.name} for person in self.people]
        by_id = {person.slack_id: person.name for person in self.people if person.slack_id}
        for asked in drawn["fields"]:
            if asked["kind"] == FieldKind.PERSON and not asked["choices"]:
                asked["choices"] = offered
                asked["initial"] = by_id.get(asked["initial"], asked["initial"])
        return drawn

    def _html(self, shown: Shown) -> Markup:
        slack = shown.platform is Platform.SLACK
        if slack and (not shown.file or shown.text):
            said = self._slack(shown)
            return joined((said, self._file(shown))) if shown.file else said
        if shown.file:
            return self._file(shown)
        if shown.payload is None:
            return tag("div", lines(shown.text), class_="wx-text")
        return html_of_wecom(shown.payload, shown.kind, names=self._names("wecom_id"))

    def _slack(self, shown: Shown) -> Markup:
        names = self._names("slack_id")
        if shown.payload is not None:
            said = html_of_slack(shown.payload, names=names)
        else:
            # What is heard in this process is as it was typed; in the cloud it is Slack's markup.
            text = mrkdwn(shown.text, names) if shown.ts else lines(shown.text)
            said = tag("div", text, class_="sl-section")
        return joined((said, *(slack_preview(preview, names) for preview in shown.previews)))

    def _reactions(self, shown: Shown) -> list[dict[str, Any]]:
        names = {person.id: person.name for person in self.people}
        return [
            {
                "name": name,
                "emoji": EMOJI.get(name, f":{name}:"),
                "who": [names[each] for each in sorted(who) if each in names],
                "mine": self.reader.id in who,
            }
            for name, who in shown.reactions.items()
            if who
        ]

    def _file(self, shown: Shown) -> Markup:
        family = "sl-file" if shown.platform is Platform.SLACK else "wx-file"
        if shown.person_id is not None:
            return tag("div", shown.file, class_=family)
        address = f"/playground/files/{shown.id}/{quote(shown.file)}"
        inside: str | Markup = shown.file
        if shown.file.lower().endswith(".png"):  # clients show pictures in the conversation
            family = f"{family} picture"
            inside = tag("img", src=address, alt=shown.file)
        return tag("div", tag("a", inside, href=address, download=shown.file), class_=family)

    def _names(self, identity: str) -> Mapping[str, str]:
        people = {
            known: person.name for person in self.people if (known := getattr(person, identity))
        }
        return {**people, **self.known} if identity == "slack_id" else people


def _edited(shown: Shown) -> bool:
    """Whether people are told that it changed: a reaction or a preview changes no words."""
    if shown.platform is Platform.SLACK and shown.person_id is not None:
        return False
    return shown.revision > 0 and not _grows(shown)


def _grows(shown: Shown) -> bool:
    """Whether it is one of WeCom's texts, which change only while they are being written."""
    return shown.platform is Platform.WECOM and (shown.payload or {}).get("msgtype") == "markdown"


def instant(at: datetime) -> str:
    """An instant as JSON has it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
