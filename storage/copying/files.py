"""SQLite files that come into being whole: made beside their place, then renamed into it.

Whatever happens meanwhile, the place holds what was there before or all of the new one. A process
that died leaves a `.part` file, which the next one takes over.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from scoring.errors import Refused
from storage.copying.doors import faults_told

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file under its name, and would take for the new file's."""

_DAMAGED = ("not a database", "malformed")


@contextmanager
def part_of(place: Path) -> Iterator[Path]:
    """An empty file to make the new one in, for its owner alone; gone at the end if still there.

    Refused when somebody else is making the same file, or none can be made there.
    """
    part = place.with_name(f"{place.name}.part")
    with files_told(part):
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        _check_ours(handle, part)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise Refused("copying.being_made", file=place) from fault
        if not _is_at(handle, part):
            # Whoever made it finished between our two steps: this is no part any more.
            raise Refused("copying.being_made", file=place)
        os.fchmod(handle, 0o600)
        os.ftruncate(handle, 0)
        _remove_beside(part)
        try:
            yield part
        finally:
            # Once it has its name, what lies here is already somebody else's.
            if _is_at(handle, part):
                _remove_beside(part)
                part.unlink()
    finally:
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    """Whether the open file still has that name."""
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(handle), there)


def _check_ours(handle: int, part: Path) -> None:
    """Refused for what somebody laid there, to have it overwritten or to read what we write."""
    about = os.fstat(handle)
    owners = {os.geteuid(), part.absolute().parent.stat().st_uid}
    if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1 or about.st_uid not in owners:
        raise Refused("copying.foreign_part", file=part)


def finish(part: Path) -> None:
    """Make one whole, sound file of a database nobody uses any more, and see it on the disk."""
    with faults_told(), closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
        found = connection.execute("PRAGMA integrity_check").fetchone()
        if found != ("ok",):
            raise Refused("copying.unsound", file=part, detail=found[0])
    _sync(part)


def begin_again(part: Path) -> None:
    """Make the file empty once more."""
    _remove_beside(part)
    os.truncate(part, 0)


def put_new(part: Path, place: Path, *, over: bool) -> None:
    """Give the finished file its name; Refused when there is one already, unless `over`."""
    with files_told(place):
        if over:
            part.replace(place)
        else:
            try:
                os.link(part, place)
            except FileExistsError as fault:
                raise Refused("copying.exists", file=place) from fault
            part.unlink()
        _sync(place.parent)


def put_in_place(part: Path, place: Path, now: datetime) -> Path | None:
    """Give a finished book the place of another, which is kept under the name that is returned.

    Refused while anybody has the other one open: SQLite would write what it still has to write
    into the new file.
    """
    aside = _free(place, now)
    _give_to_its_user(part, place)
    if not place.exists():
        # A log without its book is all that is left of one. The new one must not find it.
        moved = _move_beside(place, aside)
        put_new(part, place, over=False)
        return aside if moved else None
    with files_told(place), _alone_with(place) as sound:
        if not sound:
            _move_beside(place, aside)
        os.link(place, aside)
        part.replace(place)
        _sync(place.parent)
    return aside


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file that is there."""
    with files_told(one):
        return one.exists() and other.exists() and one.samefile(other)


def nobody_uses(place: Path) -> None:
    """Refused while another process has the book open. One that cannot be read is used by nobody."""
    if place.exists():
        with files_told(place), _alone_with(place):
            pass


@contextmanager
def _alone_with(place: Path) -> Iterator[bool]:
    """Nobody else can open the file for the block, and all of the book is in it; False for a file
    that is no readable book."""
    connection = sqlite3.connect(place, isolation_level=None, timeout=2.0)
    try:
        try:
            # Whoever has a book open with a write-ahead log holds a shared lock on it all the time.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            sound = True
        except sqlite3.DatabaseError as fault:
            if "locked" in str(fault):
                raise Refused("copying.in_use", file=place) from fault
            if not any(sign in str(fault) for sign in _DAMAGED):
                raise Refused("copying.file", file=place, detail=str(fault)) from fault
            sound = False
        yield sound
    finally:
        connection.close()


@contextmanager
def files_told(path: Path) -> Iterator[None]:
    """What the operating system says about a file becomes a sentence."""
    try:
        yield
    except OSError as fault:
        raise Refused("copying.file", file=path, detail=fault.strerror or str(fault)) from fault


def _give_to_its_user(part: Path, place: Path) -> None:
    """Whoever could use the former book can use this one, also when root restores it."""
    with files_told(place):
        former = place.stat() if place.exists() else None
        owner = former or place.absolute().parent.stat()
        if os.geteuid() == 0:
            os.chown(part, owner.st_uid, owner.st_gid)
        part.chmod(0o600 if former is None else former.st_mode & 0o777)


def _free(place: Path, now: datetime) -> Path:
    stem = f"{place.name}.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (place.with_name(f"{stem}{more}") for more in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not name.exists())


def _move_beside(place: Path, aside: Path) -> bool:
    moved = False
    for ending in _BESIDE:
        beside = Path(f"{place}{ending}")
        if beside.exists():
            with files_told(beside):
                beside.replace(f"{aside}{ending}")
            moved = True
    return moved


def _remove_beside(part: Path) -> None:
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{part}{ending}").unlink()


def _sync(path: Path) -> None:
    with files_told(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
