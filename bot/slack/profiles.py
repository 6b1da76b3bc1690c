"""What Slack's directory says of somebody, and whether they are one of us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.slack.heard import Where

SLACKBOT = "USLACKBOT"
"""Slack's own bot, the only one that is not marked as one."""

NAME_MOST = 100


class Standing(StrEnum):
    """What an account is to the workspace that the app is installed in."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    STRANGER = "stranger"
    """Of another company, met in a shared channel."""

    GONE = "gone"
    """Deactivated."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An account. `name`, `email` (in lower case) and `locale` are empty where nobody told."""

    standing: Standing
    name: str = ""
    email: str = ""
    locale: str = ""

    @property
    def admitted(self) -> bool:
        """Whether they may hear anything of the book."""
        return self.standing is Standing.MEMBER


def profile_of(user: Mapping[str, Any], where: Where) -> Profile:
    """The account behind a `user` object of Slack's, as seen by the workspace of `where`."""
    standing = _standing(user, where)
    about = _mapping(user.get("profile"))
    names = (about.get("real_name"), user.get("real_name"), about.get("display_name"))
    name = next((str(one) for one in (*names, user.get("name")) if one), "")
    # An address that nobody confirmed proves nothing. Where Slack says nothing of it, it did.
    confirmed = user.get("is_email_confirmed") is not False
    email = str(about.get("email") or "").strip().lower() if confirmed else ""
    return Profile(
        standing,
        name.strip()[:NAME_MOST],
        email if standing is Standing.MEMBER else "",
        str(user.get("locale") or ""),
    )


def is_foreign(where: Where) -> bool:
    """Whether the event itself says that somebody belongs to another company.

    In an organisation of several workspaces only the directory can tell.
    """
    if not where.user_team or where.enterprise:
        return False
    return where.user_team != where.team


def _standing(user: Mapping[str, Any], where: Where) -> Standing:
    if user.get("deleted"):
        return Standing.GONE
    if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == SLACKBOT:
        return Standing.BOT
    if user.get("is_stranger") or not _same_company(user, where):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_invited_user"):
        return Standing.GUEST
    return Standing.MEMBER


def _same_company(user: Mapping[str, Any], where: Where) -> bool:
    organisation = _mapping(user.get("enterprise_user"))
    if where.enterprise and organisation.get("enterprise_id") == where.enterprise:
        return True
    teams = organisation.get("teams")
    if isinstance(teams, list) and where.team in teams:
        return True
    team = str(user.get("team_id") or _mapping(user.get("profile")).get("team") or where.team)
    return team in {where.team, where.enterprise} - {""}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
