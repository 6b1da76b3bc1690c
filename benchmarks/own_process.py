"""Measuring in a process of its own, so that neither memory nor caches of another run count."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.timing import peak_mb


def measured(work: str, **arguments: Any) -> dict[str, float]:
    """Call `module:function(**arguments)` in a fresh process; its figures and `peak_mb`."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.own_process", work, json.dumps(arguments)],
        stdout=subprocess.PIPE,
        check=True,
        env={name: value for name, value in os.environ.items() if name != _NO_CACHE},
        cwd=Path(__file__).parents[1],
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


_NO_CACHE = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, every start compiles everything again; an installation does not."""


def main() -> None:
    """The other side: do it, print the figures."""
    module, _, function = sys.argv[1].partition(":")
    work = getattr(importlib.import_module(module), function)
    figures = asyncio.run(work(**json.loads(sys.argv[2])))
    print(json.dumps({**figures, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
