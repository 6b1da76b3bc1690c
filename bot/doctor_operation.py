"""Live checks of what keeps a service running: clock, schema, disk, files, audit, replicas."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.delivery.steady import steady_time
from bot.findings import Finding
from bot.logs import secrets_of
from bot.outside_time.clocks import OutsideClocks
from bot.outside_time.opening import platforms_to_ask
from bot.outside_time.watch import ClockWatch
from handlers.audit_record import last_audit
from handlers.rules import Rules
from storage.condition import revision, size, workers
from storage.engine import parse_url, sqlite_file
from storage.store import Store
from storage.transaction import Tx

ANSWER_S = 5.0
MIB = 1024 * 1024
FREE_LEAST = 512 * MIB
"""With less room than this a large import or a backup beside the file no longer fits."""

WAL_MOST = 256 * MIB
"""SQLite's log is folded into the file every few megabytes, unless a reader never ends."""

STALE = timedelta(minutes=5)
"""A lease that ran out so long ago shows that nobody delivers."""


async def examine_operation(
    store: Store, config: Config, rules: Rules, now: datetime, files: Iterable[Path] = ()
) -> list[Finding]:
    """Every check; `files` are those that hold configuration and secrets, or folders of them."""
    async with store.read() as tx:
        found, known = await revision(tx)
        held = await size(tx)
        findings = [_schema(found, known)]
        findings += await _workers(tx)
        findings.append(await _audit(tx, rules, now, timedelta(seconds=config.tick_every_s)))
    findings += _disk(config.database_url, held)
    findings += _permissions(config, files)
    return findings + await _clocks(store, config)


def _schema(found: str, known: str) -> Finding:
    told = {"found": found, "known": known}
    if found == known:
        return Finding("schema", True, "doctor.schema", told)
    # A newer one that says it works with this program is right in the middle of an upgrade.
    return Finding("schema", found > known, "doctor.schema_other", told)


def _disk(database_url: str, held: int) -> Iterator[Finding]:
    path = sqlite_file(parse_url(database_url)) if database_url else None
    if path is None:
        yield Finding("disk", True, "doctor.database_size", {"mib": held // MIB})
        return
    free = shutil.disk_usage(path.parent).free
    told = {"mib": held // MIB, "free": free // MIB}
    enough = free >= max(FREE_LEAST, 2 * held)
    yield Finding("disk", enough, "doctor.disk" if enough else "doctor.disk_low", told)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        log = wal.stat().st_size
        key = "doctor.wal" if log <= WAL_MOST else "doctor.wal_large"
        yield Finding("wal", log <= WAL_MOST, key, {"mib": log // MIB})


def _permissions(config: Config, files: Iterable[Path]) -> Iterator[Finding]:
    """Nobody but the service's own user (and group, where one was given) should read secrets."""
    if os.name != "posix":
        return
    secrets = [secret.encode() for secret in secrets_of(config) if secret]
    holding = [path for one in files for path in _inside(one) if _holds(path, secrets)]
    open_ones = [str(path) for path in holding if path.stat().st_mode & stat.S_IRWXO]
    if open_ones:
        yield Finding("files", False, "doctor.files_open", {"files": ", ".join(open_ones)})
    elif holding:
        yield Finding("files", True, "doctor.files", {"n": len(holding)})


def _holds(path: Path, secrets: Iterable[bytes]) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return any(secret in content for secret in secrets)


def _inside(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(each for each in path.iterdir() if each.is_file())
    return [path] if path.exists() else []


async def _audit(tx: Tx, rules: Rules, now: datetime, tick_every: timedelta) -> Finding:
    record = await last_audit(tx)
    if record is None:
        return Finding("audit", True, "doctor.audit_never")
    told: dict[str, object] = {"at": record.at, "n": record.total}
    # Ticks audit: where they are rarer than audits should be, each of them does.
    if now - record.at > 2 * max(rules.audit_every, tick_every):
        return Finding("audit", False, "doctor.audit_old", told)
    if record.total:
        return Finding("audit", False, "doctor.audit_found", told)
    return Finding("audit", True, "doctor.audit", told)


async def _workers(tx: Tx) -> list[Finding]:
    steady = await steady_time(tx)
    every = await workers(tx)
    late = [each for each in every if steady - each.until > STALE]
    if late:
        told = {"n": sum(each.rows for each in late), "names": ", ".join(e.name for e in late)}
        return [Finding("replicas", False, "doctor.leases_stale", told)]
    told = {"n": len(every), "rows": sum(each.rows for each in every)}
    return [Finding("replicas", True, "doctor.leases", told)]


async def _clocks(store: Store, config: Config) -> list[Finding]:
    watch = ClockWatch(store, OutsideClocks(), platforms_to_ask(config, within_s=ANSWER_S))
    verdict = await watch.look()
    if verdict.against:
        told = {"source": verdict.worst.source, "minutes": verdict.worst.minutes}
        return [Finding("clocks", False, "doctor.clocks_apart", told)]
    names = ", ".join(reading.source for reading in watch.readings())
    return [Finding("clocks", True, "doctor.clocks", {"names": names})] if names else []
