"""What doctor says of the three ways, against a WeCom on loopback."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.config import Config
from bot.delivery.steady import steady_time
from bot.doctor import examine
from bot.findings import Finding
from bot.loopback.wecom.company import Company, GroupRobot, Member, SelfBuiltApp
from bot.rules import rules_of
from bot.wecom.heard import Chat, Way
from bot.wecom.holding import connection_name
from bot.wecom.identity import Identity
from bot.wecom.marks import Marks
from messages.i18n import Phrasebook
from scoring.model import Locale
from storage.bindings import Binding
from storage.connections import ConnectionFacts, ConnectionState
from storage.pacing import UNSPOKEN, Pause
from storage.store import Store
from tests.sample_book import MONDAY, fill
from tests.wecom.clouds import AGENT, CORP, CloudDesk, running

APP = {"agent_id": AGENT, "secret": "app-secret"}
HEARING = {**APP, "token": "t", "encoding_aes_key": "a" * 43}
LONG = {"bot_id": "aib1", "secret": "s"}
CALLBACK = {"token": "t", "encoding_aes_key": "a" * 43}


def staff() -> Company:
    """The sample's three people of WeCom, an app and a robot."""
    made = Company(CORP)
    made.hire(Member("LiLei", "李雷"), Member("hanmeimei", "韩梅梅"), Member("wangbei", "王北"))
    made.set_up(SelfBuiltApp(AGENT, "app-secret", "续约"), GroupRobot("robot-key", "east"))
    return made


def config(desk: CloudDesk, *, teams: dict[str, list[str]] | None = None, **wecom: Any) -> Config:
    ways = {"api_url": desk.cloud.api_url, "corp_id": CORP, **wecom}
    named = {name: {"places": places} for name, places in (teams or {}).items()}
    return Config.model_validate({"wecom": ways, "teams": named})


async def findings(store: Store, chosen: Config) -> list[Finding]:
    return await examine(store, chosen, rules_of(chosen, MONDAY), MONDAY)


def keys(found: list[Finding], *, ok: bool) -> set[str]:
    return {finding.key for finding in found if finding.ok is ok}


async def test_with_everything_in_order_each_way_says_what_it_can_do(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        chosen = config(
            desk,
            app=HEARING,
            robots={"east": {"key": "robot-key"}},
            teams={"华东": ["wecom:robot:east"]},
        )
        await Marks(store, desk.time).met(Chat(Way.APP, "lilei"), "lilei")
        found = await findings(store, chosen)
    assert {"doctor.robots", "doctor.app", "doctor.app_sees", "doctor.app_called"} <= keys(
        found, ok=True
    )
    # Those of the sample who are on Slack alone.
    assert keys(found, ok=False) == {"doctor.people_no_way"}
    assert "app-secret" not in str(found)


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        ({"app": {**APP, "secret": "other"}}, "delivery.code.40001"),
        ({"corp_id": "ww-other"}, "delivery.code.40013"),
        ({"app": {**APP, "agent_id": 77}}, "delivery.code.301002"),
    ],
)
async def test_a_wrong_credential_is_named_with_its_fix(
    store: Store, wrong: dict[str, Any], fix: str
) -> None:
    async with running(staff()) as desk:
        found = await findings(store, config(desk, **{"app": APP, **wrong}))
    (refusal,) = [finding for finding in found if finding.key == "doctor.app_refused"]
    assert (refusal.ok, refusal.fix) == (False, fix)


async def test_an_app_without_its_secret_is_named(store: Store) -> None:
    robots = {"east": {"key": "robot-key"}}
    async with running(staff()) as desk:
        found = await findings(store, config(desk, app={"agent_id": AGENT}, robots=robots))
    assert "doctor.app_no_secret" in keys(found, ok=False)
    assert "doctor.robots" in keys(found, ok=True)


async def test_a_robot_whose_key_is_wrong_is_named(store: Store) -> None:
    robots = {"east": {"key": "robot-key"}, "west": {"key": "gone"}}
    async with running(staff()) as desk:
        found = await findings(store, config(desk, robots=robots))
        assert not desk.cloud.words("robot:east")
    (refusal,) = [finding for finding in found if finding.key == "doctor.robot_refused"]
    assert refusal.params == {"names": "west"}
    assert "gone" not in str(found)


async def test_people_out_of_reach_of_the_app_are_named(store: Store) -> None:
    await fill(store)
    made = staff()
    made.members["hanmeimei"] = replace(made.members["hanmeimei"], visible=False)
    del made.members["wangbei"]
    async with running(made) as desk:
        found = await findings(store, config(desk, app=APP))
    by_key = {finding.key: finding.params for finding in found}
    assert by_key["doctor.app_absent"] == {"n": 1, "names": "王北"}
    assert by_key["doctor.app_unseen"] == {"n": 1, "names": "韩梅梅"}


async def test_an_app_that_hears_nothing_is_a_fault_unless_the_bot_hears(store: Store) -> None:
    async with running(staff()) as desk:
        alone = await findings(store, config(desk, app=APP))
        both = await findings(store, config(desk, app=APP, aibot=LONG))
        silent = await findings(store, config(desk, app=HEARING))
    assert "doctor.app_deaf" in keys(alone, ok=False)
    assert "doctor.app_deaf" in keys(both, ok=True)
    assert "doctor.app_never_called" in keys(silent, ok=False)


@pytest.mark.parametrize(
    ("state", "held", "key"),
    [
        (ConnectionState.CONNECTED, True, "doctor.aibot_connected"),
        (ConnectionState.CONNECTED, False, "doctor.aibot_stopped"),
        (ConnectionState.CLOSED, False, "doctor.aibot_stopped"),
        (ConnectionState.KICKED, False, "doctor.aibot_kicked"),
        (ConnectionState.REFUSED, False, "doctor.aibot_refused"),
        (ConnectionState.LIMITED, False, "doctor.aibot_limited"),
        (ConnectionState.DOWN, True, "doctor.aibot_down"),
        (ConnectionState.CONNECTING, True, "doctor.aibot_down"),
        (None, False, "doctor.aibot_never"),
    ],
)
async def test_the_long_connection_is_told_by_what_the_service_wrote_down(
    store: Store, state: ConnectionState | None, held: bool, key: str
) -> None:
    name, facts = connection_name("aib1"), ConnectionFacts(connected_at=MONDAY, fault="why")
    if state is not None:
        async with store.begin() as tx:
            steady = await steady_time(tx)
            lease: dict[str, Any] = {"lease_s": 20, "steady": steady, "now": MONDAY}
            await tx.connections.take(name, "me", "c", **lease)
            if held:
                await tx.connections.renew(name, "me", state, facts, **lease)
            else:
                await tx.connections.leave(name, "me", state, facts, rest_until=None, now=MONDAY)
    async with running(staff()) as desk:
        found = await findings(store, config(desk, aibot=LONG))
    assert key in keys(found, ok=key == "doctor.aibot_connected")


async def test_with_the_bot_alone_people_have_to_speak_first(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        chosen = config(desk, aibot=LONG)
        marks = Marks(store, desk.time)
        await marks.met(Chat(Way.AIBOT, "lilei"), "lilei")
        await marks.met(Chat(Way.AIBOT, "hanmeimei", "group1"), "hanmeimei")
        found = await findings(store, chosen)
    (silent,) = [finding for finding in found if finding.key == "doctor.aibot_not_spoken_to"]
    assert silent.params == {"n": 2, "names": "王北, 韩梅梅"}


async def test_groups_where_alerts_wait_for_a_first_word_are_named(store: Store) -> None:
    async with store.begin() as tx:
        until = await steady_time(tx) + timedelta(minutes=50)
        for place, reason in (("group:g1", UNSPOKEN), ("group:g2", "busy"), ("bot:ada", UNSPOKEN)):
            await tx.pacing.pause(Pause("wecom", place, until, 0, reason))
    async with running(staff()) as desk:
        found = await findings(store, config(desk, app=APP, aibot=LONG))
        chosen = config(desk, aibot=CALLBACK)
        assert "doctor.aibot_groups_silent" not in keys(await findings(store, chosen), ok=False)
    (silent,) = [finding for finding in found if finding.key == "doctor.aibot_groups_silent"]
    assert (silent.ok, silent.params) == (False, {"n": 1, "places": "group:g1"})


async def test_a_bot_as_callback_cannot_push_and_that_is_said(store: Store) -> None:
    async with running(staff()) as desk:
        alone = await findings(store, config(desk, aibot=CALLBACK))
        both = await findings(
            store, config(desk, aibot=CALLBACK, robots={"east": {"key": "robot-key"}})
        )
    assert {"doctor.aibot_only_answers", "doctor.aibot_never_called"} <= keys(alone, ok=False)
    assert "doctor.aibot_only_answers" in keys(both, ok=True)


async def test_encrypted_ids_without_an_app_are_a_fault_with_its_fix(store: Store) -> None:
    async with running(staff()) as desk:
        open_id = desk.cloud.company.members["lilei"].open_userid
        await Identity(store, None, desk.time).identify(
            Chat(Way.AIBOT, open_id.lower(), as_given=open_id)
        )
        found = await findings(store, config(desk, aibot=LONG))
    (fault,) = [finding for finding in found if finding.key == "doctor.aibot_ids_encrypted"]
    assert fault.params == {"n": 1}


async def test_who_can_only_be_reached_by_what_is_not_set_up_is_not_counted(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        found = await findings(store, config(desk, robots={"east": {"key": "robot-key"}}))
    (fault,) = [finding for finding in found if finding.name == "people"]
    assert (fault.ok, fault.key, fault.params["n"]) == (False, "doctor.people_no_way", 7)


async def test_a_team_without_any_place_is_a_fault_until_a_group_is_bound(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        chosen = config(desk, aibot=LONG, teams={"华东": []})
        before = await findings(store, chosen)
        async with store.begin() as tx:
            bound = Binding("wecom", "group:g1", "华东", None)
            await tx.bindings.bind(bound, by_id=None, at=MONDAY)
        after = await findings(store, chosen)
        closed = await findings(store, config(desk, app=APP, teams={"华东": []}))
    assert "doctor.team_nowhere" in keys(before, ok=False)
    assert "doctor.team" in keys(after, ok=True)
    assert "doctor.place_no_way" in keys(closed, ok=False)


async def test_nothing_set_up_and_nobody_there_are_said(store: Store) -> None:
    async with running(staff()) as desk:
        nothing = await findings(store, config(desk))
        chosen = config(desk, app=APP)
    gone = await findings(store, chosen)
    assert "doctor.no_wecom" in keys(nothing, ok=False)
    assert "doctor.unreachable" in keys(gone, ok=False)


async def test_every_finding_reads_as_a_sentence_in_both_languages(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        await Marks(store, desk.time).met(Chat(Way.AIBOT, "lilei"), "lilei")
        desk.time.now = MONDAY + timedelta(days=1)
        found = await findings(store, config(desk, app=HEARING, aibot=CALLBACK))
    for locale in Locale:
        book = Phrasebook(locale, MONDAY.tzinfo)
        for finding in found:
            assert "%(" not in book.t(finding.key, **finding.params)
