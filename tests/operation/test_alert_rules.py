"""Alert rules and dashboard name only figures that /metrics has, and headings that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.dispatcher import NO_VERB, Outcome
from bot.outside_time.verdict import Reading
from bot.web.metrics import Figures
from bot.web.metrics.standing import STATES
from handlers.audit_record import AuditRecord
from storage.sealing import Tail
from storage.views.outstanding import Outstanding, Queue
from tests.processes import ROOT
from tests.sample_book import MONDAY

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "renewals.json"
MANUAL = ROOT / "docs" / "operation.md"

WORDS = frozenset(
    [
        "sum",
        "max",
        "min",
        "by",
        "rate",
        "increase",
        "histogram_quantile",
        "topk",
        "abs",
        "and",
        "or",
        "unless",
        "on",
        "le",
        "without",
    ]
)
"""What PromQL calls its own, as far as these expressions use it."""

ADDED_BY_PROMETHEUS = {"up": {"job", "instance"}}
TARGET = {"job", "instance"}
DURATION = re.compile(r"[1-9]\d*[smhd]")
SELECTOR = re.compile(r"\b([a-z][a-z_]*)\s*\{([^}]*)\}|\b([a-z][a-z_]*)\b(?!\s*[({=!])")


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """The labels of every sample that a running bot shows, by its name."""
    figures = Figures.new()
    figures.answered(NO_VERB, "slack", Outcome.ANSWERED, 0.1)
    queue = Queue("slack", 1, 1, MONDAY)
    found = Outstanding((queue,), 1, 0, 0, 0, 0, {"slack": 1}, {"aibot": True})
    figures.standing.fill(found, AuditRecord(MONDAY, True, (), 0), MONDAY)
    figures.standing.sealed(Tail(0, None), None, MONDAY)
    figures.standing.scored({})
    figures.standing.compare((Reading("database", 0.0),), "")
    return {
        sample.name: set(sample.labels)
        for family in figures.registry.collect()
        for sample in family.samples
    } | ADDED_BY_PROMETHEUS


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    """Everything that is asked of Prometheus, by where."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$job", "renewals")


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_figure_and_label_that_is_asked_for_is_exported(
    where: str, expression: str, exported: dict[str, set[str]]
) -> None:
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing), where
    assert expression.count('"') % 2 == 0
    for duration in re.findall(r"\[([^\]]*)\]", expression):
        assert DURATION.fullmatch(duration), duration
    asked = re.sub(r"\[[^\]]*\]", "", expression)
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", asked)
    asked = re.sub(r"\b(?:by|on) \([^)]*\)", "", asked)
    names: set[str] = set()
    for match in SELECTOR.finditer(re.sub(r'"[^"]*"', '""', asked)):
        name = match[1] or match[3]
        if name in WORDS:
            continue
        assert name in exported, f"{where} asks for {name}, which nobody exports"
        names.add(name)
        used = set(re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", match[2] or ""))
        assert used <= exported[name] | TARGET, f"{where}: {name} has no {used}"
    assert names, f"{where} asks for nothing"
    known = set().union(*(exported[name] for name in names)) | TARGET
    for labels in grouped:
        assert {label.strip() for label in labels.split(",")} <= known, f"{where}: {labels}"


FOLLOWING = re.compile(r"(?:min|max)\((\w+)\) > (.+)")
TERM = re.compile(r"(?:(\d+) \* )?max\((\w+)\)|(\d+)")


@pytest.mark.parametrize("tick_every_s", [5, 45, 3600])
@pytest.mark.parametrize("audit_every_minutes", [1, 60, 1440])
def test_no_legal_period_makes_an_alarm_of_a_healthy_service(
    tick_every_s: int, audit_every_minutes: int
) -> None:
    periods = {
        "renewals_tick_every_seconds": tick_every_s,
        "renewals_audit_every_seconds": 60 * audit_every_minutes,
    }
    tick_s = 1.1 * tick_every_s + 0.5  # with its jitter
    healthy = {
        "renewals_tick_lag_seconds": tick_s,
        "renewals_trail_unsealed_seconds": 2 * tick_s,
        "renewals_audit_age_seconds": 60 * audit_every_minutes + 2 * tick_s,
    }
    compared = {}
    for rule in rules():
        found = FOLLOWING.fullmatch(rule["expr"])
        if found is None or found[1] not in healthy:
            continue
        terms = [TERM.fullmatch(term) for term in found[2].split(" + ")]
        compared[found[1]] = sum(
            int(term[3]) if term[3] else int(term[1] or 1) * periods[term[2]]
            for term in terms
            if term is not None
        )
    assert compared.keys() == healthy.keys()
    for name, most in compared.items():
        assert healthy[name] < most <= 3600 + 3 * sum(periods.values()), name


def test_values_of_labels_are_ones_that_occur(exported: dict[str, set[str]]) -> None:
    values = {
        value
        for family in Figures.new().registry.collect()
        for sample in family.samples
        for value in sample.labels.values()
    } | {"renewals", *STATES, "held", "expired"}
    for where, expression in expressions():
        for quoted in re.findall(r'"([^"]*)"', expression):
            assert set(quoted.split("|")) <= values, f"{where}: {quoted}"


def test_every_alert_says_what_it_means_how_urgent_it_is_and_what_to_do() -> None:
    headings = set(re.findall(r"^### (\w+)$", MANUAL.read_text(encoding="utf-8"), re.MULTILINE))
    named = [rule["alert"] for rule in rules()]
    assert len(named) == len(set(named))
    for rule in rules():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert DURATION.fullmatch(rule["for"])
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
        runbook = rule["annotations"]["runbook_url"]
        assert runbook == f"docs/operation.md#{rule['alert'].lower()}"
        assert rule["alert"] in headings
    assert {one for one in headings if one.startswith("Renewals")} == set(named)


def test_every_figure_of_ours_is_explained(exported: dict[str, set[str]]) -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    ours = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for name in exported
        if name.startswith("renewals_") and not name.endswith("_created")
    }
    for name in ours:
        shortened = {f"`…_{name[at:]}" for at in range(len("renewals_"), len(name))}
        assert any(f"{one}" in manual for one in {f"`{name}", *shortened}), name


def test_the_dashboard_can_be_imported_anywhere_and_no_panel_hides_another() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    assert [one["name"] for one in board["templating"]["list"]] == ["datasource", "job"]
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        if panel["type"] != "row":
            assert panel["targets"]
            assert panel["datasource"]["uid"] == "${datasource}"
