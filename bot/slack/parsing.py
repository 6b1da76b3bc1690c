"""From Slack's payloads to what was heard; nothing here speaks to anybody."""

from __future__ import annotations

from bot.refused import BAD_REQUEST, Refused
from bot.slack.fields import Json, event_id, text_of
from bot.slack.heard import Commanded, Heard, Unheeded
from bot.slack.markup import words_of
from bot.slack.parsing_actions import heard_action
from bot.slack.parsing_events import heard_event
from bot.slack.whereabouts import where_commanded


def heard_of(payload: Json, bot_user: str = "") -> Heard:
    """What a payload says: of the events API, an interaction or a slash command.

    Unheeded for what is well-formed and nothing to us, Refused for what cannot be Slack's. Words
    people typed are without Slack's markup, the bot's own mention is taken off. `bot_user` is the
    bot's user id there, where an event does not tell it itself.
    """
    kind = text_of(payload, "type")
    if kind == "event_callback":
        return heard_event(payload, bot_user)
    if kind:
        return heard_action(payload) or Unheeded(_any_id(payload, kind), kind[:64])
    if text_of(payload, "command"):
        return _commanded(payload)
    raise Refused(BAD_REQUEST, "kind")


def _commanded(form: Json) -> Commanded:
    trigger, response_url = text_of(form, "trigger_id"), text_of(form, "response_url")
    return Commanded(
        event_id(trigger, response_url),
        where_commanded(form),
        words_of(text_of(form, "text")).strip(),
        trigger=trigger,
        response_url=response_url,
    )


def _any_id(payload: Json, kind: str) -> str:
    names = ("trigger_id", "action_ts", "event_id")
    return event_id(*(text_of(payload, name) for name in names), kind, "unheeded")
