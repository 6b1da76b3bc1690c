"""How often Slack may be posted to: by channel, and with all others by workspace.

The numbers are those of messages/limits.py. Edits are counted apart from posts, by workspace.
"""

from __future__ import annotations

from messages.limits import (
    SLACK_CHANNEL_PER_SECOND,
    SLACK_EDITS_PER_MINUTE,
    SLACK_WORKSPACE_PER_MINUTE,
)
from storage.windows import WIDE, Pace, Window

# A little more than what it is, because a post arrives a little after its turn was taken.
_SECOND_S = 1.05
_MINUTE_S = 61.0

_CHANNEL = (Window(SLACK_CHANNEL_PER_SECOND, _SECOND_S),)
_WORKSPACE = (Window(SLACK_WORKSPACE_PER_MINUTE, _MINUTE_S),)
_EDITS = (Window(SLACK_EDITS_PER_MINUTE, _MINUTE_S),)


def slack_pace(place: str, team: str = "") -> tuple[Pace, ...]:
    """A channel or person of a workspace; of the one there is where no team is named."""
    return (Pace(place, _CHANNEL), Pace(f"{WIDE}{team or 'workspace'}", _WORKSPACE))


def slack_edit_pace(team: str = "") -> tuple[Pace, ...]:
    """Edits in a workspace."""
    return (Pace(f"{WIDE}{team or 'workspace'}:edits", _EDITS),)
