"""Which places the configuration can reach at all."""

from __future__ import annotations

from bot.config import Config
from messages.abilities import PlaceKind
from messages.places import kind_of_place
from scoring.model import Platform


def serves(config: Config, platform: str, place: str) -> bool:
    """Whether something real is set up to write there; the playground's stand-ins do not count."""
    if platform == Platform.SLACK:
        return config.slack.set_up
    wecom = config.wecom
    match kind_of_place(platform, place):
        case PlaceKind.WECOM_ROBOT:
            return place.partition(":")[2] in wecom.robots
        case PlaceKind.WECOM_APP:
            return wecom.writes_to_people
        case PlaceKind.WECOM_APPCHAT:
            return wecom.app.set_up
        case PlaceKind.WECOM_AIBOT_GROUP | PlaceKind.WECOM_AIBOT_DM:
            return wecom.aibot.by_connection
    return False
