"""What has become of every alert, by what the platforms show; of every word, by the book itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.faults.book import Alert
from tests.faults.ledger import Shown
from tests.faults.wecom_peer import ROBOT

_DONE = re.compile(r"Logged for Firm(\d{6})")
MARK = "ossibly repeated"
_TOLD = re.compile(r"Firm(\d{6})\W{1,40}?Plan\b")
"""A customer and its product beside each other: a list's row, a card's title. Not a button."""


@dataclass(slots=True)
class Verdict:
    """How many alerts there were to be; each list names those of which it is true.

    `repeated`: a robot's, told a second time and marked as that. `review`: not shown twice, and a
    person was asked to look.
    """

    alerts: int = 0
    told: int = 0
    lost: list[Alert] = field(default_factory=list)
    doubled: list[Alert] = field(default_factory=list)
    repeated: list[Alert] = field(default_factory=list)
    review: list[Alert] = field(default_factory=list)
    failed: list[Alert] = field(default_factory=list)
    invented: list[Alert] = field(default_factory=list)
    calls_told: int = 0
    calls_lost: list[int] = field(default_factory=list)
    calls_doubled: list[int] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether nothing was lost, doubled or made up."""
        bad = (self.lost, self.doubled, self.invented, self.calls_lost, self.calls_doubled)
        return not any((*bad, self.failed))


def judged(expected: Iterable[Alert], shown: Iterable[Shown], ends: Mapping[Alert, str]) -> Verdict:
    """Compare what was to be told with what people see.

    `ends` are the alerts that the bot itself calls failed or in need of a review.
    """
    verdict = Verdict()
    posts = sorted(shown, key=lambda one: one.number)
    seen = _seen(posts)
    beside = _neighbours(posts)
    wanted = set(expected)
    verdict.alerts = len(wanted)
    for alert in sorted(wanted, key=lambda one: (one.customer, one.place)):
        found = seen.get(alert, [])
        end = ends.get(alert, "")
        verdict.told += bool(found)
        if len(found) > 1:
            marked = len(found) == 2 and _marked(found[1], beside)
            (verdict.repeated if marked else verdict.doubled).append(alert)
        if end == "review":
            verdict.review.append(alert)
        elif not found:
            (verdict.failed if end == "failed" else verdict.lost).append(alert)
    verdict.invented = [alert for alert in seen if alert not in wanted]
    return verdict


def judge_calls(verdict: Verdict, answers: Iterable[str], kept: Counter[int]) -> None:
    """The one call with each customer: in the book if somebody was told so, and never twice."""
    confirmed = {int(number) for answer in answers for number in _DONE.findall(answer)}
    verdict.calls_told = len(confirmed)
    verdict.calls_lost = sorted(one for one in confirmed if not kept[one])
    verdict.calls_doubled = sorted(one for one, count in kept.items() if count > 1)


def _seen(posts: Iterable[Shown]) -> dict[Alert, list[Shown]]:
    seen: dict[Alert, list[Shown]] = defaultdict(list)
    for post in posts:
        if not post.below:
            for customer in {int(number) for number in _TOLD.findall(post.words)}:
                seen[Alert(post.place, customer)].append(post)
    return seen


def _neighbours(posts: Iterable[Shown]) -> dict[int, Shown]:
    """The post before each one in its place."""
    last: dict[str, Shown] = {}
    before: dict[int, Shown] = {}
    for post in posts:
        if post.place in last:
            before[post.number] = last[post.place]
        last[post.place] = post
    return before


def _marked(post: Shown, beside: Mapping[int, Shown]) -> bool:
    """Only a robot's may be told again, and says so in itself or right before it."""
    before = beside.get(post.number)
    says = MARK in post.words or (before is not None and MARK in before.words)
    return post.way == ROBOT and says
