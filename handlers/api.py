"""Facts by HTTP: rows of one kind from one source, validated and written as a file's would be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from handlers.importing.bringing import bring_parsed, summary
from handlers.importing.cell_reading import shorten
from handlers.importing.columns import Presence
from handlers.importing.header_rows import Heading, check_heading
from handlers.importing.headers import Header, read_header
from handlers.importing.kinds import KINDS
from handlers.importing.limits import DEFAULT_LIMITS
from handlers.importing.parsed import ParsedFile
from handlers.importing.plan import Author, Plan
from handlers.importing.raw import RawCell, RawSheet
from handlers.importing.still_open import OPEN
from handlers.importing.tables import Ways, read_table
from handlers.importing.text_tables import json_cell
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.errors import BadArgument, Conflict, Forbidden, Refused
from storage.api_sources import ApiSource
from storage.store import Store
from storage.transaction import Tx

_NOTHING: RawCell = ""
_TRIES = 3

MOST_ROWS = 10_000
"""Rows of one request; more come in several."""

Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Posted:
    """What a source sent. `key` names the request, so that its repetition is known; or empty."""

    kind: str
    rows: Sequence[Object]
    key: str = ""

    def digest(self) -> str:
        """Two requests with one key have to say the same."""
        said = repr((self.kind, [sorted(row.items(), key=repr) for row in self.rows]))
        return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. `document` has the form of `import --json`; `written` says whether the
    book holds it now, `repeated` that it did before."""

    document: Mapping[str, Any]
    written: bool
    repeated: bool = False


class _SeenBefore(Exception):
    def __init__(self, reply: Mapping[str, Any]) -> None:
        super().__init__()
        self.reply = reply


async def take(
    store: Store,
    rules: Rules,
    now: datetime,
    *,
    source: ApiSource,
    posted: Posted,
    phrases: Phrasebook,
) -> Taken:
    """Write the rows, all or none; BadArgument, Refused or Forbidden when there are none to judge.

    A request that was refused may be repeated under its key: nothing of it was kept.
    """
    if posted.kind not in source.kinds:
        raise Forbidden("api.not_your_kind", kind=posted.kind, kinds=", ".join(source.kinds))
    if len(posted.rows) > MOST_ROWS:
        raise BadArgument("api.too_many_rows", most=MOST_ROWS)
    inbox, digest = f"api:{source.name}", posted.digest() if posted.key else ""
    parsed = await asyncio.to_thread(read_rows, posted.kind, posted.rows, rules.base_currency)

    async def first(tx: Tx) -> None:
        if posted.key and (reply := await tx.inbox.reply_to(inbox, posted.key)) is not None:
            raise _SeenBefore(reply)
        if not await tx.api_sources.used(source.name, at=now):
            raise Forbidden("api.revoked")

    async def last(tx: Tx, plan: Plan) -> None:
        reply = {"digest": digest, "document": summary(plan, phrases)}
        if posted.key and not await tx.inbox.keep(inbox, posted.key, reply, at=now):
            raise _SeenBefore(await tx.inbox.reply_to(inbox, posted.key) or reply)

    author = Author(None, f"api:{source.name}", "api", f"api:{source.name}")
    try:
        for attempt in range(1, _TRIES + 1):
            try:
                brought = await bring_parsed(
                    store, [parsed], rules, now, author=author, write=True, first=first, last=last
                )
                break
            except Conflict:
                # Somebody wrote the same at the same moment; seen again, it is known already.
                if attempt == _TRIES:
                    raise
    except _SeenBefore as seen:
        if seen.reply["digest"] != digest:
            raise Refused("api.key_reused", id=posted.key) from None
        return Taken(seen.reply["document"], written=True, repeated=True)
    return Taken(summary(brought.plan, phrases), written=not brought.plan.refused)


def read_rows(kind: str, rows: Sequence[Object], default_currency: str) -> ParsedFile:
    """Objects as a typed table; rows count from 1. BadArgument for names the kind does not have.

    Names are the canonical ones or their synonyms; a near miss is refused, for a program does not
    see what was guessed.
    """
    headers = _headers(kind, rows)
    columns = [
        [_NOTHING, *(_cell(row, name, header, kind, at) for at, row in enumerate(rows, start=1))]
        for name, header in headers.items()
    ]
    # The numbers of the rows stand before them: no row is blank, and none looks like a total.
    sheet = RawSheet(kind, [list(range(len(rows) + 1)), *columns], first_row=0)
    heading = Heading(kind, 0, (None, *headers.values()))
    check_heading(heading, sheet, "")
    table, notices = read_table(sheet, heading, "", Ways(None, default_currency, DEFAULT_LIMITS))
    told = tuple(notice for notice in notices if notice.key != "import.notice.no_header")
    return ParsedFile((table,), told, "json")


def _cell(row: Object, name: str, header: Header, kind: str, at: int) -> RawCell:
    value = row.get(name)
    if value is None and name in row and header.field is not None:
        # An explicit null where there are words for it says so; an absent field says nothing.
        return OPEN if KINDS[kind].column(header.field).nothing else _NOTHING
    return json_cell(value, at)


def _headers(kind: str, rows: Sequence[Object]) -> dict[str, Header]:
    names = dict.fromkeys(name for row in rows for name in row)
    if len(names) > DEFAULT_LIMITS.columns:
        raise BadArgument("import.file.too_many_columns", most=DEFAULT_LIMITS.columns)
    headers = {name: read_header(name, kind) for name in names}
    custom = kind == "contracts"
    strangers = [
        name
        for name, header in headers.items()
        if header.field is None and not (custom and header.written)
    ]
    if strangers:
        raise BadArgument(
            "api.unknown_field",
            fields=", ".join(shorten(name) for name in strangers[:20]),
            known=", ".join(column.name for column in KINDS[kind].columns),
        )
    found = {header.field for header in headers.values()}
    for column in KINDS[kind].columns:
        if column.name in found or column.presence is Presence.MAY:
            continue
        if rows and column.presence is Presence.COLUMN_MUST:
            raise BadArgument("api.missing_field", field=column.name)
        # What no row has is missing in every row, and each of them says so.
        headers[column.name] = Header(column.name, column.name)
    return headers
