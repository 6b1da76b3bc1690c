"""Write a migration from what the tables say now: scripts/new_migration.py REVISION "message"."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from storage.schema import alembic_config


def main() -> None:
    """Compare a database at head with the tables and write the difference as a script."""
    revision, message = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'compare.db'}")
        with engine.begin() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=message, autogenerate=True, rev_id=revision)
        engine.dispose()


if __name__ == "__main__":
    main()
