"""What can be tapped under a Slack message: buttons, a list to pick from, and sharing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from messages import limits
from messages.i18n import Phrasebook
from messages.model import Button, ButtonStyle, Message
from messages.render.payload import Json
from messages.render.slack_text import plain_text, weight

log = logging.getLogger(__name__)

MANY = 6
"""So many plain buttons of one verb in a row are one list to pick from."""


def actions_of(
    message: Message, phrases: Phrasebook, *, share: str = "", first: int = 0
) -> Iterator[Json]:
    """The blocks with what can be tapped, at most 25 things in each.

    `action_id`s are `form:N` (opens a form), `line:N` (says its value), `pick:N` (a list, the
    value of what is picked is said) and `share:N`: the line `share` is said again for everybody.
    N counts from `first`, so that several messages can share a view.
    """
    buttons = list(message.buttons)
    if message.form:
        form = message.form
        buttons.append(Button(form.title, form.line, ButtonStyle.PRIMARY, form=form))
    drawn: list[Json] = []
    room = limits.SLACK_ACTIONS_WEIGHT
    if share:
        room -= weight(sharing := _sharing(share, phrases, first + len(buttons)))
    for number, group in _grouped(buttons, first):
        element = button_of(group[0], number) if len(group) == 1 else _list(group, number, phrases)
        room -= weight(element)
        if room < 0 or not 0 < limits.units(group[0].line) <= limits.CHAT_LINE:
            log.warning("buttons left out: line of %s characters", len(group[0].line))
            continue
        drawn.append(element)
    if share and limits.units(share) <= limits.CHAT_LINE:
        drawn.append(sharing)
    for start in range(0, len(drawn), limits.SLACK_ACTIONS):
        yield {"type": "actions", "elements": drawn[start : start + limits.SLACK_ACTIONS]}


def _grouped(buttons: Sequence[Button], first: int) -> Iterator[tuple[int, list[Button]]]:
    """Buttons one by one with their number; many alike in a row together."""
    at = 0
    while at < len(buttons):
        alike = at
        while (
            alike < len(buttons)
            and _pickable(buttons[alike])
            and _verb(buttons[alike]) == _verb(buttons[at])
        ):
            alike += 1
        size = alike - at if alike - at >= MANY else 1
        size = min(size, limits.SLACK_OPTIONS)
        yield first + at, list(buttons[at : at + size])
        at += size


def _pickable(button: Button) -> bool:
    """Whether it may as well be one of a list: nothing is asked first, and it is nothing special."""
    return (
        button.form is None
        and button.confirm is None
        and button.style is ButtonStyle.PLAIN
        and 0 < limits.units(button.line) <= limits.SLACK_OPTION_VALUE
    )


def _verb(button: Button) -> str:
    """What it does: claiming one and opening another is no choice between the two."""
    return button.line.partition(" ")[0]


def _list(buttons: Sequence[Button], number: int, phrases: Phrasebook) -> Json:
    lines = {button.line: button for button in reversed(buttons)}
    unique = [button for button in buttons if lines[button.line] is button]
    return {
        "type": "static_select",
        "action_id": f"pick:{number}",
        "placeholder": plain_text(phrases.t("form.pick"), limits.SLACK_PLACEHOLDER),
        "options": [
            {
                "text": plain_text(button.label or button.line, limits.SLACK_OPTION_TEXT),
                "value": button.line,
            }
            for button in unique
        ],
    }


def _sharing(line: str, phrases: Phrasebook, number: int) -> Json:
    return {
        "type": "button",
        "action_id": f"share:{number}",
        "text": plain_text(phrases.t("form.share"), limits.SLACK_BUTTON_TEXT),
        "value": line,
    }


def button_of(button: Button, number: int) -> Json:
    """One button; pressed, it says its line or opens the form that completes it."""
    kind = "form" if button.form else "line"
    drawn: Json = {
        "type": "button",
        "action_id": f"{kind}:{number}",
        "text": plain_text(button.label or button.line, limits.SLACK_BUTTON_TEXT),
        "value": button.line,
    }
    if button.style is not ButtonStyle.PLAIN:
        drawn["style"] = button.style.value
    if button.confirm:
        asked = button.confirm
        drawn["confirm"] = {
            "title": plain_text(asked.title, limits.SLACK_CONFIRM_TITLE),
            "text": plain_text(asked.text, limits.SLACK_CONFIRM_TEXT),
            "confirm": plain_text(asked.yes, limits.SLACK_CONFIRM_BUTTON),
            "deny": plain_text(asked.no, limits.SLACK_CONFIRM_BUTTON),
        }
        if button.style is ButtonStyle.DANGER:
            drawn["confirm"]["style"] = "danger"
    return drawn
