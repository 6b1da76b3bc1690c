"""Places that wait for a word: an AI bot may write only where somebody has spoken to it (846607).

What waits there keeps waiting without counting it, tries again by itself every hour, and goes out
at once when somebody speaks.
"""

from __future__ import annotations

from storage.pacing import UNSPOKEN
from storage.store import Store


async def spoken_in(store: Store, platform: str, place: str) -> bool:
    """Somebody spoke to the bot in a place: let go what waited for that; whether anything did.

    Call it for whatever comes in; it writes only when something waited. Wake the delivery loop
    when it says yes.
    """
    places = _reached_there(place)
    async with store.read() as tx:
        if not await tx.pacing.waits_for_a_word(platform, places):
            return False
    async with store.begin() as tx:
        await tx.dispatches.forget_note(platform, places, UNSPOKEN)
        return await tx.pacing.wake(platform, places)


def _reached_there(place: str) -> tuple[str, ...]:
    """Where only the AI bot is set up, it reaches `user:ID` in the chat `bot:ID`."""
    kind, _, person = place.partition(":")
    return (place, f"user:{person}") if kind == "bot" else (place,)
