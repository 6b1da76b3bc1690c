"""Putting the playground together."""

from __future__ import annotations

from bot.clock import Clock
from bot.config import Config
from bot.delivery import Courier
from bot.delivery.rounds import deliver_all
from bot.dispatcher import Dispatcher
from bot.loopback.board import Board
from bot.loopback.conversation import Conversation
from bot.loopback.room import Room
from bot.loopback.slack_acts import SlackActs
from bot.loopback.slack_stand_in import SlackStandIn
from bot.loopback.standing import stands_in
from bot.loopback.wecom_acts import WecomActs
from bot.loopback.wecom_stand_in import WecomStandIn
from bot.schedule import Ticker
from bot.web.playground.moving import ClockMover
from bot.web.playground.reach import reach_of
from bot.web.playground.server import Playground
from bot.web.playground.state import Onlooker
from bot.web.playground.tries import suggestions
from handlers.rules import Rules
from messages.i18n import Phrasebook
from storage.store import Store


def open_playground(
    config: Config,
    board: Board,
    store: Store,
    rules: Rules,
    clock: Clock,
    dispatcher: Dispatcher,
    ticker: Ticker,
    courier: Courier,
    wecom: WecomStandIn,
    slack: SlackStandIn | None = None,
) -> Playground:
    """The playground over a book: the same dispatcher, outbox and adapters as the platforms."""

    async def deliver() -> object:
        return await deliver_all(courier)

    acts = None if slack is None else SlackActs(slack, board)
    return Playground(
        board=board,
        conversation=Conversation(
            store,
            board,
            dispatcher,
            clock.now,
            spoke=ticker.wake.set,
            zone=rules.zone,
            wecom=WecomActs(wecom),
            slack=acts,
        ),
        onlooker=Onlooker(
            store,
            rules,
            lambda platform, place: stands_in(config, platform, place),
            room_name,
            clock.now,
            wecom.bot_name,
            acts,
        ),
        mover=ClockMover(store, rules, clock, ticker.tick, deliver),
        clock=clock,
        suggest=lambda view: suggestions(store, view, clock.now()),
        slack=acts,
        reach=reach_of(config),
    )


def room_name(room: Room, phrases: Phrasebook) -> str:
    """A shared place by its name on the platform; WeCom's groups by the team they belong to."""
    key = f"loopback.name.{room.kind}"
    if room.team and phrases.has(key):
        return phrases.t(key, team=room.team)
    return room.name
