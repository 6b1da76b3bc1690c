"""One book copied into the empty tables of another database, with the proof that it is the same."""

from __future__ import annotations

from sqlalchemy import Connection

from scoring.errors import Refused
from storage.copying.layout import layouts
from storage.copying.loading import load, number_on, without_indexes
from storage.copying.plain import read_rows
from storage.copying.proof import Counter, Proof, differing, prove


def copy_book(source: Connection, target: Connection) -> Proof:
    """Copy every table and compare: the source as it was read, the target as it reads back.

    Both must have the same schema. Refused when the target takes a value differently; the caller
    rolls back then.
    """
    own = {one.table: one for one in layouts(target)}
    tables = layouts(source, only=own)
    sent: dict[str, Counter] = {}
    with without_indexes(target, tables):
        for table in tables:
            sent[table.table] = counter = Counter(table)
            load(target, own[table.table], counter.passing(read_rows(source, table)))
    number_on(target, tables)
    proof = {table: counter.proof() for table, counter in sent.items()}
    if wrong := differing(proof, prove(target, own.values())):
        raise Refused("copying.differs", tables=", ".join(wrong))
    return proof
