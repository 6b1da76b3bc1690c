"""A service as it is really started exports every figure that the rules and the dashboard ask for."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.processes import ROOT, started

CONFIG = """
database_url = "sqlite+aiosqlite:///{folder}/book.db"
[http]
port = 0
monitoring = "127.0.0.1:{port}"
"""
ENDINGS = re.compile(r"_(bucket|count|sum)$")


def asked_for() -> set[str]:
    """The names of figures in alert rules and dashboard, without those of Prometheus itself."""
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
    board = json.loads((ROOT / "deploy/grafana/renewals.json").read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    expressions += [
        target["expr"] for panel in board["panels"] for target in panel.get("targets", ())
    ]
    return set(re.findall(r"\b(?:renewals|process)_\w+", "\n".join(expressions)))


def test_everything_that_is_asked_for_is_there_from_the_start(tmp_path: Path) -> None:
    config = tmp_path / "renewals.toml"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config.write_text(CONFIG.format(folder=tmp_path, port=port), encoding="utf-8")
    with started("run", "--config", str(config)) as service:
        with pytest.raises(HTTPError, match="404"):
            urllib.request.urlopen(f"{service.address}/metrics", timeout=20)  # noqa: S310
        address = f"http://127.0.0.1:{port}/metrics"
        with urllib.request.urlopen(address, timeout=20) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
        service.stop()
    exported = {family.name for family in families}
    exported |= {f"{family.name}_total" for family in families if family.type == "counter"}
    histograms = {family.name for family in families if family.type == "histogram"}
    for name in asked_for():
        assert name in exported or ENDINGS.sub("", name) in histograms, name
    values = {sample.name: sample.value for family in families for sample in family.samples}
    assert values["renewals_database_up"] == values["renewals_clock_trusted"] == 1
    assert values["renewals_ticks_total"] >= 1
    assert values["renewals_tick_every_seconds"] == 45
    assert values["renewals_audit_every_seconds"] == 3600
