"""The doctor says what keeps a service from running on, and how to mend it."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Config, Slack
from bot.doctor_operation import examine_operation
from bot.findings import Finding
from handlers.jobs.tick import tick_once
from messages.i18n import Phrasebook
from scoring.model import Locale
from storage.store import Store
from tests.chat.conftest import book
from tests.sample_book import MONDAY, RULES

__all__ = ["book"]

NOW = MONDAY.astimezone(UTC)


async def examined(
    store: Store,
    url: str,
    *,
    later: timedelta = timedelta(),
    files: tuple[Path, ...] = (),
    tick_every_s: int = 45,
) -> dict[str, Finding]:
    slack = Slack.model_construct(signing_secret=SecretStr("a-secret-of-ours"))
    config = Config.model_construct(database_url=url, slack=slack, tick_every_s=tick_every_s)
    found = await examine_operation(store, config, RULES, NOW + later, files)
    for locale in Locale:
        phrases = Phrasebook(locale, RULES.zone)
        assert all(phrases.t(finding.key, **finding.params) for finding in found)
    return {finding.name: finding for finding in found}


async def sql(store: Store, statement: str) -> None:
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql(statement)


async def test_a_fresh_book_lacks_nothing(store: Store, database_url: str) -> None:
    found = await examined(store, database_url)
    assert [finding for finding in found.values() if not finding.ok] == []
    assert {"schema", "disk", "audit", "replicas"} <= set(found)


async def test_an_audit_is_clean_then_finds_something_then_is_too_old(
    store: Store, database_url: str, book: object
) -> None:
    await tick_once(store, RULES, NOW)
    assert (await examined(store, database_url))["audit"].key == "doctor.audit"
    await sql(store, "UPDATE deliveries SET state = 'failed'")
    await tick_once(store, RULES, NOW, only="audit")
    assert (await examined(store, database_url))["audit"].key == "doctor.audit_found"
    old = (await examined(store, database_url, later=timedelta(hours=3)))["audit"]
    assert (old.key, old.ok) == ("doctor.audit_old", False)
    rarely = await examined(store, database_url, later=timedelta(hours=3), tick_every_s=7200)
    assert rarely["audit"].key == "doctor.audit_found"


@pytest.mark.parametrize(
    ("until", "key"),
    [
        ("2999-01-01 00:00:00.000000", "doctor.leases"),
        ("1969-01-01 00:00:00.000000", "doctor.leases_stale"),
    ],
)
async def test_deliveries_that_a_dead_service_left_are_named(
    store: Store, database_url: str, book: object, until: str, key: str
) -> None:
    await tick_once(store, RULES, NOW)
    await sql(
        store,
        f"UPDATE deliveries SET state = 'leased', lease_owner = 'one', leased_until = '{until}'",  # noqa: S608
    )
    assert (await examined(store, database_url))["replicas"].key == key


async def test_an_older_schema_is_told(store: Store, database_url: str) -> None:
    await sql(store, "UPDATE alembic_version SET version_num = '0001'")
    schema = (await examined(store, database_url))["schema"]
    assert (schema.key, schema.ok) == ("doctor.schema_other", False)


@pytest.mark.parametrize(
    ("mode", "key"),
    [(0o600, "doctor.files"), (0o640, "doctor.files"), (0o644, "doctor.files_open")],
)
async def test_files_with_secrets_are_nobody_elses(
    store: Store, database_url: str, tmp_path: Path, mode: int, key: str
) -> None:
    secret, harmless = tmp_path / "SLACK_SIGNING_SECRET", tmp_path / "notes"
    secret.write_text("a-secret-of-ours\n")
    harmless.write_text("nothing of interest")
    harmless.chmod(0o644)
    secret.chmod(mode)
    assert (await examined(store, database_url, files=(tmp_path,)))["files"].key == key
    assert "files" not in await examined(store, database_url, files=(harmless,))


async def test_a_password_in_the_databases_address_is_a_secret_too(
    store: Store, tmp_path: Path
) -> None:
    url = "postgresql+psycopg://bot:of%40ours%2Ftoo@db/book"
    file = tmp_path / "renewals.toml"
    file.write_text(f'database_url = "{url}"\n')
    file.chmod(0o644)
    assert (await examined(store, url, files=(file,)))["files"].key == "doctor.files_open"
