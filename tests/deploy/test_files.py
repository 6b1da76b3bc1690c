"""What the deployment files name exists: paths, commands, settings, doors, ports.

There is no container engine in these tests; building the image is a step of the release.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from aiohttp import web

from bot.cli import app as command_line
from bot.config import Config, load_config
from bot.web.health import Figures, Health
from storage.store import Store
from tests.processes import ROOT

DEPLOY = ROOT / "deploy"
CONTROL = {"RENEWALS_CONFIG", "RENEWALS_SECRETS_DIR"}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, with continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(name, rest) for name, rest in pairs]


def of(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def container() -> dict[str, Any]:
    found: dict[str, Any] = kinds()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return found


def kinds() -> dict[str, Any]:
    documents = yaml.safe_load_all((DEPLOY / "k8s.yaml").read_text(encoding="utf-8"))
    return {document["kind"]: document for document in documents}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def unit() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "renewals.service").read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def assignments(lines: Iterable[str]) -> dict[str, str]:
    pairs = [word.split("=", 1) for line in lines for word in shlex.split(line)]
    return {name: value for name, value in pairs if name.startswith("RENEWALS_")}


SETTINGS = [
    *assignments(of("ENV")),
    *compose()["services"]["renewals"]["environment"],
    *(each["name"] for each in container()["env"]),
    *assignments(unit()["Environment"]),
]


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - CONTROL))
def test_every_variable_is_a_setting(name: str) -> None:
    fields: Any = Config.model_fields
    for part in name.removeprefix("RENEWALS_").lower().split("__"):
        assert part in fields
        fields = getattr(fields[part].annotation, "model_fields", {})


COMMANDS = [
    *re.findall(r'"renewals", "(\w+)"', "\n".join(of("HEALTHCHECK") + of("CMD"))),
    *(" ".join(each) for each in [re.findall(r'"(\w+)"', of("CMD")[-1])]),
    container()["args"][0],
    *(re.sub(r"^\S+/renewals | --.*", "", line) for line in unit()["ExecStart"]),
]


def test_a_restart_is_refused_by_nothing_that_a_running_service_takes_up() -> None:
    """`config check` is stricter than `run`: before it, a reboot would end what a reload took."""
    assert "ExecStartPre" not in unit()


@pytest.mark.parametrize("line", sorted(set(COMMANDS)))
def test_every_command_exists(line: str) -> None:
    from typer.main import get_command

    known: Any = get_command(command_line)
    for word in line.split():
        known = known.commands[word]
    assert known.callback is not None
    assert not hasattr(known, "commands")


def test_the_image_is_made_of_what_is_there_and_nothing_else() -> None:
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        source for line in of("COPY") if "--from" not in line for source in shlex.split(line)[:-1]
    }
    assert copied == let_in
    assert [path for path in copied if not (ROOT / path).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= copied


def test_the_image_can_be_made_with_an_extra_whose_lock_is_there() -> None:
    assert of("ARG") == ["EXTRA="]
    (install,) = (line for line in of("RUN") if "--require-hashes" in line)
    assert install.endswith("-r requirements.lock ${EXTRA:+-r requirements-$EXTRA.lock}")
    assert compose()["services"]["renewals"]["build"]["args"] == {"EXTRA": "${EXTRA:-}"}
    assert (ROOT / "requirements-sentry.lock").exists()


def test_the_image_does_not_run_as_root_and_starts_without_a_shell() -> None:
    assert of("USER") == ["10001:10001"]
    assert all(line.startswith("[") for line in (*of("ENTRYPOINT"), *of("CMD")))
    assert {line.split(" AS ")[0] for line in of("FROM")} == {"python:3.13-slim"}


async def test_probes_ask_doors_that_are_there(store: Store) -> None:
    application = web.Application()
    Health(store, Figures.new()).add_to(application)
    doors = {resource.canonical for resource in application.router.resources()}
    probes = [container()[name]["httpGet"] for name in PROBES]
    assert {urlsplit(probe["path"]).path for probe in probes} <= doors
    named = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert {probe["port"] for probe in probes} == {"http"}
    assert {port["targetPort"] for port in kinds()["Service"]["spec"]["ports"]} == {"http"}
    annotations = kinds()["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] in doors
    assert int(annotations["prometheus.io/port"]) == named["monitoring"]
    assert named["http"] == int(of("EXPOSE")[0])


PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def test_the_manifests_configuration_is_right_and_ends_in_time(tmp_path: Path) -> None:
    file = tmp_path / "renewals.toml"
    file.write_text(kinds()["ConfigMap"]["data"]["renewals.toml"], encoding="utf-8")
    config = load_config(file, database_url="postgresql+psycopg://renewals@database/renewals")
    pod = kinds()["Deployment"]["spec"]["template"]["spec"]
    assert config.stop_within_s < pod["terminationGracePeriodSeconds"]
    assert 0 < config.http.leaving_s < config.stop_within_s
    at = config.http.monitoring_at
    assert at is not None
    ports = [port["containerPort"] for port in container()["ports"]]
    assert ports == [config.http.port, at[1]]


def test_everything_mounted_is_declared_and_every_selector_finds_the_pods() -> None:
    found = kinds()
    pod = found["Deployment"]["spec"]["template"]
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    assert {mount["name"] for mount in container()["volumeMounts"]} == volumes
    labels = pod["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"] == labels
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert found[kind]["spec"]["selector"]["matchLabels"] == labels
    assert (
        found["Deployment"]["spec"]["replicas"]
        > found["PodDisruptionBudget"]["spec"]["minAvailable"]
    )


def test_nobody_ends_the_service_before_it_has_finished() -> None:
    usual = Config.model_fields["stop_within_s"].default
    services = compose()["services"]
    assert usual < int(services["renewals"]["stop_grace_period"].removesuffix("s"))
    assert usual < int(unit()["TimeoutStopSec"][0])


def test_compose_starts_a_database_only_when_it_is_asked_for() -> None:
    services = compose()["services"]
    assert "profiles" not in services["renewals"]
    assert services["database"]["profiles"] == ["postgres"]
    assert services["renewals"]["depends_on"]["database"]["required"] is False
    named = {mount.split(":")[0] for service in services.values() for mount in service["volumes"]}
    assert {name for name in named if not name.startswith("./")} == set(compose()["volumes"])


def test_the_unit_can_write_its_book_and_nothing_else() -> None:
    found = unit()
    state = f"/var/lib/{found['StateDirectory'][0]}"
    assert assignments(found["Environment"])["RENEWALS_DATABASE_URL"].startswith(
        f"sqlite+aiosqlite:///{state}/"
    )
    assert (found["ProtectSystem"], found["NoNewPrivileges"]) == (["strict"], ["yes"])
    assert found["User"] != ["root"]
    assert found["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        (["fuzz"], "2"),
        (["faults"], "12"),
        (["fuzz", "MINUTES=5"], "5"),
        (["faults", "MINUTES=5"], "5"),
    ],
)
def test_make_takes_as_long_as_its_help_says(asked: list[str], minutes: str) -> None:
    make = shutil.which("make")
    assert make is not None
    told = subprocess.run(
        [make, "--dry-run", *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert f"--minutes {minutes} " in told.stdout


def test_a_platform_that_is_away_does_not_close_the_door_to_the_other_one() -> None:
    asked = urlsplit(container()["readinessProbe"]["httpGet"]["path"])
    assert set(parse_qs(asked.query)["exclude"]) == {"slack", "wecom", "clock"}
