"""The proof that two books are the same: counts and digests, worked out on each side by itself.

The digest of a table is the SHA-256 of its rows in the order of their keys. Documents are compared
by what they say: the databases write the same JSON differently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from sqlalchemy import Connection

from storage.copying.layout import Kind, Layout
from storage.copying.plain import Row, read_rows


@dataclass(frozen=True, slots=True)
class TableProof:
    """What a table holds: how many rows, and their digest."""

    rows: int
    digest: str


Proof = Mapping[str, TableProof]
"""By table."""


def prove(connection: Connection, tables: Iterable[Layout]) -> dict[str, TableProof]:
    """Read everything a database holds and say what it is."""
    return {one.table: prove_table(read_rows(connection, one), one) for one in tables}


def prove_table(batches: Iterable[list[Row]], layout: Layout) -> TableProof:
    """The proof of rows that are read."""
    counter = Counter(layout)
    for _ in counter.passing(batches):
        pass
    return counter.proof()


class Counter:
    """Counts and digests the rows that pass on their way elsewhere."""

    def __init__(self, layout: Layout) -> None:
        self._documents = [
            at for at, column in enumerate(layout.columns) if column.kind is Kind.DOCUMENT
        ]
        names = ",".join(column.name for column in layout.columns)
        self._digest = hashlib.sha256(names.encode())
        self._rows = 0

    def passing(self, batches: Iterable[list[Row]]) -> Iterator[list[Row]]:
        """The same batches, noted."""
        for batch in batches:
            self._rows += len(batch)
            said = self._said(batch) if self._documents else batch
            self._digest.update("\n".join(map(repr, said)).encode("utf-8", "surrogatepass"))
            self._digest.update(b"\n")
            yield batch

    def proof(self) -> TableProof:
        """What has passed so far."""
        return TableProof(self._rows, self._digest.hexdigest())

    def _said(self, batch: list[Row]) -> list[Row]:
        found = [(at, set(map(itemgetter(at), batch))) for at in self._documents]
        if all(texts <= _SAID for _, texts in found):
            return batch
        columns = list(zip(*batch, strict=True))
        for at, texts in found:
            known = {text: said(text) for text in texts}
            columns[at] = tuple(known[text] for text in columns[at])
        return list(zip(*columns, strict=True))


_SAID = frozenset({None, "{}", "[]"})
"""Most documents: both databases write them alike."""


def differing(one: Proof, other: Proof) -> list[str]:
    """The tables in which two books differ."""
    return sorted(table for table in {*one, *other} if one.get(table) != other.get(table))


def said(document: str | None) -> str | None:
    """What a JSON document says, written the one way."""
    if document is None or document in _SAID:
        return document
    try:
        value = json.loads(document, parse_float=_number, parse_int=_number)
    except ValueError:
        return document  # no document at all; the other side must hold the same
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


_EXACT = Decimal(10) ** 18


def _number(digits: str) -> int | Decimal:
    """1, 1.0 and 1e0 are the same number."""
    value = Decimal(digits).normalize()
    return int(value) if abs(value) < _EXACT and value == value.to_integral_value() else value
