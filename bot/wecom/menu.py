"""The app's menu, from the commands themselves (90231)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handlers.registry import Command, Group
from handlers.subjects import Customer
from messages.i18n import Phrasebook
from messages.limits import (
    WECOM_MENU_ENTRIES,
    WECOM_MENU_NAME_BYTES,
    WECOM_MENU_TOP_NAME_BYTES,
    octets,
    split,
)
from scoring.model import Account
from scoring.permissions import Right

TOPS: tuple[tuple[str, tuple[Group, ...]], ...] = (
    ("menu.work", (Group.WORK,)),
    ("menu.customers", (Group.CUSTOMER, Group.BOOK)),
    ("menu.more", (Group.SELF, Group.TEAM)),
)
"""The three entries that are always seen, and whose commands are below each."""

_NOT_THERE = frozenset({Right.BIND_PLACE})
"""What means nothing in somebody's conversation with the app."""

_ANSWERS = frozenset({"cancel"})
"""What is only said in answer to the bot."""


def menu_of(commands: Sequence[Command], phrases: Phrasebook) -> dict[str, Any]:
    """The body of menu/create; the key of an entry is the chat line it stands for."""
    return {
        "button": [
            {
                "name": _cut(phrases.t(key), WECOM_MENU_TOP_NAME_BYTES),
                "sub_button": [
                    {
                        "type": "click",
                        "name": _cut(phrases.t(f"{command.name}.title"), WECOM_MENU_NAME_BYTES),
                        "key": line,
                    }
                    for command, line in list(_entries(commands, groups))[:WECOM_MENU_ENTRIES]
                ],
            }
            for key, groups in TOPS
        ]
    }


def _entries(commands: Sequence[Command], groups: Sequence[Group]) -> Iterator[tuple[Command, str]]:
    """Commands one can begin with: that need nothing, or a customer, who is asked for."""
    for command in commands:
        if command.group not in groups or command.right in _NOT_THERE or command.name in _ANSWERS:
            continue
        needed = [parameter for parameter in command.positional if parameter.required]
        if not needed:
            yield command, command.name
        elif needed[0].reads in (Account, Customer):
            yield command, f"{command.name} ?"


def _cut(name: str, most: int) -> str:
    return next(iter(split(name, most, octets)), name)
