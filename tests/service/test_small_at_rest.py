from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from storage.schema import upgrade
from tests.processes import READY, ROOT
from tests.wecom import forging

UNUSED = frozenset(
    {
        "alembic",
        "bot.loopback",
        "bot.web.playground",
        "jinja2",
        "numpy",
        "openpyxl",
        "psycopg",
        "requests",
        "resvg_py",
        "rich",
        "sentry_sdk",
    }
)
"""What a service that waits does without: megabytes each, or for what is not in use."""

KEPT_FOR_GOOD = 50_000
"""At least so many objects are loaded at the start, and need not be looked at again."""

TELLING = """
import atexit, gc, sys
from bot.__main__ import main

atexit.register(lambda: print(gc.get_freeze_count(), *sys.modules, file=sys.stderr))
main()
"""
"""The program, which says in the end what it has loaded and for how much of it nobody looks."""

CONFIG = f"""
database_url = "{{url}}"
[http]
port = 0
[slack]
bot_token = "xoxb-of-a-workspace"
signing_secret = "8f742231b10e8888abcd99yyyzzz85a5"
api_url = "http://127.0.0.1:9/"
[wecom]
api_url = "http://127.0.0.1:9"
corp_id = "{forging.CORP}"
[wecom.app]
agent_id = 1000002
secret = "app-secret"
token = "{forging.TOKEN}"
encoding_aes_key = "{forging.AES_KEY}"
"""


def test_a_service_on_both_platforms_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'book.db'}"
    asyncio.run(upgrade(url))
    config, errors = tmp_path / "renewals.toml", tmp_path / "errors.txt"
    config.write_text(CONFIG.format(url=url), encoding="utf-8")
    config.chmod(0o600)
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", TELLING, "run", "--config", str(config)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        finally:
            process.kill()
    told = errors.read_text()
    assert line.startswith(READY), told
    kept, *modules = told.splitlines()[-1].split()
    loaded = set(modules)
    assert {"bot.app", "slack_bolt", "wechatpy.crypto.base"} <= loaded
    assert loaded & UNUSED == set()
    assert int(kept) > KEPT_FOR_GOOD
