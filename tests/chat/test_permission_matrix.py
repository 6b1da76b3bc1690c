"""Who may say what, where, about whose customer: every verb, in one table, by literal letters.

Letters: V viewer, R rep, L lead, F finance, A admin, S a stranger. `own` is a customer of the
speaker's team, `other` one of another team's, `pool` one of nobody's. A verb that is not in the
table fails the test: whoever adds one decides here who may use it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from handlers.commands import COMMANDS
from messages.i18n import Phrasebook
from scoring.model import Locale
from tests.chatting import Chat

SPEAKERS = {
    "V": "Vera Lind",
    "R": "韩梅梅",
    "L": "Ada Park",
    "F": "Finn Ora",
    "A": "Root Chen",
    "S": "Somebody Else",
}
PLACES = ("dm", "aside", "channel", "terminal")
CUSTOMERS = {"own": "HT-1", "other": "HT-7", "pool": "HT-9"}
SAYS_NO = ("error.forbidden_role", "error.forbidden_place", "error.forbidden_team")


@dataclass(frozen=True, slots=True)
class Row:
    """One verb: a line about a customer, and who may say it. Without `other`, it is about none."""

    line: str
    own: str
    other: str | None = None
    pool: str | None = None
    places: tuple[str, ...] = PLACES


PRIVATE = ("dm", "terminal")

# fmt: off
TABLE: dict[str, Row] = {
    #                 line                                     own      other  pool
    "help":     Row("help",                                    "VRLFAS"),
    "link":     Row("link",                                    "VRLFAS"),
    "cancel":   Row("cancel",                                  "VRLFA"),
    "language": Row("language en",                             "VRLFA"),
    "settings": Row("settings",                                "VRLFA"),
    "due":      Row("due",                                     "VRLFA"),
    "mine":     Row("mine",                                    "VRLFA"),
    "expansion": Row("expansion",                              "VRLFA"),
    "risk":     Row("risk",                                    "VRLFA"),
    "alerts":   Row("alerts",                                  "VRLFA"),
    "show":     Row("show {no}",                               "VRLFA", "FA",  "RLFA"),
    "health":   Row("health {no}",                             "VRLFA", "FA",  "RLFA"),
    "mood":     Row("mood {no} worried",                       "VRLA",  "A",   "RLA"),
    "log":      Row("log {no} called",                         "VRLA",  "A",   "RLA"),
    "fix":      Row("fix T-999 kind=call",                     "VRLA"),
    "file":     Row("file D-000000 {no}",                      "VRLA",  "A",   "RLA"),
    "undo":     Row("undo U-999",                              "VRLA"),
    "claim":    Row("claim {no}",                              "RLA",   "A",   "RLA"),
    "release":  Row("release {no}",                            "RLA",   "A",   "RLA"),
    "snooze":   Row("snooze {no} 2026-12-02 budget",           "RLA",   "A",   "RLA"),
    "stage":    Row("stage {no} proposal",                     "RLA",   "A",   "RLA"),
    "won":      Row("won {no}",                                "RLA",   "A",   "RLA"),
    "lost":     Row("lost {no} price",                         "RLA",   "A",   "RLA"),
    "assign":   Row("assign {no} 李雷",                         "LA",    "A",   "LA"),
    "edit":     Row("edit {no} seats=3",                       "LA",    "A",   "LA"),
    "add":      Row("add {customer} ends_on=2027-03-31",       "LA",    "A",   "LA"),
    "bind":     Row("bind customer {customer}",                "LA",    "A",   "LA"),
    "proof":    Row("proof",                                   "RLFA"),
    "losses":   Row("losses",                                  "RLFA"),
    "factors":  Row("factors",                                 "RLFA"),
    "noise":    Row("noise",                                   "RLFA"),
    "delivery": Row("delivery",                                "LA"),
    "import":   Row("import",                                  "LA",    places=PRIVATE),
    "export":   Row("export",                                  "LFA",   places=PRIVATE),
}
# fmt: on

NAMES = {"own": "华为技术有限公司", "other": "燕山石化有限公司", "pool": "清泉水务有限公司"}


def test_every_verb_is_in_the_table() -> None:
    assert {command.name for command in COMMANDS} == set(TABLE)


async def allowed(chat: Chat, row: Row, whose: str, place: str) -> str:
    """The letters of those who were not refused by the door."""
    line = row.line.format(no=CUSTOMERS[whose], customer=NAMES[whose])
    letters = ""
    for letter, name in SPEAKERS.items():
        reply = await chat(line, as_=name, place=place, locale=Locale.EN)
        letters += "" if _refused_at_the_door(reply.message.summary) else letter
    return letters


def _refused_at_the_door(summary: str) -> bool:
    phrases = Phrasebook(Locale.EN)
    return summary in {phrases.t(key, team="") for key in (*SAYS_NO, "error.not_linked")}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", TABLE)
async def test_who_may_say_it_and_where(chat: Chat, verb: str) -> None:
    row = TABLE[verb]
    for place in PLACES:
        # `bind` answers elsewhere that it belongs into a channel, whoever asks about whomever.
        if verb == "bind" and place in PRIVATE:
            continue
        expected = row.own if place in row.places else ""
        assert await allowed(chat, row, "own", place) == expected, place


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", [verb for verb, row in TABLE.items() if row.other is not None])
async def test_whose_customers_it_may_be_about(chat: Chat, verb: str) -> None:
    row = TABLE[verb]
    place = "channel" if verb == "bind" else "dm"
    assert await allowed(chat, row, "pool", place) == row.pool
    assert await allowed(chat, row, "other", place) == row.other


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", [verb for verb, row in TABLE.items() if "{" in row.line])
async def test_a_refused_line_changes_nothing(chat: Chat, verb: str) -> None:
    line = TABLE[verb].line.format(no="HT-7", customer=NAMES["other"])
    await chat(line, as_="韩梅梅", place="channel")
    await chat(line, as_="Somebody Else", place="channel")
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 0
        assert await tx.audit.of_subject("contract", 7) == []
        assert await tx.touches.of_account(7) == []
        assert await tx.bindings.everywhere() == []
