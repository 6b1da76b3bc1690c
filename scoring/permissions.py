"""The one door: who may do and see what, where. Whatever the tables do not grant is refused.

A command declares the `Right` it needs. The dispatcher asks `may_start` (role and place) before
the command runs; the command asks `may` about each customer it touches and `sees` about each
field it shows. Lists ask `reach_of` and filter in the query, so that page counts are right too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scoring.model import Person, Role


class Right(StrEnum):
    """What a command needs to be allowed."""

    READ_BOOK = "read_book"  # due, mine, show, look-up
    READ_REPORTS = "read_reports"  # kpi, forecast, funnel, factors
    LOG_TOUCH = "log_touch"  # log, undo, mood, goal, value
    CLAIM = "claim"  # claim, release, snooze
    CHANGE_STAGE = "change_stage"  # stage, won, lost
    ASSIGN = "assign"  # assign, handover
    EDIT_BOOK = "edit_book"  # add, edit
    APPROVE = "approve"  # approve, reject
    IMPORT = "import"
    EXPORT = "export"
    BIND_PLACE = "bind_place"
    SEE_DELIVERY = "see_delivery"
    SEE_PROOF = "see_proof"
    OWN_SETTINGS = "own_settings"  # help, language, link, settings
    ADMIN = "admin"


class Field(StrEnum):
    """What a card may have to leave out."""

    AMOUNT = "amount"
    NOTE = "note"
    CONTACT_DETAILS = "contact_details"


class PlaceScope(StrEnum):
    """Who else reads the answer."""

    DM = "dm"  # nobody
    ASIDE = "aside"  # nobody, though asked in a channel (Slack's ephemeral reply); carries no file
    SHARED = "shared"  # everybody in the channel or group
    TERMINAL = "terminal"  # the operator at the command line


class Relation(StrEnum):
    """How a customer stands to the viewer; several may hold at once."""

    OWN_TEAM = "own_team"
    POOL = "pool"  # no team's customer
    OWNED = "owned"  # the viewer answers for it, whatever its team
    OTHER = "other"  # none of these


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed; `reason_key` names the sentence that says why not, else empty."""

    allowed: bool
    reason_key: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """The customers somebody reads: any team's (`every_team`), or the union of the other fields."""

    every_team: bool = False
    team: str | None = None
    pool: bool = False
    owner_id: int | None = None

    def covers(self, *, team: str | None, owner_id: int | None) -> bool:
        """Whether a customer of that team and owner is among them."""
        return (
            self.every_team
            or (self.pool and not team)
            or (bool(team) and team == self.team)
            or (owner_id is not None and owner_id == self.owner_id)
        )


YES = Verdict(True)
NOT_LINKED = Verdict(False, "error.not_linked")
FORBIDDEN_ROLE = Verdict(False, "error.forbidden_role")
FORBIDDEN_PLACE = Verdict(False, "error.forbidden_place")
FORBIDDEN_TEAM = Verdict(False, "error.forbidden_team")

_Relations = frozenset[Relation]
_EVERY: _Relations = frozenset(Relation)
_WORK: _Relations = frozenset({Relation.OWN_TEAM, Relation.POOL, Relation.OWNED})
_TEAM: _Relations = frozenset({Relation.OWN_TEAM, Relation.POOL})
_READ: _Relations = frozenset({Relation.OWN_TEAM, Relation.OWNED})
_NONE: _Relations = frozenset()

_COLUMNS = (Role.VIEWER, Role.REP, Role.LEAD, Role.FINANCE, Role.ADMIN)
# fmt: off
_GRANTS: Mapping[Right, tuple[_Relations, ...]] = {
    #                    viewer  rep    lead   finance admin
    Right.READ_BOOK:    (_READ,  _WORK, _WORK, _EVERY, _EVERY),
    Right.LOG_TOUCH:    (_READ,  _WORK, _WORK, _NONE,  _EVERY),
    Right.READ_REPORTS: (_NONE,  _WORK, _WORK, _EVERY, _EVERY),
    Right.SEE_PROOF:    (_NONE,  _WORK, _WORK, _EVERY, _EVERY),
    Right.CLAIM:        (_NONE,  _WORK, _WORK, _NONE,  _EVERY),
    Right.CHANGE_STAGE: (_NONE,  _WORK, _WORK, _NONE,  _EVERY),
    Right.ASSIGN:       (_NONE,  _NONE, _TEAM, _NONE,  _EVERY),
    Right.EDIT_BOOK:    (_NONE,  _NONE, _TEAM, _NONE,  _EVERY),
    Right.APPROVE:      (_NONE,  _NONE, _TEAM, _NONE,  _EVERY),
    Right.IMPORT:       (_NONE,  _NONE, _TEAM, _NONE,  _EVERY),
    Right.EXPORT:       (_NONE,  _NONE, _TEAM, _EVERY, _EVERY),
    Right.BIND_PLACE:   (_NONE,  _NONE, _TEAM, _NONE,  _EVERY),
    Right.SEE_DELIVERY: (_NONE,  _NONE, _TEAM, _NONE,  _EVERY),
    Right.ADMIN:        (_NONE,  _NONE, _NONE, _NONE,  _EVERY),
    Right.OWN_SETTINGS: (_EVERY, _EVERY, _EVERY, _EVERY, _EVERY),
}
_FIELDS: Mapping[Field, tuple[_Relations, ...]] = {
    #                       viewer  rep    lead   finance admin
    Field.AMOUNT:          (_NONE,  _WORK, _WORK, _EVERY, _EVERY),
    Field.NOTE:            (_NONE,  _WORK, _WORK, _NONE,  _EVERY),
    Field.CONTACT_DETAILS: (_NONE,  _WORK, _WORK, _NONE,  _EVERY),
}
# fmt: on

# Files with amounts leave and enter only where nobody else reads along.
_PRIVATE = frozenset({PlaceScope.DM, PlaceScope.TERMINAL})
_PRIVATE_RIGHTS = frozenset({Right.IMPORT, Right.EXPORT, Right.ADMIN})


def _granted(columns: tuple[_Relations, ...] | None, role: Role) -> _Relations:
    return columns[_COLUMNS.index(role)] if columns else _NONE


def relations_of(viewer: Person, *, team: str | None, owner_id: int | None) -> frozenset[Relation]:
    """How a customer of that team and owner stands to the viewer.

    A viewer without a team (product, marketing, support for everybody) belongs to all of them;
    in any other role somebody without a team has only the pool and what they own.
    """
    held: set[Relation] = set()
    if not team:
        held.add(Relation.POOL)
    if (team and team == viewer.team) or (viewer.role is Role.VIEWER and not viewer.team):
        held.add(Relation.OWN_TEAM)
    if owner_id is not None and owner_id == viewer.id:
        held.add(Relation.OWNED)
    return frozenset(held or {Relation.OTHER})


def roles_with(right: Right) -> tuple[Role, ...]:
    """The roles to which a right is open at all, for help and documentation."""
    return tuple(role for role in _COLUMNS if _granted(_GRANTS.get(right), role))


def may_start(viewer: Person, right: Right, *, place: PlaceScope) -> Verdict:
    """Whether the command is open to this role in this place, whichever customer it will touch."""
    if not viewer.linked:
        return NOT_LINKED
    if not _granted(_GRANTS.get(right), viewer.role):
        return FORBIDDEN_ROLE
    if right in _PRIVATE_RIGHTS and place not in _PRIVATE:
        return FORBIDDEN_PLACE
    return YES


def may(
    viewer: Person, right: Right, *, team: str | None, owner_id: int | None, place: PlaceScope
) -> Verdict:
    """Whether the viewer has the right over a customer of `team` (None: no team's) and owner."""
    verdict = may_start(viewer, right, place=place)
    if not verdict.allowed:
        return verdict
    granted = _granted(_GRANTS[right], viewer.role)
    if granted.isdisjoint(relations_of(viewer, team=team, owner_id=owner_id)):
        return FORBIDDEN_TEAM
    return YES


def reach_of(viewer: Person, field: Field | None = None) -> Reach:
    """Which customers the viewer reads, as a value that a query can filter by.

    With `field`, those of whom the viewer may see it in private.
    """
    if not viewer.linked:
        return Reach()
    columns = _GRANTS[Right.READ_BOOK] if field is None else _FIELDS[field]
    granted = _granted(columns, viewer.role)
    everywhere = viewer.role is Role.VIEWER and not viewer.team
    return Reach(
        every_team=Relation.OTHER in granted or (everywhere and Relation.OWN_TEAM in granted),
        team=(viewer.team or None) if Relation.OWN_TEAM in granted else None,
        pool=Relation.POOL in granted,
        owner_id=viewer.id if Relation.OWNED in granted else None,
    )


def sees_any(
    viewer: Person, field: Field, *, place: PlaceScope, shared_amounts_allowed: bool
) -> bool:
    """Whether there is any customer of whom `sees` would show the field in that place."""
    if not viewer.linked or (
        place is PlaceScope.SHARED and not shows(field, shared_amounts_allowed)
    ):
        return False
    return bool(_granted(_FIELDS.get(field), viewer.role))


def sees(
    viewer: Person,
    field: Field,
    *,
    team: str | None,
    owner_id: int | None,
    place: PlaceScope,
    shared_amounts_allowed: bool,
) -> bool:
    """Whether an answer to the viewer in that place may show the field of that customer."""
    if not viewer.linked:
        return False
    if place is PlaceScope.SHARED and not shows(field, shared_amounts_allowed):
        return False
    granted = _granted(_FIELDS.get(field), viewer.role)
    return not granted.isdisjoint(relations_of(viewer, team=team, owner_id=owner_id))


def shows(field: Field, shared_amounts_allowed: bool) -> bool:
    """Whether a card posted for a whole channel, with no single reader, may show the field.

    The configuration can open amounts; notes and contact details stay in private answers.
    """
    return field is Field.AMOUNT and shared_amounts_allowed
