"""From the markup Slack puts into what people typed back to what they typed."""

from __future__ import annotations

import re

_MARKED = re.compile(r"<((?:[@#!]|[a-z][a-z0-9+.-]{1,20}:)[^<>\n]{1,4000})>")
_SPECIAL = ("here", "channel", "everyone")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def words_of(text: str) -> str:
    """The words as they were typed: links by what is shown, channels as #name, entities resolved.

    People stay `<@U…>`, which is how a chat line names somebody of Slack.
    """
    words: list[str] = []
    end = 0
    for found in _MARKED.finditer(text):
        words += (_resolved(text[end : found.start()]), _shown(found[1]))
        end = found.end()
    return "".join((*words, _resolved(text[end:])))


def without_mention(text: str, bot_user: str) -> str:
    """The text without the bot's mention and what sets it off; `bot_user` empty: its first words.

    Still in Slack's markup.
    """
    user = re.escape(bot_user) if bot_user else "[UW][A-Z0-9]+"
    mention = re.compile(rf"<@{user}(?:\|[^<>]*)?>[ \t]*[:,，：]?[ \t]*")
    if not bot_user:
        found = mention.match(text.lstrip())
        return text.lstrip()[found.end() :].strip() if found else text.strip()
    return mention.sub("", text).strip()


def _shown(marked: str) -> str:
    target, bar, label = marked.partition("|")
    kind = target[:1]
    if kind == "@":
        return f"<{target}>"
    if kind == "#":
        return f"#{_resolved(label)}" if label else f"<{target}>"
    if kind == "!":
        name = target[1:]
        return _resolved(label) if bar else f"@{name}" if name in _SPECIAL else ""
    if label:
        return _resolved(label)
    return _resolved(target.removeprefix("mailto:").removeprefix("tel:"))


def _resolved(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
