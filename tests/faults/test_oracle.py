"""The oracle itself: what it calls lost, doubled, repeated and made up."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.book import Alert
from tests.faults.ledger import Shown, spoken
from tests.faults.oracle import Verdict, judge_calls, judge_claims, judged
from tests.faults.wecom_peer import APP, ROBOT

GROUP = "robot:key1"
HERS = Alert(GROUP, 1)
TOLD = "Firm000001 · Plan ends in 5 days"
MARKED = f"(possibly repeated)\n{TOLD}"


def posts(*words: str, way: str = ROBOT) -> list[Shown]:
    return [Shown(number, way, GROUP, each) for number, each in enumerate(words)]


@pytest.mark.parametrize(
    ("shown", "end", "verdict"),
    [
        (posts(TOLD), "", Verdict(1, 1)),
        (posts(), "", Verdict(1, 0, lost=[HERS])),
        (posts(), "failed", Verdict(1, 0, failed=[HERS])),
        (posts(), "review", Verdict(1, 0, review=[HERS])),
        (posts(TOLD), "review", Verdict(1, 1, review=[HERS])),
        (posts(TOLD, TOLD), "", Verdict(1, 1, doubled=[HERS])),
        (posts(TOLD, MARKED), "", Verdict(1, 1, repeated=[HERS])),
        (posts(TOLD, "(possibly repeated)", TOLD), "", Verdict(1, 1, repeated=[HERS])),
        (posts(TOLD, MARKED, MARKED), "", Verdict(1, 1, doubled=[HERS])),
        (posts(TOLD, MARKED, way=APP), "", Verdict(1, 1, doubled=[HERS])),
        (posts(TOLD, "Claim Firm000001"), "", Verdict(1, 1)),
        (posts("Firm000002 Plan", TOLD), "", Verdict(1, 1, invented=[Alert(GROUP, 2)])),
    ],
)
def test_what_people_see_is_judged(shown: list[Shown], end: str, verdict: Verdict) -> None:
    assert judged([HERS], shown, {HERS: end}) == verdict


def test_a_call_counts_once_and_is_there_when_somebody_was_told_so() -> None:
    verdict = Verdict()
    answers = ["Logged for Firm900001. I", "Not now: Firm900002", "Logged for Firm900003. I"]
    judge_calls(verdict, answers, Counter({900003: 2}))
    assert (verdict.calls_lost, verdict.calls_doubled) == ([900001], [900003])


def test_a_customer_and_the_product_are_beside_each_other_however_they_are_drawn() -> None:
    row = [{"type": "text", "text": "Firm000001", "style": {"bold": True}}, {"text": " Plan"}]
    words = spoken({"elements": row, "value": "claim R-1"})
    assert not judged([HERS], posts(words), {}).lost


@pytest.mark.parametrize(
    ("said", "lost", "doubled"),
    [
        (["Ada has claimed Firm900012 · Plan. Ada has claimed Firm900300 · Plan."], 0, 0),
        (["Ada has claimed Firm900012 · Plan.", "Ada has claimed Firm900300 · Plan."], 0, 0),
        (["Ada has claimed Firm900012. Ada has claimed Firm900012 · Plan."], 1, 0),
        (2 * ["Ada has claimed Firm900012. Ada has claimed Firm900300."], 0, 2),
        ([], 2, 0),
    ],
    ids=["in one message", "one by one", "in a title as well", "twice", "never"],
)
def test_whoever_lost_a_customer_hears_of_each_once(
    said: list[str], lost: int, doubled: int
) -> None:
    verdict = Verdict()
    customers = (900_012, 900_300)
    mine = [("winner", f"Firm{one} (R-1) is yours") for one in customers]
    heard = [*mine, *(("owner", words) for words in said)]
    judge_claims(
        verdict,
        customers,
        heard,
        dict.fromkeys(customers, "winner"),
        dict.fromkeys(customers, "owner"),
    )
    assert (len(verdict.lost), len(verdict.doubled), verdict.claims_wrong) == (lost, doubled, [])
