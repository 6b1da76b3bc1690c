"""Seals of the audit trail in the log: out of the database's reach, they prove its chain."""

from __future__ import annotations

import structlog

from storage.audit_chain import Seal

log = structlog.get_logger()


def log_seal(seal: Seal) -> None:
    """One line."""
    log.info(
        "audit sealed",
        seal=seal.no,
        entries=seal.entries,
        last_entry=seal.last_id,
        hash=seal.hash,
    )
