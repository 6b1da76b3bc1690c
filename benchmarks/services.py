"""The service as it is installed, `renewals run` in processes of its own, and what they take."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.book import NOW, TEAMS
from tests.processes import Started, started
from tests.wecom import forging

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 public: Slack's documentation
AGENT = 1_000_002


def settings(
    url: str,
    platforms: str,
    *,
    slack: bool = True,
    robots: Sequence[str] = (),
    repeat_unknown: bool = True,
    settle_s: int = 120,
    lease_s: int = 60,
) -> str:
    """A renewals.toml: both platforms (or WeCom alone), told at `platforms`, no limit of a day."""
    lines = [
        f'database_url = "{url}"',
        'time_zone = "Asia/Shanghai"',
        'log_format = "json"',
        "[http]\nport = 0",
        f"[delivery]\nsettle_s = {settle_s}\nlease_s = {lease_s}\nrepeat_unknown = {str(repeat_unknown).lower()}",
        "[alerts]\nper_day = 1000",
        f'[wecom]\napi_url = "{platforms}"\ncorp_id = "{forging.CORP}"',
        f'[wecom.app]\nagent_id = {AGENT}\nsecret = "app-secret"',
        f'token = "{forging.TOKEN}"\nencoding_aes_key = "{forging.AES_KEY}"',
        f'[wecom.aibot]\ntoken = "{forging.TOKEN}"\nencoding_aes_key = "{forging.AES_KEY}"',
    ]
    if slack:
        lines += [
            f'[slack]\nbot_token = "xoxb-1"\nsigning_secret = "{SIGNING_SECRET}"',
            f'api_url = "{platforms}/api/"',
        ]
        lines += [
            f'[teams."team {n}"]\nplaces = ["slack:#renewals-{n}"]' for n in range(1, TEAMS + 1)
        ]
    lines += [f'[wecom.robots."{name}"]\nkey = "key-{name}"' for name in robots]
    return "\n".join(lines) + "\n"


@contextmanager
def service(directory: Path, name: str, toml: str) -> Iterator[Started]:
    """A replica that is ready; its clock starts on the morning of the book."""
    config = directory / f"{name}.toml"
    config.write_text(toml, encoding="utf-8")
    config.chmod(0o600)
    arguments = ("run", "--config", str(config), "--now", NOW.isoformat())
    # Where it is set, every start compiles everything again; an installation does not.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with started(*arguments, cwd=directory) as running:
        yield running


def resident_mb(pid: int) -> float:
    """The memory a process holds now, in MiB."""
    return _status_mb(pid, "VmRSS")


def most_resident_mb(pid: int) -> float:
    """The most memory a process has held, in MiB."""
    return _status_mb(pid, "VmHWM")


def open_files(pid: int) -> int:
    """How many descriptors a process holds."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _status_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
