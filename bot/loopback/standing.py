"""The stand-ins for whatever is not configured; places of real platforms are never theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.adapters.base import Adapter
from bot.config import Config
from bot.loopback.adapter import LoopbackAdapter
from bot.loopback.board import Board
from handlers.rules import Rules
from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.places import kind_of_place
from scoring.model import Platform


def stand_ins(
    config: Config, board: Board, clock: Callable[[], datetime], rules: Rules
) -> list[Adapter]:
    """An adapter for each platform's places that nothing real is configured for."""
    # A robot's readers are told where they can act instead: nothing typed there is heard.
    act_at = Phrasebook(rules.locale).t("loopback.act_at")

    def standing_in(platform: Platform) -> Adapter:
        def serves(place: str) -> bool:
            return stands_in(config, platform, place)

        return LoopbackAdapter(platform, board, clock, serves=serves, act_at=act_at)

    return [standing_in(Platform.WECOM), standing_in(Platform.SLACK)]


def stands_in(config: Config, platform: str, place: str) -> bool:
    """Whether nothing real is configured for places of that kind."""
    if platform == Platform.SLACK:
        return not (config.slack.bot_token.get_secret_value() or config.slack.client_id)
    match kind_of_place(platform, place):
        case PlaceKind.WECOM_ROBOT:
            return not config.wecom.robots
        case PlaceKind.WECOM_APP:
            return not config.wecom.app.secret.get_secret_value()
        case PlaceKind.WECOM_AIBOT_GROUP | PlaceKind.WECOM_AIBOT_DM:
            aibot = config.wecom.aibot
            return not (aibot.bot_id or aibot.token.get_secret_value())
    return False
