"""What has become of every alert, by what the platforms show; of every word, by the book itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.faults.book import CALLER_FIRST, Alert
from tests.faults.ledger import Shown
from tests.faults.wecom_peer import ROBOT

_MINE = re.compile(r"Firm(\d{6}) \(R-\d+\) is yours")
_HAS = re.compile(r"has claimed Firm(\d{6})")
_THEIRS = re.compile(r"Firm(\d{6}) was claimed by")
_DONE = re.compile(r"Logged for Firm(\d{6})")
CARD, DETAILS = "button_interaction", "Ends on"
"""In WeCom's app what can be done may come as a card of its own, below the words: one without them."""

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
    claims_won: int = 0
    claims_refused: int = 0
    claims_wrong: list[int] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether nothing was lost, doubled or made up."""
        bad = (self.lost, self.doubled, self.invented, self.calls_lost, self.calls_doubled)
        return not any((*bad, self.failed, self.claims_wrong))


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
        found = [post for post in seen.get(alert, []) if not _only_buttons(post)]
        cards = [post for post in seen.get(alert, []) if _only_buttons(post)]
        end = ends.get(alert, "")
        verdict.told += bool(found)
        if len(cards) > 1:
            verdict.doubled.append(alert)
        elif len(found) > 1:
            marked = len(found) == 2 and _marked(found[1], beside)
            (verdict.repeated if marked else verdict.doubled).append(alert)
        if end == "review":
            verdict.review.append(alert)
        elif not found:
            (verdict.failed if end == "failed" else verdict.lost).append(alert)
    verdict.invented = [
        alert for alert in seen if alert not in wanted and alert.customer < CALLER_FIRST
    ]
    return verdict


def judge_calls(verdict: Verdict, answers: Iterable[str], kept: Counter[int]) -> None:
    """The one call with each customer: in the book if somebody was told so, and never twice."""
    confirmed = {int(number) for answer in answers for number in _DONE.findall(answer)}
    verdict.calls_told = len(confirmed)
    verdict.calls_lost = sorted(one for one in confirmed if not kept[one])
    verdict.calls_doubled = sorted(one for one, count in kept.items() if count > 1)


def judge_claims(
    verdict: Verdict,
    wanted: Iterable[int],
    answers: Iterable[tuple[str, str]],
    holders: Mapping[int, str],
    owners: Mapping[int, str],
) -> None:
    """Customers that two people claimed at once, by what each was told in their own place.

    Wrong: both were told that they have it, or one who has not. Whose customer somebody else has
    now is an alert of its own, to be told once.
    """
    answers = list(answers)
    # A card says it in its title as well; what waits for somebody comes as one message.
    notices = Counter(
        Alert(place, int(number)) for place, words in answers for number in set(_HAS.findall(words))
    )
    told_mine: dict[int, set[str]] = defaultdict(set)
    told_theirs: dict[int, set[str]] = defaultdict(set)
    for place, words in answers:
        for said, told in ((_MINE, told_mine), (_THEIRS, told_theirs)):
            for number in said.findall(words):
                told[int(number)].add(place)
    for customer in sorted(wanted):
        winners, losers = told_mine[customer], told_theirs[customer]
        verdict.claims_won += len(winners) == 1
        verdict.claims_refused += len(losers) == 1
        holder = holders.get(customer)
        if winners - {holder} or holder in losers:
            verdict.claims_wrong.append(customer)
        if holder is None or holder == owners[customer]:
            continue
        notice = Alert(owners[customer], customer)
        verdict.alerts += 1
        verdict.told += bool(notices[notice])
        if notices[notice] != 1:
            (verdict.doubled if notices[notice] else verdict.lost).append(notice)


def _seen(posts: Iterable[Shown]) -> dict[Alert, list[Shown]]:
    seen: dict[Alert, list[Shown]] = defaultdict(list)
    for post in posts:
        if not post.below:
            for customer in {int(number) for number in _TOLD.findall(post.words)}:
                seen[Alert(post.place, customer)].append(post)
    return seen


def _only_buttons(post: Shown) -> bool:
    return CARD in post.words and DETAILS not in post.words


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
