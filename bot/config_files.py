"""Secrets that lie in files, one a value, as containers and Kubernetes hand them over.

A file is named like the variable of the environment: `RENEWALS_SLACK__BOT_TOKEN`, `SLACK_BOT_TOKEN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoring.errors import ConfigError

SECRET_MOST = 16 * 1024
"""Bytes of one value; a longer file is not one."""


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """The values of a folder by their upper-case names."""

    values: dict[str, str]

    @classmethod
    def read(cls, folder: Path, *, prefix: str, also: frozenset[str]) -> SecretFiles:
        """The files of a folder whose names begin with `prefix`, or are among `also`.

        Copies beside them (`.bak`, `~`) are passed over. A line break at the end is no part of a
        value. ConfigError names what cannot be read.
        """
        faults: list[str] = []
        values: dict[str, str] = {}
        try:
            inside = sorted(folder.iterdir())
        except OSError as fault:
            raise ConfigError([f"RENEWALS_SECRETS_DIR: {folder}: {fault.strerror}"]) from None
        for path in inside:
            name = path.name.upper()
            if not path.is_file() or not (name.startswith(prefix) or name in also):
                continue
            if "." in name or name.endswith("~"):  # a copy aside, or one that is being written
                continue
            try:
                content = path.read_bytes()
                if len(content) > SECRET_MOST:
                    raise ValueError
                values[name] = content.decode().rstrip("\r\n")
            except OSError as fault:
                faults.append(f"{path}: {fault.strerror}")
            except ValueError:
                faults.append(f"{path}: not a value; one line of text is expected")
        if faults:
            raise ConfigError(faults)
        return cls(values)
