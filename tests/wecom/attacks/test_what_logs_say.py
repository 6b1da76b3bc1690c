"""A bug that meets a customer's words: its report names the place in the code, not the words."""

from __future__ import annotations

import logging

import pytest
import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.store import Store
from tests.sample_book import MONDAY
from tests.service.test_logs import logged

NOTE = "采购总监说预算砍到 120000"


def fail(note: str) -> None:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_does_not_quote_what_was_worked_on(log_format: str) -> None:
    with logged(log_format) as written:
        for log in (structlog.get_logger("ours"), logging.getLogger("theirs")):
            try:
                fail(NOTE)
            except RuntimeError:
                log.exception("it failed")
        text = written.getvalue()
    assert text.count("a bug") >= 2
    assert "test_what_logs_say.py" in text
    assert NOTE not in text


async def test_a_refused_statement_does_not_quote_its_values(store: Store) -> None:
    values = {"name": NOTE, "role": "rep", "locale": None}
    async with store.begin() as tx:
        await tx.people.add(values, now=MONDAY)
    with pytest.raises(SQLAlchemyError) as caught:
        async with store.begin() as tx:
            await tx.people.add(values, now=MONDAY)
    # PostgreSQL itself names the key that was there already, and nothing else.
    assert NOTE not in str(caught.value).partition("DETAIL")[0]
