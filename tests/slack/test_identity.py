"""Who speaks on Slack: by id, by e-mail, nobody yet, or nobody who may hear anything."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.slack.api import SlackApi
from bot.slack.changes import following
from bot.slack.heard import PersonChanged, Where
from bot.slack.identity import AT_HAND, KEPT, PAUSE, Identity
from bot.slack.profiles import Standing, profile_of
from bot.slack.workspaces import OneWorkspace
from handlers.audience import doors_of
from handlers.link_codes import Stranger, code_for, waiting
from scoring.errors import PlatformDown
from scoring.model import Locale, Person, Platform, Role
from storage.store import Store
from tests.sample_book import EAST, MONDAY, RULES, fill
from tests.slack.cloud_desk import ANN, BOB, GUEST, STRANGER, TEAM, running
from tests.slack.cloud_desk import EAST as EAST_CHANNEL
from tests.slack.directory import Directory, account

ADA = Where("T1", "U3ADA", channel="C1")
NEW = Where("T1", "UNEW", channel="C1")


class Time:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


async def hire(store: Store, name: str, email: str, **fields: Any) -> int:
    values = {"name": name, "role": Role.REP, "team": EAST, "email": email, "linked": False}
    async with store.begin() as tx:
        return await tx.people.add({**values, **fields}, now=MONDAY)


async def person(store: Store, name: str) -> Person:
    async with store.read() as tx:
        found = await tx.people.by_name(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_admin": True, "is_app_user": True}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"is_invited_user": True}, Standing.GUEST),
        ({"is_bot": True}, Standing.BOT),
        ({"is_workflow_bot": True}, Standing.BOT),
        ({"id": "USLACKBOT"}, Standing.BOT),
        ({"team_id": "T9"}, Standing.STRANGER),
        ({"is_stranger": True}, Standing.STRANGER),
        ({"team_id": "T9", "enterprise_user": {"enterprise_id": "E9"}}, Standing.STRANGER),
        ({"team_id": "T9", "enterprise_user": {"enterprise_id": "E1"}}, Standing.MEMBER),
        ({"team_id": "E1"}, Standing.MEMBER),
        ({"team_id": "T9", "enterprise_user": {"teams": ["T9", "T1"]}}, Standing.MEMBER),
        ({"deleted": True, "is_restricted": True}, Standing.GONE),
    ],
)
def test_what_an_account_is_to_the_workspace(fields: dict[str, Any], standing: Standing) -> None:
    where = Where("T1", "U1", enterprise="E1")
    told = profile_of({**account("U1", email="u@x.test"), **fields}, where)
    assert told.standing is standing
    # Only of members anything is kept by which they could become somebody.
    assert bool(told.email) is (standing is Standing.MEMBER)


async def test_somebody_of_the_book_is_known_by_their_id(store: Store) -> None:
    await fill(store)
    directory = Directory(account("U3ADA", name="Ada", locale="en-GB"))
    identity = Identity(store, directory, Time())
    speaker = await identity.identify(ADA)
    assert (speaker.user, speaker.name, speaker.admitted) == ("U3ADA", "", True)
    assert speaker.locale is Locale.EN
    ada = await identity.person_for(ADA)
    assert ada is not None
    assert ada.name == "Ada Park"


async def test_slack_is_asked_once_a_day_by_all_replicas_and_lines_together(store: Store) -> None:
    await fill(store)
    time, directory = Time(), Directory(account("U3ADA"))
    first, second = Identity(store, directory, time), Identity(store, directory, time)
    await asyncio.gather(*(first.identify(ADA) for _ in range(5)))
    await second.identify(ADA)
    assert directory.asked == ["U3ADA"]
    time.now += KEPT + timedelta(minutes=1)
    await first.identify(ADA)
    assert directory.asked == ["U3ADA", "U3ADA"]


@pytest.mark.parametrize(
    "fields",
    [{"is_restricted": True}, {"is_bot": True}, {"team_id": "T9"}, {"deleted": True}],
)
async def test_guests_bots_and_strangers_are_not_admitted_though_the_book_lists_them(
    store: Store, fields: dict[str, Any]
) -> None:
    await fill(store)
    identity = Identity(store, Directory(account("U3ADA", **fields)), Time())
    assert not (await identity.identify(ADA)).admitted
    assert await identity.person_for(ADA) is None


async def test_who_the_directory_does_not_know_is_not_admitted(store: Store) -> None:
    identity = Identity(store, Directory(), Time())
    assert not (await identity.identify(NEW)).admitted


async def test_somebody_of_another_company_is_turned_away_without_asking(store: Store) -> None:
    await fill(store)
    directory = Directory(account("U3ADA"))
    identity = Identity(store, directory, Time())
    away = Where("T1", "U3ADA", channel="C1", user_team="T9")
    assert not (await identity.identify(away)).admitted
    assert directory.asked == []


async def test_the_one_person_with_the_address_is_linked_and_it_is_written_down(
    store: Store,
) -> None:
    await fill(store)
    zhang = await hire(store, "张伟", "Zhang.Wei@Example.test")
    directory = Directory(account("UNEW", name="Zhang", email="zhang.wei@example.test"))
    identity = Identity(store, directory, Time())
    speaker = await identity.identify(NEW)
    assert (speaker.name, speaker.admitted) == ("", True)
    linked = await person(store, "张伟")
    assert (linked.slack_id, linked.linked) == ("UNEW", True)
    async with store.read() as tx:
        (entry,) = await tx.audit.of_subject("person", zhang, limit=5)
    assert (entry.change.action, entry.actor, entry.via) == ("link", "slack", "slack")


async def test_an_address_that_comes_into_the_book_later_is_found_at_once(store: Store) -> None:
    await fill(store)
    directory = Directory(account("UNEW", name="Zhang Wei", email="z@example.test"))
    identity = Identity(store, directory, Time())
    assert (await identity.identify(NEW)).name == "Zhang Wei"
    await hire(store, "张伟", "z@example.test")
    assert await identity.person_for(NEW) is not None
    assert directory.asked == ["UNEW"]


@pytest.mark.parametrize(
    ("email", "fields"),
    [
        ("other@example.test", {}),
        ("z@example.test", {"slack_id": "UOTHER"}),
        ("z@example.test", {"left_on": MONDAY.date()}),
    ],
)
async def test_nobody_is_linked_to_what_is_not_surely_theirs(
    store: Store, email: str, fields: dict[str, Any]
) -> None:
    await hire(store, "张伟", email, **fields)
    directory = Directory(account("UNEW", email="z@example.test"))
    assert await Identity(store, directory, Time()).person_for(NEW) is None


async def test_an_address_of_two_or_an_unconfirmed_one_links_nobody(store: Store) -> None:
    await hire(store, "张伟", "z@example.test")
    unsure = Directory(account("UNEW", email="z@example.test", is_email_confirmed=False))
    assert await Identity(store, unsure, Time()).person_for(NEW) is None
    await hire(store, "张玮", "z@example.test")
    async with store.begin() as tx:
        await tx.settings.forget("slack.profile:UNEW")
    sure = Directory(account("UNEW", email="z@example.test"))
    assert await Identity(store, sure, Time()).person_for(NEW) is None


async def test_addresses_of_a_workspace_that_is_not_ours_prove_nothing(store: Store) -> None:
    await hire(store, "张伟", "z@example.test")
    directory = Directory(account("UNEW", email="z@example.test"))
    identity = Identity(store, directory, Time(), trusts=lambda team: team == "T7")
    speaker = await identity.identify(NEW)
    assert speaker.admitted
    assert await identity.person_for(NEW) is None


async def test_while_slack_is_down_the_book_is_believed_and_strangers_wait(store: Store) -> None:
    await fill(store)
    time, directory = Time(), Directory(account("U3ADA", is_restricted=True))
    directory.fault = PlatformDown("down")
    identity = Identity(store, directory, time)
    assert (await identity.identify(ADA)).admitted
    assert (await identity.identify(ADA)).admitted
    # The second line did not wait for Slack again.
    assert directory.asked == ["U3ADA"]
    with pytest.raises(PlatformDown):
        await identity.identify(NEW)
    directory.fault = None
    time.now += PAUSE
    assert not (await identity.identify(ADA)).admitted


def changed(event: str, where: Where = ADA, **fields: Any) -> PersonChanged:
    return PersonChanged(event, where, account(where.user, **fields))


async def test_a_deactivated_account_is_somebody_who_left(store: Store) -> None:
    await fill(store)
    woken: list[int] = []
    identity = Identity(store, Directory(), Time())
    follow = following(store, RULES, Time(), identity, lambda: woken.append(1))
    li = Where("T1", "U1LILEI")
    for event in ("Ev1", "Ev1", "Ev2"):
        await follow(changed(event, li, deleted=True))
    left = await person(store, "李雷")
    assert (left.slack_id, left.linked, left.left_on) == (None, False, MONDAY.date())
    assert left.wecom_id == "lilei"
    async with store.read() as tx:
        told = [(row.place, row.facts["say"]) for row in await tx.outbox.rows()]
    assert told == [("U3ADA", "notice.left_slack")]
    assert woken == [1]


async def test_the_code_of_a_stranger_who_is_deactivated_is_void(store: Store) -> None:
    await fill(store)
    stranger = Stranger(Platform.SLACK, "UNEW")
    async with store.begin() as tx:
        code = await code_for(tx, stranger, now=MONDAY)
    identity = Identity(store, Directory(account("UNEW")), Time())
    await identity.identify(NEW)
    await following(store, RULES, Time(), identity)(changed("Ev1", NEW, deleted=True))
    async with store.read() as tx:
        assert await waiting(tx, code, now=MONDAY) is None


async def test_who_becomes_a_guest_hears_nothing_more_from_then_on(store: Store) -> None:
    await fill(store)
    time = Time()
    directory = Directory(account("U3ADA"))
    here, there = Identity(store, directory, time), Identity(store, directory, time)
    assert await here.person_for(ADA)
    assert await there.person_for(ADA)
    await following(store, RULES, time, here)(changed("Ev1", is_restricted=True))
    assert await here.person_for(ADA) is None
    # The other replica was not told; it looks again soon.
    time.now += AT_HAND + timedelta(seconds=1)
    assert await there.person_for(ADA) is None
    assert directory.asked == ["U3ADA"]


@pytest.mark.parametrize(("wecom", "linked"), [(None, False), ("ada", True)])
async def test_who_becomes_a_guest_is_not_written_to_either(
    store: Store, wecom: str | None, linked: bool
) -> None:
    await fill(store)
    before = await person(store, "Ada Park")
    async with store.begin() as tx:
        await tx.people.change(before.id, {"wecom_id": wecom})
    identity = Identity(store, Directory(account("U3ADA")), Time())
    follow = following(store, RULES, Time(), identity)
    for _ in range(2):
        await follow(changed("Ev1", is_restricted=True))
    ada = await person(store, "Ada Park")
    assert (ada.slack_id, ada.wecom_id, ada.linked, ada.left_on) == (None, wecom, linked, None)
    assert not any(platform == Platform.SLACK for platform, _ in doors_of(ada, RULES))
    async with store.read() as tx:
        (entry,) = await tx.audit.of_subject("person", ada.id, limit=5)
    assert entry.change.action == "unlink"


async def test_who_comes_back_is_linked_by_a_lead_and_not_by_their_address(store: Store) -> None:
    await fill(store)
    async with store.begin() as tx:
        found = await tx.people.by_sender(Platform.SLACK, "U1LILEI")
        assert found is not None
        await tx.people.change(found.id, {"email": "lilei@example.test"})
    li = Where("T1", "U1LILEI")
    directory = Directory(account("U1LILEI", name="Li Lei", email="lilei@example.test"))
    identity = Identity(store, directory, Time())
    follow = following(store, RULES, Time(), identity)
    await follow(changed("Ev1", li, deleted=True))
    await follow(changed("Ev2", li, email="lilei@example.test", name="Li Lei"))
    speaker = await identity.identify(li)
    assert (speaker.admitted, speaker.name) == (True, "Li Lei")
    assert await identity.person_for(li) is None


async def test_new_pictures_and_statuses_are_not_written_down(store: Store) -> None:
    await fill(store)
    identity = Identity(store, Directory(), Time())
    follow = following(store, RULES, Time(), identity)
    await follow(changed("Ev1", NEW, status_text="lunch"))
    await follow(changed("Ev2", name="Ada Park"))
    await follow(changed("Ev3", name="Ada Park", status_text="lunch"))
    async with store.read() as tx:
        assert await tx.inbox.reply_to("slack.person", "Ev1") is None
        assert await tx.inbox.reply_to("slack.person", "Ev2") is not None
        assert await tx.inbox.reply_to("slack.person", "Ev3") is None


async def test_another_companys_news_are_none_of_ours(store: Store) -> None:
    await fill(store)
    identity = Identity(store, Directory(), Time())
    away = Where("T1", "U1LILEI", user_team="T9")
    await following(store, RULES, Time(), identity)(changed("Ev1", away, deleted=True))
    assert (await person(store, "李雷")).linked


async def test_against_a_slack_on_loopback_members_alone_are_admitted(store: Store) -> None:
    await hire(store, "Ann Lee", "ANN@example.com")
    async with running() as at:
        installed = at.cloud.installation(TEAM)
        assert installed is not None
        token = SecretStr(installed.bot_token)
        workspaces = OneWorkspace(token, api_url=at.cloud.api_url)
        api = SlackApi(workspaces, api_url=at.cloud.api_url, clock=at.time)
        try:
            identity = Identity(store, api, at.time)
            ann = await identity.person_for(Where(TEAM, ANN, channel=EAST_CHANNEL))
            assert ann is not None
            assert (ann.name, ann.slack_id) == ("Ann Lee", ANN)
            admitted = {
                user: (await identity.identify(Where(TEAM, user))).admitted
                for user in (BOB, GUEST, STRANGER, installed.bot_user, "U0NOBODY")
            }
        finally:
            await api.close()
    assert [user for user, may in admitted.items() if may] == [BOB]
