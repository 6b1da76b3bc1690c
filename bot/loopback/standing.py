"""Which places are stood in for: those that nothing real is configured for, and no others."""

from __future__ import annotations

from bot.config import Config
from messages.abilities import PlaceKind
from messages.places import kind_of_place
from scoring.model import Platform


def stands_in(config: Config, platform: str, place: str) -> bool:
    """Whether nothing real is configured for places of that kind."""
    if platform == Platform.SLACK:
        return not config.slack.set_up
    wecom = config.wecom
    match kind_of_place(platform, place):
        case PlaceKind.WECOM_ROBOT:
            return not wecom.robots
        case PlaceKind.WECOM_APP | PlaceKind.WECOM_APPCHAT:
            return not wecom.writes_to_people
        case PlaceKind.WECOM_AIBOT_GROUP | PlaceKind.WECOM_AIBOT_DM:
            return not (wecom.aibot.by_connection or wecom.aibot.by_callback)
    return False
