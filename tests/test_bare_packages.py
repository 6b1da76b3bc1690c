from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GREEDY = {
    "greedy/__init__.py": "import greedy.all_of_it\nEVERYTHING = True\n",
    "greedy/all_of_it.py": "",
    "greedy/part.py": "from greedy.beside import VALUE\n",
    "greedy/beside.py": "VALUE = 7\n",
    "choosy.py": "try:\n    import greedy\nexcept ImportError:\n    greedy = None\n",
}
"""A package that loads all it has, and a module that can do without it."""


@pytest.mark.parametrize(
    "program",
    [
        "import_bare('greedy')\n"
        "from greedy.part import VALUE\n"
        "assert VALUE == 7\n"
        "assert 'greedy.all_of_it' not in sys.modules\n",
        "import greedy\nimport_bare('greedy')\nassert greedy.EVERYTHING\n",
        "try:\n"
        "    import_bare('nowhere')\n"
        "except ModuleNotFoundError as fault:\n"
        "    assert fault.name == 'nowhere'\n"
        "else:\n"
        "    assert False\n",
        "with without('greedy'):\n"
        "    import choosy\n"
        "assert choosy.greedy is None\n"
        "import greedy\n"
        "assert greedy.EVERYTHING\n",
        "import greedy\n"
        "with without('greedy'):\n"
        "    import choosy\n"
        "assert choosy.greedy is greedy\n",
    ],
    ids=[
        "a part is imported without the rest",
        "a package that was imported stays as it is",
        "a package that is not installed is missing",
        "what is imported meanwhile does without",
        "what was imported before is not taken away",
    ],
)
def test_a_library_is_loaded_as_far_as_it_is_needed(program: str, tmp_path: Path) -> None:
    for name, text in GREEDY.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    program = f"import sys\nfrom bot.bare_packages import import_bare, without\n{program}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
