"""What links unfurled to, where somebody taps in it."""

from __future__ import annotations

from typing import Any

from bot.loopback.slack.chats import Posted
from bot.loopback.slack.elements import interactive

Json = dict[str, Any]


def link_with(posted: Posted, name: str) -> str:
    """The link whose preview has an element; empty when the message itself has it, or none."""
    if _has(posted.blocks, name):
        return ""
    links = (link for link in posted.unfurls if _has(previewed(posted, link), name))
    return next(links, "")


def previewed(posted: Posted, link: str) -> list[Json]:
    """The blocks of a preview."""
    return list(posted.unfurls[link].get("blocks", []))


def attachment(posted: Posted, link: str) -> Json:
    """What the `container` of a tap in a preview says beyond that of a message."""
    return {
        "type": "message_attachment",
        "attachment_id": 1 + list(posted.unfurls).index(link),
        "is_app_unfurl": True,
        "app_unfurl_url": link,
    }


def _has(blocks: list[Json], name: str) -> bool:
    return any(
        name in (element["action_id"], block.get("block_id"))
        for block, element in interactive(blocks)
    )
