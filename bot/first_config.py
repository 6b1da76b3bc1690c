"""The first configuration, by questions with sensible answers ready."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from messages.i18n import Phrasebook

Ask = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Answers:
    """What `renewals init` asks; empty strings leave a part out."""

    time_zone: str
    currency: str
    locale: str
    team: str
    robot: str
    robot_key: str


def ask(phrases: Phrasebook, question: Ask) -> Answers:
    """Ask everything once; `question` shows a text and a default and returns what was typed."""
    zone = question(phrases.t("init.zone"), "Asia/Shanghai")
    currency = question(phrases.t("init.currency"), "CNY")
    locale = question(phrases.t("init.locale"), phrases.locale.value)
    team = question(phrases.t("init.team"), "")
    robot_key = question(phrases.t("init.robot_key"), "")
    robot = question(phrases.t("init.robot"), "main") if robot_key else ""
    return Answers(zone, currency, locale, team, robot, robot_key)


def written(answers: Answers) -> str:
    """The answers as TOML."""
    lines = [
        'database_url = "sqlite+aiosqlite:///renewals.db"',
        f"base_currency = {_text(answers.currency)}",
        f"time_zone = {_text(answers.time_zone)}",
        f"locale = {_text(answers.locale)}",
        "",
        "[http]",
        'host = "127.0.0.1"',
        "port = 8080",
        "",
        "[playground]",
        "enabled = true",
    ]
    if answers.robot:
        lines += ["", "[wecom.robots]", f"{answers.robot} = {{ key = {_text(answers.robot_key)} }}"]
    if answers.team:
        places = [f"wecom:robot:{answers.robot}"] if answers.robot else []
        lines += ["", f"[teams.{_text(answers.team)}]", f"places = {json.dumps(places)}"]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    # JSON strings are TOML basic strings.
    return json.dumps(value, ensure_ascii=False)
