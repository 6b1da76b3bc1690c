"""What each kind of place can do: one table that decides edits, buttons, tables and follow-ups.

Sources: the platform facts kept with the project's design (Slack: surfaces and chat.update;
WeCom: robot, app and AI bot pages 99110, 90236, 101031, 101463).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from scoring.model import Platform


class PlaceKind(StrEnum):
    """The kinds of places a message can land in."""

    SLACK_CHANNEL = "slack_channel"
    SLACK_DM = "slack_dm"
    SLACK_EPHEMERAL = "slack_ephemeral"
    WECOM_ROBOT = "wecom_robot"
    WECOM_APP = "wecom_app"
    WECOM_APPCHAT = "wecom_appchat"
    WECOM_AIBOT_GROUP = "wecom_aibot_group"
    WECOM_AIBOT_DM = "wecom_aibot_dm"
    TEXT = "text"


class Hears(StrEnum):
    """What typed there reaches the bot; `NOTHING` is falsy."""

    NOTHING = ""
    MENTIONS = "mentions"
    EVERYTHING = "everything"


class Forms(StrEnum):
    """Which forms can be drawn; `NONE` is falsy: the questions are asked as text."""

    NONE = ""
    CHOICES = "choices"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Ability:
    """What one kind of place can do.

    `edit`: a message with buttons can be replaced for everybody at any time (WeCom app: cards
    only, 72 h). `edit_on_click`: only in answer to a click. `buttons`: how many a message draws.
    `file`: the bot can put a file there. `private`: nobody but the reader sees it.
    `read_back`: what was posted can be looked up, so an unknown outcome can be reconciled.
    `dedupe`: the platform itself drops an identical repeat. `threads`: something can be said
    below a message, where only those who open it read it.
    """

    platform: Platform
    edit: bool
    edit_on_click: bool
    buttons: int
    mention: bool
    table: bool
    file: bool
    hears: Hears
    forms: Forms
    private: bool
    read_back: bool
    dedupe: bool
    threads: bool = False


_SLACK_CHANNEL = Ability(
    platform=Platform.SLACK,
    edit=True,
    edit_on_click=True,
    buttons=25,
    mention=True,
    table=True,
    file=True,
    hears=Hears.MENTIONS,
    forms=Forms.ALL,
    private=False,
    read_back=True,
    dedupe=False,
    threads=True,
)

_AIBOT_GROUP = Ability(
    platform=Platform.WECOM,
    edit=False,
    edit_on_click=True,
    buttons=6,
    mention=False,
    table=True,
    file=True,
    hears=Hears.MENTIONS,
    forms=Forms.CHOICES,
    private=False,
    read_back=False,
    dedupe=False,
)

ABILITIES: Mapping[PlaceKind, Ability] = MappingProxyType(
    {
        PlaceKind.SLACK_CHANNEL: _SLACK_CHANNEL,
        PlaceKind.SLACK_DM: Ability(
            platform=Platform.SLACK,
            edit=True,
            edit_on_click=True,
            buttons=25,
            mention=True,
            table=True,
            file=True,
            hears=Hears.EVERYTHING,
            forms=Forms.ALL,
            private=True,
            read_back=True,
            dedupe=False,
            threads=True,
        ),
        # Cannot be updated but through its response_url while that lives, takes no files,
        # and a mention in it notifies nobody.
        PlaceKind.SLACK_EPHEMERAL: Ability(
            platform=Platform.SLACK,
            edit=False,
            edit_on_click=True,
            buttons=25,
            mention=False,
            table=True,
            file=False,
            hears=Hears.MENTIONS,
            forms=Forms.ALL,
            private=True,
            read_back=False,
            dedupe=False,
        ),
        # Push only. Mentions exist in markdown, tables in markdown_v2, never both in one message.
        PlaceKind.WECOM_ROBOT: Ability(
            platform=Platform.WECOM,
            edit=False,
            edit_on_click=False,
            buttons=0,
            mention=True,
            table=True,
            file=True,
            hears=Hears.NOTHING,
            forms=Forms.NONE,
            private=False,
            read_back=False,
            dedupe=False,
        ),
        PlaceKind.WECOM_APP: Ability(
            platform=Platform.WECOM,
            edit=True,
            edit_on_click=True,
            buttons=6,
            mention=False,
            table=False,
            file=True,
            hears=Hears.EVERYTHING,
            forms=Forms.CHOICES,
            private=True,
            read_back=False,
            dedupe=True,
        ),
        # A group the app made (90244): push only, and no cards (90248).
        PlaceKind.WECOM_APPCHAT: Ability(
            platform=Platform.WECOM,
            edit=False,
            edit_on_click=False,
            buttons=0,
            mention=False,
            table=False,
            file=True,
            hears=Hears.NOTHING,
            forms=Forms.NONE,
            private=False,
            read_back=False,
            dedupe=False,
        ),
        PlaceKind.WECOM_AIBOT_GROUP: _AIBOT_GROUP,
        PlaceKind.WECOM_AIBOT_DM: Ability(
            platform=Platform.WECOM,
            edit=False,
            edit_on_click=True,
            buttons=6,
            mention=False,
            table=True,
            file=True,
            hears=Hears.EVERYTHING,
            forms=Forms.CHOICES,
            private=True,
            read_back=False,
            dedupe=False,
        ),
        PlaceKind.TEXT: Ability(
            platform=Platform.TEXT,
            edit=False,
            edit_on_click=False,
            buttons=0,
            mention=False,
            table=True,
            file=True,
            hears=Hears.EVERYTHING,
            forms=Forms.NONE,
            private=True,
            read_back=False,
            dedupe=False,
        ),
    }
)
