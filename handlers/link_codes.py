"""Codes by which a lead or administrator confirms who a stranger is: kept for a week, used once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from messages.incoming import Incoming
from scoring.model import Platform
from storage.transaction import Tx

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look like another one."""

CODE_LENGTH = 6

VALID_DAYS = 7

PREFIXES = ("link.code:", "link.asked:", "link.settled:", "link.noticed:")
"""How the keys of what concerns strangers begin among the settings."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who waits to become known; `name` is what the platform's directory calls them."""

    platform: Platform
    sender: str
    name: str = ""

    @property
    def key(self) -> str:
        """How keys of theirs end."""
        return f"{self.platform}:{self.sender}"


def stranger_of(incoming: Incoming) -> Stranger:
    """Who speaks. WeCom's user ids have no case."""
    wecom = incoming.platform is Platform.WECOM
    sender = incoming.sender.lower() if wecom else incoming.sender
    return Stranger(incoming.platform, sender, incoming.sender_name)


def setting_of(code: str) -> str:
    """Under which key a code waits."""
    return f"link.code:{code}"


async def code_for(tx: Tx, stranger: Stranger, *, now: datetime) -> str:
    """The stranger's code; asking again within its life gives the same one."""
    asked = f"link.asked:{stranger.key}"
    code: str | None = await tx.settings.get(asked)
    if code is None or await waiting(tx, code, now=now) is None:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        document = {
            "platform": stranger.platform.value,
            "sender": stranger.sender,
            "name": stranger.name,
            "at": now.isoformat(),
        }
        await tx.settings.put(setting_of(code), document, at=now)
        await tx.settings.put(asked, code, at=now)
    return code


async def waiting(tx: Tx, code: str, *, now: datetime) -> Stranger | None:
    """Who waits under a code; None when nobody does, or not any more."""
    document: dict[str, Any] | None = await tx.settings.get(setting_of(code))
    if document is None:
        return None
    asked_at = datetime.fromisoformat(document["at"])
    if now - asked_at > timedelta(days=VALID_DAYS):
        return None
    return Stranger(Platform(document["platform"]), document["sender"], document.get("name") or "")


async def withdraw(tx: Tx, platform: Platform, sender: str) -> None:
    """Nobody waits under that id any more: it means somebody else, or is called otherwise."""
    key = Stranger(platform, sender).key
    code: str | None = await tx.settings.take(f"link.asked:{key}")
    if code is not None:
        await tx.settings.forget(setting_of(code))
    await tx.settings.forget(f"link.noticed:{key}")


async def settle(
    tx: Tx, code: str, stranger: Stranger, *, by: str, who: str, now: datetime
) -> bool:
    """Use up a code; of several people who do so at once one does. `who`: empty for nobody."""
    if await tx.settings.take(setting_of(code)) is None:
        return False
    await tx.settings.forget(f"link.asked:{stranger.key}")
    await tx.settings.put(f"link.settled:{code}", {"by": by, "who": who}, at=now)
    return True


async def settled(tx: Tx, code: str) -> tuple[str, str] | None:
    """Who used a code up, and for whom (empty: nobody)."""
    document: dict[str, str] | None = await tx.settings.get(f"link.settled:{code}")
    return None if document is None else (document["by"], document["who"])
