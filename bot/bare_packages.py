"""Importing a part of a library without everything else that the library would load with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec


def import_bare(package: str) -> None:
    """Enter a package whose `__init__` lists all it has, without running that.

    Its modules can be imported after this as usual; the names that `__init__` would give are
    missing. Does nothing to a package that was imported before. ModuleNotFoundError when it is not
    installed.
    """
    if package in sys.modules:
        return
    spec = find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    sys.modules[package] = module_from_spec(spec)


@contextmanager
def without(library: str) -> Iterator[None]:
    """Let what is imported meanwhile do without an optional library, as if it were not installed.

    One that was imported before stays.
    """
    if library in sys.modules:
        yield
        return
    # How the import system is told so: ModuleNotFoundError for whoever asks.
    sys.modules[library] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[library]
