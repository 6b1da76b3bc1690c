"""People by file: who uses the bot; and owners that are only a name so far."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.importing.parsed import ParsedRow, ParsedTable
from handlers.importing.scope import Scope, Tally
from messages.render.payload import slack_id, wecom_id
from scoring.model import Locale, Person, Role
from scoring.zones import zone_named
from storage.audit import Change
from storage.people import name_key
from storage.transaction import Tx

_FIELDS = ("role", "team", "slack_id", "wecom_id", "email", "locale", "time_zone")
_IDENTITIES = ("slack_id", "wecom_id")

RESERVED = frozenset({"operator"})
"""Name keys nobody may have: who sits at the command line is called so."""


async def plan_people(scope: Scope, table: ParsedTable, tally: Tally) -> None:
    """New, changed and unchanged people; one platform identity belongs to one person."""
    await scope.load_people()
    taken = {
        (field, getattr(person, field)): key
        for key, person in scope.people.items()
        for field in _IDENTITIES
        if getattr(person, field)
    }
    await scope.rights.load_people(
        scope.tx,
        (known for row in table.rows if (known := scope.people.get(_key(row))) is not None),
    )
    managers: list[tuple[str, str]] = []
    for row in table.rows:
        values = {k: v for k, v in row.values.items() if v is not None}
        name = str(values["name"])
        key = name_key(name)
        if "wecom_id" in values:
            values["wecom_id"] = str(values["wecom_id"]).lower()
        if "locale" in values:
            values["locale"] = Locale.of(str(values["locale"])).value
        if _left(scope.people.get(key)) and not values.keys().isdisjoint(_IDENTITIES):
            values = {field: value for field, value in values.items() if field not in _IDENTITIES}
            tally.tell(row.row, table.columns["name"], "import.notice.has_left", name=name)
        if strange := _no_identity(values):
            tally.refuse(
                row.row, table.columns[strange], "import.row.bad_identity", who=values[strange]
            )
            continue
        if refusal := scope.rights.person(values, scope.people.get(key)):
            tally.refuse(row.row, table.columns["name"], refusal)
            continue
        if key in RESERVED:
            tally.refuse(row.row, table.columns["name"], "import.row.reserved_name", name=name)
            continue
        zone = values.get("time_zone")
        if zone is not None and zone_named(str(zone)) is None:
            tally.refuse(row.row, table.columns["time_zone"], "import.row.bad_zone", zone=zone)
            continue
        clash = next(
            (
                field
                for field in _IDENTITIES
                if values.get(field) and taken.get((field, values[field]), key) != key
            ),
            None,
        )
        if clash:
            tally.refuse(
                row.row, table.columns[clash], "import.row.identity_taken", who=values[clash]
            )
            continue
        taken.update({(f, values[f]): key for f in _IDENTITIES if f in values})
        if values.get("manager"):
            managers.append((key, name_key(str(values["manager"]))))
        await _plan_person(scope, tally, name, values)
    if managers:
        scope.people_writes.append(_manager_writer(scope, managers))


async def _plan_person(scope: Scope, tally: Tally, name: str, values: dict[str, Any]) -> None:
    key = name_key(name)
    columns: dict[str, Any] = {field: values[field] for field in _FIELDS if field in values}
    if "role" in columns:
        columns["role"] = Role(columns["role"]).value
    known = scope.people.get(key)
    if known is None:
        (person_id,) = await scope.ids("people", 1)
        columns = {"role": Role.REP.value, **columns}
        scope.people[key] = Person(
            id=person_id,
            name=name,
            **{**columns, "role": Role(columns["role"])},
        )
        scope.people_writes.append(_adder(scope, {"id": person_id, "name": name, **columns}))
        scope.changes.append(Change("add", "person", person_id, None, {"name": name, **columns}))
        tally.new += 1
        return
    before = {field: getattr(known, field) for field in columns}
    changes = {field: value for field, value in columns.items() if before[field] != value}
    if not known.linked and not _left(known):
        changes["linked"] = True
    if not changes:
        tally.unchanged += 1
        return
    scope.people[key] = replace(known, **{**changes, "role": Role(changes.get("role", known.role))})
    scope.people_writes.append(_changer(scope, known.id, changes))
    scope.changes.append(
        Change("edit", "person", known.id, {f: before.get(f) for f in changes}, changes)
    )
    tally.changed += 1


async def owner(scope: Scope, name: str) -> tuple[Person, bool]:
    """The person an owner column names, and whether they were unknown until now.

    Somebody unknown becomes an unlinked person: a name that owns customers and hears nothing.
    """
    await scope.load_people()
    key = name_key(name)
    known = scope.people.get(key)
    if known is not None:
        return known, False
    (person_id,) = await scope.ids("people", 1)
    person = Person(id=person_id, name=name, role=Role.REP, linked=False)
    scope.people[key] = person
    scope.people_writes.append(
        _adder(scope, {"id": person_id, "name": name, "role": "rep", "linked": False})
    )
    return person, True


def _key(row: ParsedRow) -> str:
    return name_key(str(row.values["name"]))


def _no_identity(values: dict[str, Any]) -> str | None:
    """Which identity is not one person's: what is for them would go to a channel or to all."""
    reads = {"slack_id": slack_id, "wecom_id": wecom_id}
    return next((f for f, read in reads.items() if f in values and not read(str(values[f]))), None)


def _left(known: Person | None) -> bool:
    """Whether the directory told that they left: an old sheet does not bring them back."""
    return known is not None and known.left_on is not None


def _adder(scope: Scope, values: dict[str, Any]) -> Any:
    async def write(tx: Tx) -> None:
        await tx.people.add(values, now=scope.now)

    return write


def _changer(scope: Scope, person_id: int, changes: dict[str, Any]) -> Any:
    async def write(tx: Tx) -> None:
        await tx.people.change(person_id, changes)
        if changes.get("team"):
            # Contracts are often brought before people: what they own gets their team now.
            await tx.people.adopt(person_id, changes["team"], clock_rev=scope.clock_rev)

    return write


def _manager_writer(scope: Scope, pairs: list[tuple[str, str]]) -> Any:
    async def write(tx: Tx) -> None:
        for key, manager in pairs:
            if manager in scope.people:
                await tx.people.change(
                    scope.people[key].id, {"manager_id": scope.people[manager].id}
                )

    return write
