"""The configuration: `renewals.toml`, the environment on top, every fault told at once.

Keys are those of the file; each is also `RENEWALS_…` in the environment with `__` between levels
(`RENEWALS_HTTP__PORT`). Secrets may come from files (`RENEWALS_SECRETS_DIR`). Nothing below `bot`
sees this; `Rules` and plain values are handed down.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import (
    Field,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.config_files import SecretFiles
from bot.config_monitoring import Monitoring
from bot.config_sections import (
    Alerts,
    Delivery,
    Expansion,
    Hours,
    Http,
    Milestones,
    OfferSection,
    Playground,
    Team,
)
from bot.config_slack import Slack, slack_faults
from bot.config_wecom import Section, Wecom, WecomAibot, WecomApp, WecomRobot, wecom_faults
from scoring.errors import ConfigError
from scoring.zones import zone_named

__all__ = [
    "Config",
    "Http",
    "Playground",
    "Section",
    "Slack",
    "Team",
    "Wecom",
    "WecomAibot",
    "WecomApp",
    "WecomRobot",
    "files_of",
    "load_config",
    "unknown_robots",
    "where_it_listens",
]

PREFIX = "RENEWALS_"
TEST_PREFIX = "RENEWALS_TEST_"

_CONTROL = frozenset({"RENEWALS_CONFIG", "RENEWALS_SECRETS_DIR"})
_USUAL_NAMES = {
    "SLACK_BOT_TOKEN": ("slack", "bot_token"),
    "SLACK_APP_TOKEN": ("slack", "app_token"),
    "SLACK_SIGNING_SECRET": ("slack", "signing_secret"),
}


class Config(BaseSettings):
    """All keys with their defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database_url: str = ""
    base_currency: str = Field("CNY", pattern=r"^[A-Z]{3}$")
    time_zone: str = "Asia/Shanghai"
    locale: str = Field("zh_CN", pattern=r"^(zh_CN|zh|en)$")
    country: str = ""
    off_days: list[str] = []
    working_days: list[str] = []
    escalate_after_hours: int = Field(24, ge=1, le=24 * 14)
    undo_minutes: int = Field(10, ge=1, le=120)
    amounts_in_shared_places: bool = False
    tick_every_s: int = Field(45, ge=5, le=3600)
    stop_within_s: int = Field(25, ge=2, le=600)
    log_format: str = Field("console", pattern=r"^(console|json)$")
    http: Http = Http()
    slack: Slack = Slack()
    wecom: Wecom = Wecom()
    teams: dict[str, Team] = {}
    milestones: Milestones = Milestones()
    hours: Hours = Hours()
    offers: list[OfferSection] = []
    playground: Playground = Playground()
    delivery: Delivery = Delivery()
    alerts: Alerts = Alerts()
    expansion: Expansion = Expansion()
    monitoring: Monitoring = Monitoring()
    test_crash_at: str = ""
    """For fault tests alone: the name of a point at which the process kills itself."""

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        if zone_named(name) is None:
            raise ValueError("not a time zone; write one such as Asia/Shanghai")
        return name

    @field_validator("off_days", "working_days")
    @classmethod
    def _days(cls, days: list[str]) -> list[str]:
        from datetime import date

        for day in days:
            try:
                date.fromisoformat(day)
            except ValueError:
                raise ValueError(f"{day!r} is not a day; write one such as 2026-10-01") from None
        return days

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The file's values come in as init values; the environment wins over them.
        files = EnvSettingsSource(settings_cls)
        files.env_vars = {name.lower(): value for name, value in _secret_files().items()}
        sources: list[PydanticBaseSettingsSource] = [EnvSettingsSource(settings_cls), files]
        assert isinstance(init_settings, InitSettingsSource)  # noqa: S101 - for the type checker
        return (*sources, init_settings)


def load_config(path: Path | None = None, *, database_url: str | None = None) -> Config:
    """The configuration of a file (given, `RENEWALS_CONFIG`, or ./renewals.toml) and environment.

    ConfigError names every fault at once. `database_url` overrides both.
    """
    chosen = path or _named_file()
    faults: list[str] = []
    values: dict[str, Any] = {}
    if chosen is not None:
        try:
            values = tomllib.loads(chosen.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            faults.append(f"{chosen}: there is no such file; `renewals init` writes one")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            faults.append(f"{chosen}: not readable as TOML: {fault}")
        except OSError as fault:
            faults.append(f"{chosen}: {fault.strerror}")
    try:
        secrets = _secret_files()
    except ConfigError as fault:
        raise ConfigError([*faults, *fault.faults]) from None
    _take_usual_names(values, secrets)
    faults += _unknown_names(os.environ, "in the environment")
    faults += _unknown_names(secrets, "in RENEWALS_SECRETS_DIR")
    try:
        config = Config(**values)
    except ValidationError as fault:
        faults += [_sentence(error) for error in fault.errors()]
        raise ConfigError([*faults, *_further_faults(values, fault)]) from None
    if config.http.leaving_s >= config.stop_within_s:
        faults.append("http.leaving_s has to be less than stop_within_s")
    faults += slack_faults(config.slack, config.http.public_url)
    faults += wecom_faults(config.wecom)
    if faults:
        raise ConfigError(faults)
    home = chosen.resolve().parent if chosen is not None else Path.cwd()
    url = database_url or config.database_url or f"sqlite+aiosqlite:///{home / 'renewals.db'}"
    return config.model_copy(update={"database_url": url})


def where_it_listens(path: Path | None = None) -> tuple[str, int]:
    """Host and port of a configuration that `load_config` refuses, as far as they can be read.

    Each from the environment, else the file, else its default: what runs listens there, whatever
    the file has become since.
    """
    chosen = path or _named_file()
    written, found = None, {}
    with suppress(OSError, ValueError):
        written = (
            tomllib.loads(chosen.read_text(encoding="utf-8-sig")).get("http") if chosen else {}
        )
    for key in ("host", "port"):
        usual = written.get(key) if isinstance(written, dict) else None
        value = os.environ.get(f"{PREFIX}HTTP__{key.upper()}", usual)
        if value is not None:
            found[key] = value
    try:
        http = Http.model_validate(found)
    except ValidationError:
        http = Http()
    return http.host, http.port


def files_of(path: Path | None = None) -> tuple[Path, ...]:
    """The files and folders that `load_config` reads, to be watched for changes."""
    secrets = os.environ.get("RENEWALS_SECRETS_DIR")
    chosen = path or _named_file()
    return tuple(one for one in (chosen, Path(secrets) if secrets else None) if one is not None)


def _further_faults(values: dict[str, Any], found: ValidationError) -> list[str]:
    """What else is wrong, beside the parts that cannot be read at all."""
    unreadable = {str(error["loc"][0]) for error in found.errors() if error["loc"]}
    try:
        config = Config(**{key: part for key, part in values.items() if key not in unreadable})
    except ValidationError:
        return []
    faults: list[str] = []
    if not {"slack", "http"} & unreadable:
        faults += slack_faults(config.slack, config.http.public_url)
    return faults if "wecom" in unreadable else faults + wecom_faults(config.wecom)


def unknown_robots(config: Config) -> list[str]:
    """A sentence for each group robot that a team names and that has no key.

    No fault for starting: the playground shows such a group by itself.
    """
    return [
        f"teams.{name}.places: {place} has no key under [wecom.robots]"
        for name, team in config.teams.items()
        for place in team.places
        if place.startswith("wecom:robot:")
        and place.removeprefix("wecom:robot:") not in config.wecom.robots
    ]


def _named_file() -> Path | None:
    named = os.environ.get("RENEWALS_CONFIG")
    if named:
        return Path(named)
    usual = Path("renewals.toml")
    return usual if usual.exists() else None


def _secret_files() -> dict[str, str]:
    folder = os.environ.get("RENEWALS_SECRETS_DIR")
    if not folder:
        return {}
    return SecretFiles.read(Path(folder), prefix=PREFIX, also=frozenset(_USUAL_NAMES)).values


def _take_usual_names(values: dict[str, Any], secrets: Mapping[str, str]) -> None:
    for name, (section, key) in _USUAL_NAMES.items():
        given = os.environ.get(name) or secrets.get(name)
        if given and isinstance(values.setdefault(section, {}), dict):
            values[section].setdefault(key, given)


def _unknown_names(names: Iterable[str], where: str) -> list[str]:
    """A mistyped name would be ignored silently; say so instead."""
    from rapidfuzz import process

    known = [f"{PREFIX}{name.upper()}" for name in Config.model_fields]
    faults = []
    for name in sorted(names):
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX) or name in _CONTROL:
            continue
        top = name.split("__")[0]
        if top in known:
            continue
        near = process.extractOne(top, known, score_cutoff=70)
        hint = f"; did you mean {near[0]}?" if near else ""
        faults.append(f"{name} {where} is not a setting{hint}")
    return faults


_WRITE = {
    "base_currency": "a currency's three capital letters, such as CNY",
    "locale": "zh_CN or en",
    "log_format": "console or json",
}
"""What belongs where a pattern was not met."""


def _sentence(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such key; see docs/configuration.md"
    if error["type"] == "string_pattern_mismatch":
        return f"{where}: write {_WRITE.get(where, 'it as docs/configuration.md says')}"
    return f"{where}: {what}"
