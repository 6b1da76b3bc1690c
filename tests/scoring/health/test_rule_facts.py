"""What the rules and the warnings ask, out of facts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import Facts
from scoring.health.measures import measure
from scoring.health.model import HealthModel
from scoring.health.rule_facts import rule_facts
from tests.scoring.health.facts_at import (
    champions,
    events,
    observations,
    payments,
    subjects,
    surveys,
    terms,
    tickets,
    touches,
    weekly,
    with_sources,
)

NAN = math.nan
ONE = subjects()
SOURCES = with_sources("tickets", "payments", "events", "touches", since=200)
FALLING = weekly(list(np.geomspace(200, 100, 13)))
USED = (30, 12.0), (23, 12.0)


def asked(facts: Facts, model: HealthModel = DEFAULT_MODEL) -> dict[str, float]:
    found = rule_facts(facts, model, measure(facts, model))
    return {name: float(getattr(found, name)[0]) for name in found.__slots__}


@pytest.mark.parametrize(
    ("what", "facts", "name", "expected"),
    [
        ("the next end counts", Facts(ONE, terms=terms((200, 1), (40, 1))), "days_to_end", 40),
        ("an end within the grace counts", Facts(ONE, terms=terms((-30, 1))), "days_to_end", -30),
        ("an end long ago says nothing", Facts(ONE, terms=terms((-31, 1))), "days_to_end", NAN),
        ("…beside a running one", Facts(ONE, terms=terms((-31, 1), (9, 1))), "days_to_end", 9),
        ("open-ended never ends", Facts(ONE, terms=terms((None, 1))), "days_to_end", math.inf),
        ("no term at all", Facts(ONE), "days_to_end", NAN),
        ("falling", Facts(ONE, {"active_users": FALLING}), "falling", 1),
        ("not falling", Facts(ONE, {"active_users": weekly([50] * 13)}), "falling", 0),
        ("nobody tells usage", Facts(ONE), "falling", NAN),
        ("half is gone", Facts(ONE, {"active_users": FALLING}), "usage_change", -0.4975),
        ("tickets", Facts(ONE, tickets=tickets((9, None, None))), "open_tickets", 1),
        ("no tickets brought", Facts(ONE), "open_tickets", NAN),
        ("overdue", Facts(ONE, payments=payments((35, None))), "overdue_days", 35),
        ("nothing overdue", Facts(ONE, sources=SOURCES), "overdue_days", 0),
        ("idle so long", Facts(ONE, {"active_users": observations(*USED, (16, 0), (9, 0), (2, 0))}),
         "idle_days", 23),
        ("active a week ago", Facts(ONE, {"active_users": observations((7, 3.0))}), "idle_days", 7),
        ("never active since they are counted",
         Facts(ONE, {"active_users": observations((40, 0), (2, 0))}), "idle_days", 40),
        ("silent source, idle before already",
         Facts(ONE, {"active_users": observations((60, 9), (40, 0))}), "idle_days", 20),
        ("silent source, active when it last spoke",
         Facts(ONE, {"active_users": observations((60, 9), (40, 9))}), "idle_days", NAN),
        ("silent source, not idle yet either way",
         Facts(ONE, {"active_users": observations((13, 9), (12, 0))}), "idle_days", 13),
        ("nobody tells activity", Facts(ONE), "idle_days", NAN),
        ("the champion left", Facts(ONE, contacts=champions(3)), "champion_left", 1),
        ("another is there", Facts(ONE, contacts=champions(3, None)), "champion_left", 0),
        ("no champion was named", Facts(ONE), "champion_left", NAN),
        ("silent since", Facts(ONE, touches=touches(90, 33)), "silent_days", 33),
        ("never in contact since it is kept", Facts(ONE, sources=SOURCES), "silent_days", 200),
        ("contact is not kept", Facts(ONE), "silent_days", NAN),
        ("joined", Facts(ONE, events=events((89, 1), (90, 1), (5, 0.5))), "joined_events", 1.5),
        ("joined none", Facts(ONE, sources=SOURCES), "joined_events", 0),
        ("events are not brought", Facts(ONE), "joined_events", NAN),
        ("satisfaction by CSAT", Facts(ONE, surveys=surveys((3, False, 5, 1))), "csat_g", 0.797),
        ("satisfaction by NPS", Facts(ONE, surveys=surveys((3, True, 0, 1))), "csat_g", 0.4),
        ("the worse of both",
         Facts(ONE, surveys=surveys((3, True, 0, 1), (3, False, 5, 1))), "csat_g", 0.4),
        ("no satisfaction", Facts(ONE), "csat_g", NAN),
        ("active", Facts(ONE, {"active_users": observations((1, 66.0))}, terms=terms((9, 100))),
         "active_g", 0.8),
    ],
)  # fmt: skip
def test_of_the_facts(what: str, facts: Facts, name: str, expected: float) -> None:
    assert asked(facts)[name] == pytest.approx(expected, nan_ok=True, abs=1e-3), what


def test_a_model_without_those_signals_has_the_same_rules() -> None:
    bare = replace(DEFAULT_MODEL, signals=DEFAULT_MODEL.signals[2:3])
    facts = Facts(
        ONE,
        {"active_users": FALLING},
        tickets=tickets((9, None, None)),
        payments=payments((35, None)),
        surveys=surveys((3, False, 5, 1)),
        terms=terms((40, 400)),
    )
    assert asked(facts, bare) == pytest.approx(asked(facts), nan_ok=True)


def test_usage_is_the_signal_that_the_model_names() -> None:
    facts = Facts(ONE, {"active_users": weekly([50] * 13), "logins": FALLING})
    assert asked(facts, replace(DEFAULT_MODEL, usage="logins"))["falling"] == 1
    assert asked(facts)["falling"] == 0
