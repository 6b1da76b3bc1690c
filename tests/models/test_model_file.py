"""A model's file: what it says comes back, and everything wrong with it is said at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.models import file_of, model_of, text_of
from handlers.models.telling import fault_lines
from handlers.models.vocabulary import LONGEST_WINDOW_DAYS, MEASURES, READ_ANOTHER, RULES
from handlers.models.writing import with_measured, without_measured
from messages.i18n import Phrasebook
from scoring.errors import ModelRefused
from scoring.health import facts, rules
from scoring.health.default import DEFAULT_MODEL
from scoring.health.measures import MEASURES as OURS
from scoring.health.model import Band, Dimension, HealthModel, Limits, Signal, Take
from scoring.model import Locale, Segment
from scoring.plays import GROW, SAVE_PLAN, Play

SHIPPED = text_of(DEFAULT_MODEL)

OWN = """
[signals.seminars]
dimension = "relationship"
weight = 40
bad = 0
good = 4
take = "sum"
window_days = 180
log = true

[signals."续约意向"]
dimension = "sentiment"
weight = 60
bad = 0
good = 10
reads = "intent score"
half_life_days = 45
reference = 0.4
"""


def faults(text: str) -> set[tuple[str, str]]:
    """Where what is wrong."""
    with pytest.raises(ModelRefused) as refused:
        model_of(text)
    for fault in refused.value.faults:  # each has its sentence, in both languages
        for locale in Locale:
            said = Phrasebook(locale).t(fault.key, **fault.params)
            assert said != fault.key
            assert "%(" not in said
    return {(fault.at, fault.key.removeprefix("model.fault.")) for fault in refused.value.faults}


def changed(old: str, new: str) -> str:
    """The shipped file with one line, or several, written differently."""
    assert old in SHIPPED
    return SHIPPED.replace(old, new, 1)


def test_the_shipped_model_comes_back_from_its_file() -> None:
    assert model_of(SHIPPED) == DEFAULT_MODEL


def test_the_names_in_files_are_those_of_the_arithmetic() -> None:
    assert set(OURS) == set(MEASURES)
    assert rules.RULES == RULES
    assert facts.LONGEST_WINDOW_DAYS == LONGEST_WINDOW_DAYS


def test_a_signal_somebody_brings_needs_no_code() -> None:
    model = model_of(OWN)
    assert model.signals[0] == Signal(
        "seminars", Dimension.RELATIONSHIP, 40, 0, 4, 60, 0.5,
        reads="seminars", take=Take.SUM, window_days=180, log=True,
    )  # fmt: skip
    assert model.reads == {"seminars", "intent score"}
    assert model_of(text_of(model)) == model


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("weight = 15", "weight = 20", {("signals", "total"), ("dimensions.usage", "dimension_total")}),
        ("weight = 15", "weight = -15", {("signals.active_ratio_30d.weight", "out_of_range")}),
        ("weight = 15", "weight = nan", {("signals.active_ratio_30d.weight", "not_finite")}),
        ("weight = 15", "weight = inf", {("signals.active_ratio_30d.weight", "not_finite")}),
        ("weight = 15", 'weight = "15"', {("signals.active_ratio_30d.weight", "not_number")}),
        ("weight = 15", "weight = true", {("signals.active_ratio_30d.weight", "not_number")}),
        ("weight = 15\n", "", {("signals.active_ratio_30d.weight", "absent")}),
        ("good = 0.8\n", "good = 0.1\n", {("signals.active_ratio_30d.good", "equal_anchors")}),
        ("half_life_days = 30", "half_life_days = 0",
         {("signals.active_ratio_30d.half_life_days", "out_of_range")}),
        ("reference = 0.6\n", "reference = 1.6\n",
         {("signals.active_ratio_30d.reference", "out_of_range")}),
        ('"active_ratio"', '"activ_ratio"', {("signals.active_ratio_30d.measure", "not_one_of")}),
        ('dimension = "usage"', 'dimension = "luck"',
         {("signals.active_ratio_30d.dimension", "not_one_of")}),
        ("bad = 0.1\n", "bed = 0.1\n", {("signals.active_ratio_30d.bed", "unknown_near"),
                                        ("signals.active_ratio_30d.bad", "absent")}),
        ('measure = "active_ratio"', 'measure = "active_ratio"\nwindow_days = 30',
         {("signals.active_ratio_30d.window_days", "not_with_measure")}),
        ('measure = "nps"', 'measure = "nps"\nreads = "logins"',
         {("signals.nps.reads", "not_with_measure")}),
        ("bad = 4\ngood = 0", "bad = 4\ngood = -1", {("signals.ticket_rate_90d.log", "log_below_zero")}),
        ("steady = [55, 70]", "steady = [55, 68]", {("bands.steady", "gap")}),
        ("steady = [55, 70]", "steady = [55, 72]", {("bands.steady", "overlap")}),
        ("critical = [0, 40]", "critical = [10, 40]", {("bands.critical", "gap")}),
        ("healthy = [70, 100]", "healthy = [70, 90]", {("bands.healthy", "gap")}),
        ("steady = [55, 70]", "steady = [70, 55]", {("bands.steady", "empty_range")}),
        ("steady = [55, 70]", "steady = [55, nan]", {("bands.steady", "empty_range")}),
        ("steady = [55, 70]", "steady = 55", {("bands.steady", "not_range")}),
        ("open_tickets = 2", "open_tickets = 2.5", {("limits.open_tickets", "not_whole")}),
        ("idle_long_days = 30", "idle_long_days = 14", {("limits.idle_long_days", "not_longer")}),
        ("strategic = 30", "strategic = 0", {("limits.silent_days.strategic", "out_of_range")}),
        ("R1 = true", "R1 = 1", {("rules.R1", "not_flag")}),
        ("R1 = true", "R9 = true", {("rules.R9", "unknown")}),
        ("[rules]", "[rulez]", {("rulez", "unknown_near")}),
        ('name = "default"', "name = 5", {("name", "not_text")}),
        ("R1 = true", "R1 = true\nR1 = true", {("", "not_toml_at")}),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(old: str, new: str, found: set[tuple[str, str]]) -> None:
    assert faults(changed(old, new)) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ('[segments.strategic.signals.nps]\nweight = 12\n', {("segments.strategic", "total")}),
        ('[segments.strategic.signals.nope]\nweight = 1\n',
         {("segments.strategic.signals.nope", "unknown")}),
        ('[segments.gold.signals.nps]\nweight = 1\n', {("segments.gold", "unknown")}),
        ('[segments.core.signals.nps]\nmeasure = "csat"\n',
         {("segments.core.signals.nps.measure", "unknown")}),
        ('[segments.core.signals.nps]\ngood = -1\n',
         {("segments.core.signals.nps.good", "equal_anchors")}),
        ('[segments.core]\nsignals = 3\n', {("segments.core.signals", "not_table")}),
        ('[plays.at_risk]\nall = "panic"\n', {("plays.at_risk.all", "not_one_of")}),
        ('[plays.at_risk]\ncore = { days = 3 }\n', {("plays.at_risk.core", "empty_play")}),
        ('[plays.at_risk]\ncore = 3\n', {("plays.at_risk.core", "not_play")}),
        ('[plays.lost]\nall = "grow"\n', {("plays.lost", "unknown")}),
        ('[references]\nleast_customers = 1\n', {("references.least_customers", "out_of_range")}),
        ('[measured.core]\nnps = 2\n', {("measured.core.nps", "out_of_range")}),
        ('[measured.core]\nnope = 0.5\n', {("measured.core.nope", "unknown")}),
        ('[signals."a b"]\ndimension = "usage"\nweight = 0\nbad = 0\ngood = 1\n',
         {("signals.a b", "bad_name")}),
        ('[signals.x]\ndimension = "usage"\nweight = 0\nbad = 0\ngood = 1\ntake = "median"\n',
         {("signals.x.take", "not_one_of")}),
        ('[signals.x]\ndimension = "usage"\nweight = 0\nbad = 0\ngood = 1\nwindow_days = 400\n',
         {("signals.x.window_days", "out_of_range")}),
    ],
)  # fmt: skip
def test_a_fault_of_what_is_added_is_told_with_its_place(
    more: str, found: set[tuple[str, str]]
) -> None:
    assert faults(f"{SHIPPED}\n{more}") == found


def test_all_faults_are_told_at_once() -> None:
    text = (
        SHIPPED.replace("weight = 15", "weight = 20", 1)
        .replace("bad = 5\ngood = 0", "bad = 0\ngood = 0")
        .replace("steady = [55, 70]", "steady = [55, 68]")
        .replace("falling_z = -1.2816", "falling_z = nan")
    )
    assert faults(text) == {
        ("signals", "total"),
        ("signals.open_tickets.good", "equal_anchors"),
        ("dimensions.usage", "dimension_total"),
        ("bands.steady", "gap"),
        ("limits.falling_z", "not_finite"),
    }


def test_weights_of_a_published_vendor_add_up_to_105_and_are_refused() -> None:
    with pytest.raises(ModelRefused) as refused:
        model_of(changed("weight = 8", "weight = 13").replace("adoption = 20", "adoption = 25"))
    (fault,) = refused.value.faults
    assert Phrasebook(Locale.EN).t(fault.key, **fault.params) == (
        "The weights add up to 105 instead of 100 (+5)."
    )


@pytest.mark.parametrize("text", ["", "\0", "[" * 5000, "x" * 300_000, "signals = 1", "= ="])
def test_what_is_no_model_at_all_is_refused_in_a_sentence(text: str) -> None:
    assert faults(text)


HUGE = "9" * 400


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("weight = 15", f"weight = {HUGE}", ("signals.active_ratio_30d.weight", "out_of_range")),
        ("weight = 15", f"weight = -{HUGE}", ("signals.active_ratio_30d.weight", "out_of_range")),
        ("steady = [55, 70]", f"steady = [55, {HUGE}]", ("bands.steady", "empty_range")),
        (
            "weight = 15",
            f"weight{'.a' * 450} = 1",
            ("signals.active_ratio_30d.weight", "not_number"),
        ),
        (
            "weight = 15",
            f"weight = 0x{'f' * 900}",
            ("signals.active_ratio_30d.weight", "out_of_range"),
        ),
        ("weight = 15", f"weight = {'9' * 5000}", ("", "long_line")),
        ("weight = 15", f"weight{'.a' * 20_000} = 1", ("", "long_line")),
        ("weight = 15", f"weight = {'9' * 4400}", ("", "long_line")),
    ],
    ids=range(8),
)
def test_numbers_and_chains_beyond_all_bounds_are_faults_and_no_crash(
    old: str, new: str, found: tuple[str, str]
) -> None:
    assert found in faults(changed(old, new))


@pytest.mark.parametrize(
    "anchors",
    [
        "bad = 999999999.9999999\ngood = 1000000000.0\nlog = true\n",
        "bad = 0\ngood = 5e-324\n",
        "bad = 1e-300\ngood = 2e-300\n",
    ],
)
def test_anchors_too_near_to_divide_by_their_distance_are_equal(anchors: str) -> None:
    more = f'[signals.x]\ndimension = "usage"\nweight = 0\n{anchors}'
    assert faults(f"{SHIPPED}\n{more}") == {("signals.x.good", "equal_anchors")}


def test_names_in_a_file_do_not_move_the_cursor_of_a_terminal() -> None:
    more = '[signals."\\u001b[2J\\nok"]\nweight = 0\n[limits."\\u202e"]\n'
    with pytest.raises(ModelRefused) as refused:
        model_of(f'"\\u001b[31m" = "\\u0007"\nname = "\\u001b]0;x"\n{SHIPPED}\n{more}')
    for line in fault_lines(refused.value, Phrasebook(Locale.EN)):
        assert line.isprintable(), repr(line)


def test_a_segment_has_its_own_weights_and_anchors() -> None:
    more = (
        "[segments.strategic.signals.nps]\nweight = 10\ngood = 0.5\n"
        "[segments.strategic.signals.csat_90d]\nweight = 4\nreference = 0.8\n"
    )
    model = model_of(f"{SHIPPED}\n{more}")
    strategic = {signal.name: signal for signal in model.for_segment(Segment.STRATEGIC)}
    assert (strategic["nps"].weight, strategic["nps"].good) == (10, 0.5)
    assert model.for_segment(Segment.CORE) == DEFAULT_MODEL.signals
    assert model_of(text_of(model)) == model


def test_medians_are_the_references_but_where_the_file_says_its_own() -> None:
    own = f"{SHIPPED}\n[segments.core.signals.nps]\nreference = 0.9\n"
    text = with_measured(own, {Segment.CORE: {"nps": 0.3, "csat_90d": 0.44}}, None)
    read = file_of(text)
    core = {signal.name: signal.reference for signal in read.model.for_segment(Segment.CORE)}
    assert (core["nps"], core["csat_90d"]) == (0.9, 0.44)
    assert read.model.for_segment(Segment.STANDARD) == DEFAULT_MODEL.signals
    assert without_measured(text) == own


def test_medians_can_be_switched_off() -> None:
    text = with_measured(
        f"{SHIPPED}\n[references]\nmedians = false\n", {Segment.CORE: {"nps": 0.3}}, None
    )
    assert model_of(text) == DEFAULT_MODEL


def test_medians_measured_again_replace_the_ones_before_wherever_they_stand() -> None:
    first = with_measured("[measured.core]\nnps = 0.1\n" + SHIPPED, {}, None)
    again = with_measured(first, {Segment.CORE: {"nps": 0.7}}, None)
    assert file_of(again).measured == {Segment.CORE: {"nps": 0.7}}


def test_plays_are_the_house_s_own_where_it_says_so() -> None:
    more = (
        '[plays.healthy]\nall = "value_review"\nstrategic = "grow"\n'
        '[plays.at_risk]\nstrategic = { en = "Visit", zh = "上门拜访", days = 3 }\n'
        'core = { zh = "复盘" }\n'
    )
    plays = file_of(f"{SHIPPED}\n{more}").plays
    assert plays.of(Band.HEALTHY, Segment.STRATEGIC) == GROW
    assert plays.of(Band.HEALTHY, Segment.CORE).name == "value_review"
    assert plays.of(Band.AT_RISK, Segment.STRATEGIC) == Play("own", 3, "Visit", "上门拜访")
    assert plays.of(Band.AT_RISK, Segment.CORE) == Play("own", None, "复盘", "复盘")
    assert plays.of(Band.AT_RISK, Segment.STANDARD) == SAVE_PLAN
    assert file_of(text_of(DEFAULT_MODEL, plays)).plays == plays


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 4))
SHARES = st.floats(0, 1).map(lambda x: round(x, 6))


@st.composite
def models(draw: st.DrawFn) -> HealthModel:
    """Any model that a file can say."""
    names = draw(st.lists(st.from_regex(r"\w[\w.-]{0,10}", fullmatch=True),
                          min_size=1, max_size=6, unique=True))  # fmt: skip
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(names) - 1,
                                max_size=len(names) - 1)))  # fmt: skip
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    signals = tuple(draw(signal(name, weight)) for name, weight in zip(names, weights, strict=True))
    low, middle, high = sorted(
        draw(st.lists(st.integers(1, 99), min_size=3, max_size=3, unique=True))
    )
    own = tuple(replace(each, reference=draw(SHARES)) for each in signals)
    by_segment = {Segment.CORE: own} if own != signals else {}
    return HealthModel(
        name=draw(st.sampled_from(["default", '华东 "2026"', "a\\b"])),
        signals=signals,
        by_segment=MappingProxyType(by_segment),
        edges=(high, middle, low),
        leave_points=draw(st.integers(0, 25)),
        coverage_floor=draw(SHARES),
        limits=replace(Limits(), open_tickets=draw(st.integers(1, 9)), falling_z=-draw(SHARES)),
        rules=frozenset(draw(st.sets(st.sampled_from(RULES)))),
        usage=draw(st.sampled_from(["active_users", "登录次数"])),
    )


@st.composite
def signal(draw: st.DrawFn, name: str, weight: int) -> Signal:
    """A line of it, measured by us or brought by somebody."""
    bad, good = draw(st.lists(NUMBERS, min_size=2, max_size=2, unique=True))
    common = Signal(
        name,
        draw(st.sampled_from(Dimension)),
        weight,
        bad,
        good,
        draw(st.integers(1, 3650)),
        draw(SHARES),
        log=bad >= 0 and good >= 0 and draw(st.booleans()),
    )
    if draw(st.booleans()):
        measure = draw(st.sampled_from(MEASURES))
        other = measure in READ_ANOTHER and draw(st.booleans())
        return replace(common, measure=measure, reads="logins" if other else "")
    return replace(
        common,
        reads=draw(st.sampled_from(["logins", '积分 "A"', "x=y"])),
        take=draw(st.sampled_from(Take)),
        window_days=draw(st.integers(1, LONGEST_WINDOW_DAYS)),
    )


@given(models())
def test_every_model_comes_back_from_its_file(model: HealthModel) -> None:
    assert model_of(text_of(model)) == model


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(ModelRefused):
        model_of(text)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    lines = SHIPPED.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(
            st.sampled_from(
                ["", "weight = 1e400", "[bands]", "x = [1, {}]", "[signals]", lines[at]]
            )
        )
    # Anything but a refusal would come out of here.
    with suppress(ModelRefused):
        model_of("\n".join(lines))
