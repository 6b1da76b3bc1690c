"""Each measure in its own unit, and what is unknown instead of 0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import NO_DAY, Facts, SourceDays, Subjects
from scoring.health.measures import MEASURES, measure, signals_read
from scoring.health.model import Dimension, HealthModel, Signal, Take
from tests.scoring.health.facts_at import (
    T,
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
BROUGHT = with_sources("tickets", "payments", "events", "touches", "contacts", "surveys")


def line(name: str, *, half_life: float = 60.0, **more: object) -> Signal:
    """A signal that measures `name`."""
    known = {s.measure: s.half_life_days for s in DEFAULT_MODEL.signals}
    return Signal(
        name, Dimension.USAGE, 100.0, 0.0, 1.0, known.get(name, half_life), 0.5, measure=name,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def x_and_ago(facts: Facts, signal: Signal) -> tuple[float, int | None]:
    """The measured value, and how many days ago it was last known."""
    found = measure(facts, HealthModel("tried", (signal,)))
    day = int(found.observed_on[0, 0])
    return float(found.x[0, 0]), None if day == NO_DAY else T - day


def facts(sources: Mapping[str, SourceDays] = BROUGHT, **more: object) -> Facts:
    return Facts(ONE, sources=sources, **more)  # type: ignore[arg-type]


CASES: list[tuple[str, str, Facts, float, int | None]] = [
    ("active_ratio", "the mean of 30 days over the licensed",
     facts(signals={"active_users": observations((40, 10), (20, 40), (6, 60)),
                    "licensed_users": observations((6, 100))}), 0.5, 6),
    ("active_ratio", "over the seats where nobody says how many are licensed",
     facts(signals={"active_users": observations((3, 50))}, terms=terms((90, 60), (None, 40))),
     0.5, 3),
    ("active_ratio", "unknown without licences or seats",
     facts(signals={"active_users": observations((3, 50))}), NAN, None),
    ("active_ratio", "unknown over no licences at all",
     facts(signals={"active_users": observations((3, 50)),
                    "licensed_users": observations((6, 0))}), NAN, None),
    ("active_ratio", "0 where nobody is active",
     facts(signals={"active_users": observations((3, 0)),
                    "licensed_users": observations((6, 100))}), 0.0, 3),
    ("active_ratio", "old figures stay, and are known to be old",
     facts(signals={"active_users": observations((200, 50)),
                    "licensed_users": observations((300, 100))}), 0.5, 200),
    ("seat_penetration", "the best of 90 days over the seats",
     facts(signals={"active_users": observations((120, 99), (80, 70), (2, 40))},
           terms=terms((90, 100))), 0.7, 2),
    ("seat_penetration", "over the licensed where no seats are known",
     facts(signals={"active_users": observations((2, 40)),
                    "licensed_users": observations((2, 80))}), 0.5, 2),
    ("feature_breadth", "features in use over those there are",
     facts(signals={"features_used": observations((9, 7)),
                    "features_available": observations((50, 14))}), 0.5, 9),
    ("feature_breadth", "core features count as the other half",
     facts(signals={"features_used": observations((9, 7)),
                    "features_available": observations((50, 14)),
                    "core_features_used": observations((5, 6)),
                    "core_features_available": observations((50, 6))}), 0.75, 5),
    ("feature_breadth", "core features alone",
     facts(signals={"core_features_used": observations((5, 7)),
                    "features_available": observations((50, 14))}), 0.5, 5),
    ("feature_breadth", "unknown while nobody says how many there are",
     facts(signals={"features_used": observations((9, 7))}), NAN, None),
    ("open_tickets", "those nobody resolved",
     facts(tickets=tickets((30, None, None), (400, None, None), (20, 10, 4.0))), 2.0, 0),
    ("open_tickets", "none is 0 where tickets are brought", facts(), 0.0, 0),
    ("open_tickets", "unknown where they are not", facts({}), NAN, None),
    ("open_tickets", "known since the last one where only this customer's are brought",
     facts({}, tickets=tickets((30, 10, None))), 0.0, 10),
    ("open_tickets", "a source that fell silent",
     facts(with_sources("tickets", heard=45)), 0.0, 45),
    ("ticket_rate", "a fresh one counts fully, one of 67 days half, one of 95 not at all",
     facts(tickets=tickets((7, 5, None), (67, 60, None), (95, 94, None))), 1.5, 0),
    ("ticket_rate", "none is 0", facts(), 0.0, 0),
    ("csat", "shrunk to the usual", facts(tickets=tickets((30, 20, 1.0))), 22.0 / 6, 20),
    ("csat", "surveys and tickets together",
     facts(tickets=tickets((30, 20, 5.0)), surveys=surveys((3, False, 5.0, 1), (4, True, 0, 1))),
     31.0 / 7, 3),
    ("csat", "only the 90 days before the last one",
     facts(surveys=surveys((3, False, 5.0, 1), (100, False, 1.0, 2))), 26.0 / 6, 3),
    ("csat", "unknown without an answer", facts(), NAN, None),
    ("csat", "a rating of a ticket that is open has no day yet",
     facts(tickets=tickets((30, None, 1.0))), NAN, None),
    ("nps", "a promoter", facts(surveys=surveys((9, True, 9.0, 1))), 1.4 / 3, 9),
    ("nps", "a passive", facts(surveys=surveys((9, True, 7.0, 1))), 0.4 / 3, 9),
    ("nps", "a detractor", facts(surveys=surveys((9, True, 6.0, 1))), -0.6 / 3, 9),
    ("nps", "the latest of each person",
     facts(surveys=surveys((9, True, 10.0, 1), (90, True, 0.0, 1), (50, True, 10.0, 2))),
     2.4 / 4, 9),
    ("nps", "unknown without an answer", facts(surveys=surveys((9, False, 5.0, 1))), NAN, None),
    ("engagement", "the champion is there, nobody joins", facts(contacts=champions(None)), 0.5, 0),
    ("engagement", "the champion left, nobody joins", facts(contacts=champions(9)), 0.0, 0),
    ("engagement", "of two champions one is there",
     facts(with_sources("contacts"), contacts=champions(9, None)), 1.0, 0),
    ("engagement", "attended lately: joined and answered", facts(events=events((5, 1.0))), 1.0, 0),
    ("engagement", "ignored lately", facts(events=events((5, 0.0))), 0.0, 0),
    ("engagement", "unknown where neither champion nor events are told", facts({}), NAN, None),
    ("touches", "fresh ones count fully, old ones half, older not",
     facts(touches=touches(1, 2, 67, 91)), 2.5, 0),
    ("touches", "none is 0", facts(), 0.0, 0),
    ("touches", "unknown where they are not kept", facts({}), NAN, None),
    ("on_time_share", "shrunk to the usual",
     facts(payments=payments((30, 30), (60, 61), (90, 95), (100, 110))), 5.85 / 6, 0),
    ("on_time_share", "paid late and not paid at all",
     facts(payments=payments((30, 29), (60, None))), 1.85 / 4, 0),
    ("on_time_share", "due today is not late", facts(payments=payments((0, None))), NAN, None),
    ("on_time_share", "what was due more than a year ago is forgotten",
     facts(payments=payments((365, None), (10, 8))), 1.85 / 3, 0),
    ("on_time_share", "unknown without a bill", facts(), NAN, None),
    ("overdue_days", "since the oldest",
     facts(payments=payments((30, None), (45, None), (60, 3))), 45.0, 0),
    ("overdue_days", "nothing overdue", facts(payments=payments((30, 40), (0, None))), 0.0, 0),
    ("overdue_days", "unknown where bills are not brought", facts({}), NAN, None),
    ("mood", "the last impression",
     facts(signals={"sentiment": observations((40, 2), (3, -1))}), -1.0, 3),
    ("mood", "at most -2", facts(signals={"sentiment": observations((3, -7))}), -2.0, 3),
    ("usage_trend", "flat", facts(signals={"active_users": weekly([50.0] * 13)}), 0.0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "what", "known", "x", "ago"), CASES, ids=[c[1] for c in CASES])
def test_measures(name: str, what: str, known: Facts, x: float, ago: int | None) -> None:
    found, found_ago = x_and_ago(known, line(name))
    assert found == pytest.approx(x, nan_ok=True), what
    assert found_ago == ago


def test_every_measure_of_ours_is_tried_here() -> None:
    assert {case[0] for case in CASES} == set(MEASURES)


@pytest.mark.parametrize(
    ("take", "window", "expected"),
    [
        (Take.LATEST, 30, 4.0),
        (Take.MEAN, 30, 5.0),
        (Take.SUM, 30, 10.0),
        (Take.MEAN, 60, 7.0),
        (Take.SUM, 60, 21.0),
    ],
)
def test_a_signal_of_their_own_is_taken(take: Take, window: int, expected: float) -> None:
    signal = Signal(
        "builds", Dimension.USAGE, 100, 0, 10, 30, 0.5,
        reads="ci_builds", take=take, window_days=window,
    )  # fmt: skip
    rows = observations((60, 11), (30, 6), (11, 4))
    assert x_and_ago(facts({}, signals={"ci_builds": rows}), signal) == (expected, 11)


def test_the_trend_of_a_signal_of_their_own() -> None:
    signal = Signal(
        "builds", Dimension.USAGE, 100, -1, 1, 30, 0.5, reads="ci_builds", take=Take.TREND
    )
    rows = weekly(list(np.geomspace(4000, 2000, 13)))
    assert x_and_ago(facts({}, signals={"ci_builds": rows}), signal)[0] == pytest.approx(
        -0.5, abs=1e-3
    )


def test_a_measure_may_read_another_signal_than_the_models_usage() -> None:
    known = facts(
        {}, signals={"logins": observations((1, 30)), "licensed_users": observations((1, 60))}
    )
    assert math.isnan(x_and_ago(known, line("active_ratio"))[0])
    assert x_and_ago(known, line("active_ratio", reads="logins")) == (0.5, 1)


def test_a_model_says_which_signals_it_reads() -> None:
    own = Signal("b", Dimension.USAGE, 1, 0, 1, 30, 0.5, reads="ci_builds")
    model = replace(DEFAULT_MODEL, signals=(*DEFAULT_MODEL.signals, own), usage="logins")
    assert {"ci_builds", "logins", "licensed_users", "features_used", "sentiment"} <= signals_read(
        model
    )
    assert "ci_builds" not in signals_read(DEFAULT_MODEL)


def test_a_source_that_began_later_was_not_there_on_an_earlier_day() -> None:
    earlier = Subjects(np.array([1]), np.array([T - 100], np.int32), np.array([0], np.int8))
    sources = with_sources("tickets", since=50)
    assert math.isnan(x_and_ago(Facts(earlier, sources=sources), line("open_tickets"))[0])
    assert x_and_ago(facts(sources), line("open_tickets")) == (0.0, 0)


def test_a_million_rows_of_one_customer_are_one_value() -> None:
    n = 1_000_000
    rows = touches()
    many = replace(rows, subject=np.zeros(n, np.int64), on=np.full(n, T - 3, np.int32))
    assert x_and_ago(facts(touches=many), line("touches")) == (float(n), 0)
