from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model import Person, Role
from scoring.permissions import (
    Field,
    PlaceScope,
    Right,
    may,
    may_start,
    reach_of,
    sees,
    shows,
)

# One letter a relation of the customer to the viewer: t own team, p pool, m mine in another team,
# x another team's. A dot is a refusal.
RIGHTS = """
               viewer  rep    lead   finance admin
read_book      t.m.    tpm.   tpm.   tpmx    tpmx
log_touch      t.m.    tpm.   tpm.   ....    tpmx
read_reports   ....    tpm.   tpm.   tpmx    tpmx
see_proof      ....    tpm.   tpm.   tpmx    tpmx
claim          ....    tpm.   tpm.   ....    tpmx
change_stage   ....    tpm.   tpm.   ....    tpmx
assign         ....    ....   tp..   ....    tpmx
edit_book      ....    ....   tp..   ....    tpmx
approve        ....    ....   tp..   ....    tpmx
import         ....    ....   tp..   ....    tpmx
export         ....    ....   tp..   tpmx    tpmx
bind_place     ....    ....   tp..   ....    tpmx
see_delivery   ....    ....   tp..   ....    tpmx
admin          ....    ....   ....   ....    tpmx
own_settings   tpmx    tpmx   tpmx   tpmx    tpmx
"""
FIELDS = """
                 viewer  rep    lead   finance admin
amount           ....    tpm.   tpm.   tpmx    tpmx
note             ....    tpm.   tpm.   ....    tpmx
contact_details  ....    tpm.   tpm.   ....    tpmx
"""
PLACES = """
               dm  aside  shared  terminal
read_book      y   y      y       y
log_touch      y   y      y       y
read_reports   y   y      y       y
see_proof      y   y      y       y
claim          y   y      y       y
change_stage   y   y      y       y
assign         y   y      y       y
edit_book      y   y      y       y
approve        y   y      y       y
import         y   n      n       y
export         y   n      n       y
bind_place     y   y      y       y
see_delivery   y   y      y       y
admin          y   n      n       y
own_settings   y   y      y       y
"""
SUBJECTS = {"t": ("华东", 99), "p": (None, None), "m": ("华南", 1), "x": ("华南", 99)}


def person(role: Role, team: str | None = "华东", *, linked: bool = True) -> Person:
    return Person(id=1, name="Ada Park", role=role, team=team, linked=linked)


def table(text: str) -> dict[tuple[str, str], str]:
    header, *lines = [line.split() for line in text.strip().splitlines()]
    return {
        (words[0], column): cell
        for words in lines
        for column, cell in zip(header, words[1:], strict=True)
    }


RIGHT_CELLS, FIELD_CELLS, PLACE_CELLS = table(RIGHTS), table(FIELDS), table(PLACES)


def test_the_expected_tables_name_every_right_field_role_and_place() -> None:
    assert set(RIGHT_CELLS) == set(itertools.product(Right, Role))
    assert set(FIELD_CELLS) == set(itertools.product(Field, Role))
    assert set(PLACE_CELLS) == set(itertools.product(Right, PlaceScope))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_rights_are_exactly_those_of_the_table(role: Role, right: Right) -> None:
    cell = RIGHT_CELLS[right, role]
    for (letter, (team, owner_id)), place in itertools.product(SUBJECTS.items(), PlaceScope):
        verdict = may(person(role), right, team=team, owner_id=owner_id, place=place)
        if cell == "....":
            expected = "error.forbidden_role"
        elif PLACE_CELLS[right, place] == "n":
            expected = "error.forbidden_place"
        elif letter not in cell:
            expected = "error.forbidden_team"
        else:
            expected = ""
        assert verdict.reason_key == expected, (letter, place)
        assert verdict.allowed is (expected == "")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("field", Field)
def test_fields_are_exactly_those_of_the_table(role: Role, field: Field) -> None:
    cell = FIELD_CELLS[field, role]
    for (letter, (team, owner_id)), place, opened in itertools.product(
        SUBJECTS.items(), PlaceScope, (False, True)
    ):
        hidden = place is PlaceScope.SHARED and not (opened and field is Field.AMOUNT)
        seen = sees(
            person(role),
            field,
            team=team,
            owner_id=owner_id,
            place=place,
            shared_amounts_allowed=opened,
        )
        assert seen is (letter in cell and not hidden), (letter, place, opened)


@pytest.mark.parametrize("role", Role)
def test_somebody_who_is_not_linked_may_nothing_and_sees_nothing(role: Role) -> None:
    stranger = person(role, linked=False)
    for (team, owner_id), place in itertools.product(SUBJECTS.values(), PlaceScope):
        for right in Right:
            verdict = may(stranger, right, team=team, owner_id=owner_id, place=place)
            assert (verdict.allowed, verdict.reason_key) == (False, "error.not_linked")
            assert not may_start(stranger, right, place=place).allowed
        for field in Field:
            assert not sees(
                stranger,
                field,
                team=team,
                owner_id=owner_id,
                place=place,
                shared_amounts_allowed=True,
            )
        assert not reach_of(stranger).covers(team=team, owner_id=owner_id)


@pytest.mark.parametrize(
    ("role", "reads"), [("viewer", "tpmx"), ("rep", "pm"), ("lead", "pm"), ("finance", "tpmx")]
)
def test_without_a_team_a_viewer_reads_all_and_a_rep_only_the_pool_and_his_own(
    role: str, reads: str
) -> None:
    loner = person(Role(role), team=None)
    for letter, (team, owner_id) in SUBJECTS.items():
        verdict = may(loner, Right.READ_BOOK, team=team, owner_id=owner_id, place=PlaceScope.DM)
        assert verdict.allowed is (letter in reads), letter


def test_an_empty_team_name_counts_as_no_team() -> None:
    nobody = person(Role.REP, team="")
    assert may(nobody, Right.CLAIM, team="", owner_id=None, place=PlaceScope.DM).allowed
    assert not may(nobody, Right.CLAIM, team="华东", owner_id=None, place=PlaceScope.DM).allowed
    assert not may(
        person(Role.VIEWER), Right.READ_BOOK, team="", owner_id=None, place=PlaceScope.DM
    ).allowed


def test_a_card_for_a_whole_channel_shows_amounts_only_when_configured_and_never_notes() -> None:
    assert [shows(field, False) for field in Field] == [False, False, False]
    assert [shows(field, True) for field in Field] == [True, False, False]


teams = st.sampled_from(["华东", "华南", "Global"])
subjects = st.tuples(st.none() | teams, st.none() | st.integers(1, 3))
places = st.sampled_from(PlaceScope)
rights = st.sampled_from(Right)
fields = st.sampled_from(Field)
people = st.builds(
    Person,
    id=st.integers(1, 3),
    name=st.just("Ada Park"),
    role=st.sampled_from(Role),
    team=st.none() | teams,
    linked=st.booleans(),
)


@given(teams, subjects, places, rights, fields, st.booleans())
def test_each_rank_may_and_sees_at_least_what_the_rank_below_does(
    team: str,
    subject: tuple[str | None, int | None],
    place: PlaceScope,
    right: Right,
    field: Field,
    opened: bool,
) -> None:
    ladder = [person(role, team) for role in (Role.VIEWER, Role.REP, Role.LEAD, Role.ADMIN)]
    of, by = subject
    allowed = [may(who, right, team=of, owner_id=by, place=place).allowed for who in ladder]
    seen = [
        sees(who, field, team=of, owner_id=by, place=place, shared_amounts_allowed=opened)
        for who in ladder
    ]
    assert allowed == sorted(allowed)
    assert seen == sorted(seen)


@given(people, subjects, rights, fields, st.booleans())
def test_a_shared_place_never_allows_or_shows_more_than_a_direct_message(
    viewer: Person,
    subject: tuple[str | None, int | None],
    right: Right,
    field: Field,
    opened: bool,
) -> None:
    team, owner_id = subject
    in_channel, alone = (
        (
            may(viewer, right, team=team, owner_id=owner_id, place=place).allowed,
            sees(
                viewer,
                field,
                team=team,
                owner_id=owner_id,
                place=place,
                shared_amounts_allowed=opened,
            ),
        )
        for place in (PlaceScope.SHARED, PlaceScope.DM)
    )
    assert in_channel[0] <= alone[0]
    assert in_channel[1] <= alone[1]


@given(people, subjects, places)
def test_the_reach_that_lists_filter_by_agrees_with_the_door(
    viewer: Person, subject: tuple[str | None, int | None], place: PlaceScope
) -> None:
    team, owner_id = subject
    readable = may(viewer, Right.READ_BOOK, team=team, owner_id=owner_id, place=place).allowed
    assert reach_of(viewer).covers(team=team, owner_id=owner_id) is readable


@given(people, subjects, places, fields, st.booleans())
def test_no_field_is_seen_of_a_customer_that_cannot_be_read(
    viewer: Person,
    subject: tuple[str | None, int | None],
    place: PlaceScope,
    field: Field,
    opened: bool,
) -> None:
    team, owner_id = subject
    if sees(
        viewer, field, team=team, owner_id=owner_id, place=place, shared_amounts_allowed=opened
    ):
        assert may(viewer, Right.READ_BOOK, team=team, owner_id=owner_id, place=place).allowed


@given(people, subjects, places, rights)
def test_what_may_not_start_is_allowed_on_no_customer(
    viewer: Person, subject: tuple[str | None, int | None], place: PlaceScope, right: Right
) -> None:
    team, owner_id = subject
    if not may_start(viewer, right, place=place).allowed:
        assert not may(viewer, right, team=team, owner_id=owner_id, place=place).allowed
