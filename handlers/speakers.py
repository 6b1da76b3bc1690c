"""Who speaks, and in which language they are answered."""

from __future__ import annotations

from handlers.rules import Rules
from handlers.strangers import STRANGER
from messages.incoming import Incoming
from scoring.model import Locale, Person, Platform, Role
from storage.transaction import Tx

OPERATOR = Person(id=0, name="operator", role=Role.ADMIN)
"""The person at the command line, who has the database in hand anyway."""


async def who_is(tx: Tx, incoming: Incoming) -> Person:
    """The person behind a verified sender; on the command line a name will do."""
    if incoming.operator:
        return OPERATOR
    if incoming.platform is not Platform.TEXT:
        return await tx.people.by_sender(incoming.platform, incoming.sender) or STRANGER
    for platform in (Platform.SLACK, Platform.WECOM):
        found = await tx.people.by_sender(platform, incoming.sender)
        if found is not None:
            return found
    return await tx.people.by_name(incoming.sender) or STRANGER


def language_of(viewer: Person, incoming: Incoming, rules: Rules) -> Locale:
    """What was asked for, else the person's choice, else the platform's guess, else the house's."""
    return incoming.answer_in or viewer.locale or incoming.locale or rules.locale
