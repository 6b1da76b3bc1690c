"""Files that a command is to write: refused before any work, told in a sentence when it fails."""

from __future__ import annotations

import os
from pathlib import Path

import typer


def writable(path: Path, *, hint: str) -> Path:
    """The path, when a file can be written there; a usage error otherwise. Writes nothing."""
    folder = path.parent
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder; name a file in it", param_hint=hint)
    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder {folder}", param_hint=hint)
    if path.exists() and not path.is_file():
        raise typer.BadParameter(f"{path} is not an ordinary file", param_hint=hint)
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise typer.BadParameter(f"{path} may not be written", param_hint=hint)
    return path


def put(path: Path, content: bytes) -> None:
    """Write the file; exits with 1 and a sentence when the disk says no."""
    from bot.cli.shell import FAILED, fail

    try:
        path.write_bytes(content)
    except OSError as fault:
        fail([f"{path}: {fault.strerror}"], FAILED)
