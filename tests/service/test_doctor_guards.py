"""The doctor misses the triggers that keep the audit trail and note what is deleted by hand."""

from __future__ import annotations

import pytest

from bot.config import Config
from bot.doctor import examine
from bot.findings import Finding
from messages.i18n import Phrasebook
from scoring.model import Locale
from storage.store import Store
from tests.sample_book import MONDAY, RULES


async def examined(store: Store, url: str) -> Finding:
    config = Config.model_validate({"database_url": url})
    (found,) = [one for one in await examine(store, config, RULES, MONDAY) if one.name == "guards"]
    assert all(Phrasebook(locale).t(found.key, **found.params) for locale in Locale)
    return found


async def test_a_fresh_book_has_them_all(store: Store, database_url: str) -> None:
    assert (await examined(store, database_url)).ok


@pytest.mark.parametrize(
    ("trigger", "table"),
    [
        ("audit_keeps", "audit"),
        ("audit_seals_keep", "audit_seals"),
        ("deliveries_vanish", "deliveries"),
        ("ledger_vanishes", "ledger"),
    ],
)
async def test_one_that_is_gone_or_switched_off_is_named(
    store: Store, database_url: str, trigger: str, table: str
) -> None:
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql(
            f"DROP TRIGGER {trigger}"
            if store.dialect == "sqlite"
            else f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"
        )
    found = await examined(store, database_url)
    assert (found.ok, found.params) == (False, {"names": trigger})
