"""The program after ours: the same, with a schema that is one step further."""

from __future__ import annotations

import shutil
from pathlib import Path

from storage.migrations import HEAD
from tests.processes import ROOT

NEXT = f"{int(HEAD) + 1:04}"
HOLDS_S = 1.0
"""How long the migration keeps its locks, so that the old program meets them."""

_SCRIPT = f'''
import time

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("noted", sa.Text(), nullable=True))
    op.create_table("next_things", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute(
        "INSERT INTO schema_versions (revision, works_with, at) "
        "VALUES ('{NEXT}', '{{works_with}}', CURRENT_TIMESTAMP)"
    )
    time.sleep({HOLDS_S})
'''


def next_version(folder: Path, *, works_with: str = HEAD) -> Path:
    """Lay it out in a folder; its packages are ours but for the schema's history."""
    program = folder / "next"
    program.mkdir()
    for package in ("bot", "handlers", "messages", "scoring"):
        (program / package).symlink_to(ROOT / package, target_is_directory=True)
    leave = shutil.ignore_patterns("__pycache__")
    storage = Path(shutil.copytree(ROOT / "storage", program / "storage", ignore=leave))
    head = storage / "migrations" / "__init__.py"
    source = head.read_text(encoding="utf-8")
    head.write_text(source.replace(f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"'), encoding="utf-8")
    script = storage / "migrations" / "versions" / f"{NEXT}_next.py"
    script.write_text(_SCRIPT.replace("{works_with}", works_with), encoding="utf-8")
    return program
