"""What doctor says of Slack, each with the fix, against a Slack on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import Config
from bot.doctor import examine
from bot.findings import Finding
from bot.loopback.slack.workspace import App, Channel, User
from bot.rules import rules_of
from bot.sealing import Seal
from bot.slack.checks import examine_slack
from bot.slack.grants import Grant, Tokens
from bot.slack.heard import Commanded, Said, Unheeded, Where
from bot.slack.manifest import needed_scopes
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.marks import OFTEN, Kind, Marks, last_heard, marking
from bot.slack.scopes import scopes_for
from messages.i18n import Phrasebook
from scoring.errors import PlatformDown
from scoring.model import Locale
from storage.slack_places import SlackPlace
from storage.store import Store
from tests.sample_book import MONDAY, fill
from tests.slack.cloud_desk import EAST, OTHER_TEAM, TEAM, Desk, Time, running

HERE = Where(TEAM, "U0ANN", channel=EAST)
SAID = Said("Ev1", HERE, "due")
COMMANDED = Commanded("1.2", HERE, "due")


@asynccontextmanager
async def desk(*, by_http: bool = False, missing: str = "") -> AsyncIterator[Desk]:
    app = App(request_url="http://127.0.0.1:1/slack/events" if by_http else "")
    scopes = tuple(scope for scope in scopes_for(links=False) if scope != missing)
    async with running(app, scopes=scopes) as at:
        yield at


def config(
    at: Desk, *, teams: dict[str, list[str]] | None = None, http: bool = False, **slack: Any
) -> Config:
    installed = at.cloud.installation(TEAM)
    assert installed is not None
    given = {"bot_token": installed.bot_token, "api_url": at.cloud.api_url}
    secret = at.cloud.app.signing_secret
    given |= {"signing_secret": secret} if http else {"app_token": at.cloud.app.app_token}
    named = {name: {"places": places} for name, places in (teams or {}).items()}
    return Config.model_validate({"slack": {**given, **slack}, "teams": named})


async def findings(store: Store, chosen: Config) -> list[Finding]:
    return await examine(store, chosen, rules_of(chosen, MONDAY), MONDAY)


def keys(found: list[Finding], *, ok: bool) -> set[str]:
    return {finding.key for finding in found if finding.ok is ok and "slack" in finding.key}


async def heard(store: Store, *what: Any) -> None:
    marks = Marks(store, lambda: MONDAY)
    for each in what:
        marks.met(each)
    await marks.drain()


async def test_with_everything_in_order_it_says_so_and_no_word_of_wecom(store: Store) -> None:
    await fill(store)
    await heard(store, SAID, COMMANDED)
    async with desk() as at:
        for person in ("U1LILEI", "U2HMM", "U3ADA", "U4VERA", "U5FINN", "U6ROOT", "U7BEI"):
            at.cloud.workspaces[TEAM].hire(User(person, person.lower()))
        chosen = config(at, teams={"华东": ["slack:#renewals-east", f"slack:{EAST}"]})
        found = await findings(store, chosen)
        assert not at.cloud.words(EAST)
    assert keys(found, ok=True) == {
        "doctor.slack",
        "doctor.slack_app_token",
        "doctor.slack_channels",
        "doctor.slack_heard",
        "doctor.slack_people",
    }
    assert keys(found, ok=False) == set()
    assert "doctor.no_wecom" not in {finding.key for finding in found}
    assert chosen.slack.bot_token.get_secret_value() not in str(found)


@pytest.mark.parametrize(
    ("wrong", "key", "fix"),
    [
        ({"bot_token": "xoxb-other"}, "doctor.slack_refused", "doctor.slack_fix.invalid_auth"),
        ({"app_token": "xapp-other"}, "doctor.slack_app_token_refused", ""),
    ],
)
async def test_a_wrong_token_is_named_with_its_fix(
    store: Store, wrong: dict[str, Any], key: str, fix: str
) -> None:
    async with desk() as at:
        found = await findings(store, config(at, **wrong))
    (refusal,) = [finding for finding in found if finding.key == key]
    assert not refusal.ok
    assert refusal.fix == fix


async def test_a_revoked_token_is_named_with_its_fix(store: Store) -> None:
    async with desk() as at:
        chosen = config(at)
        at.cloud.revoke(TEAM)
        found = await findings(store, chosen)
    (refusal,) = [finding for finding in found if finding.key == "doctor.slack_refused"]
    assert refusal.fix == "doctor.slack_fix.token_revoked"


async def test_missing_scopes_are_named_one_by_one(store: Store) -> None:
    async with desk(missing="users:read.email") as at:
        found = await findings(store, config(at))
    (lack,) = [finding for finding in found if finding.key == "doctor.slack_scopes"]
    assert lack.params == {"name": "East", "scopes": "users:read.email"}


async def test_socket_mode_that_is_switched_off_is_named(store: Store) -> None:
    async with desk(by_http=True) as at:
        found = await findings(store, config(at))
    assert "doctor.slack_app_token_refused" in keys(found, ok=False)


@pytest.mark.parametrize(
    ("http", "what", "key"),
    [
        (False, [], "doctor.slack_never_socket"),
        (True, [], "doctor.slack_never_http"),
        (False, [COMMANDED], "doctor.slack_no_events"),
        (True, [COMMANDED, SAID], "doctor.slack_heard"),
        (False, [Unheeded("Ev1", "message")], "doctor.slack_never_socket"),
    ],
)
async def test_what_was_never_heard_is_told_with_what_to_do(
    store: Store, http: bool, what: list[Any], key: str
) -> None:
    await heard(store, *what)
    async with desk(by_http=http) as at:
        found = await findings(store, config(at, http=http))
    assert key in keys(found, ok=key == "doctor.slack_heard")


async def test_requests_with_a_wrong_signature_point_to_the_secret(store: Store) -> None:
    marks = Marks(store, lambda: MONDAY)
    marks.forged()
    await marks.drain()
    async with desk(by_http=True) as at:
        found = await findings(store, config(at, http=True))
    assert "doctor.slack_forged" in keys(found, ok=False)
    # Since then something was right: whoever knocked was somebody else.
    later = Marks(store, lambda: MONDAY + timedelta(minutes=1))
    later.met(SAID)
    await later.drain()
    async with desk(by_http=True) as at:
        found = await findings(store, config(at, http=True))
    assert "doctor.slack_heard" in keys(found, ok=True)


async def test_who_can_only_write_is_told_that_they_hear_nothing(store: Store) -> None:
    async with desk() as at:
        found = await findings(store, config(at, app_token=""))
    assert "doctor.slack_deaf" in keys(found, ok=False)


async def test_channels_without_the_bot_or_archived_are_named(store: Store) -> None:
    async with desk() as at:
        east = at.cloud.workspaces[TEAM]
        east.open(Channel("C0OLD", "old", archived=True), Channel("C0MET", "met"))
        at.cloud.invite_bot(TEAM, "C0OLD")
        async with store.begin() as tx:
            await tx.slack_places.note(SlackPlace("C0MET", TEAM, MONDAY, name="met"))
        places = [
            "slack:#nowhere",
            "slack:#met",
            "slack:C0MET",
            "slack:#old",
            "slack:#renewals-east",
        ]
        found = await findings(store, config(at, teams={"华东": places}))
    by_key = {finding.key: finding.params for finding in found}
    assert by_key["doctor.slack_not_in"] == {"n": 3, "names": "#met, #nowhere, C0MET"}
    assert by_key["doctor.slack_archived"] == {"n": 1, "names": "#old"}


async def test_people_who_are_gone_or_see_nothing_are_named(store: Store) -> None:
    await fill(store)
    async with desk() as at:
        east = at.cloud.workspaces[TEAM]
        for person in ("U3ADA", "U4VERA", "U5FINN", "U6ROOT"):
            east.hire(User(person, person.lower()))
        east.hire(User("U1LILEI", "lilei", guest="multi"), User("U2HMM", "hmm", deleted=True))
        found = await findings(store, config(at))
    by_key = {finding.key: finding.params for finding in found}
    assert by_key["doctor.slack_guests"] == {"n": 1, "names": "李雷"}
    assert by_key["doctor.slack_gone"] == {"n": 2, "names": "王北, 韩梅梅"}


@pytest.mark.parametrize("off_s", [-600, 0, 30, 600])
async def test_a_clock_that_is_off_is_told_before_requests_are_refused(
    store: Store, off_s: int
) -> None:
    def machine() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=off_s)

    async with desk() as at:
        found = await examine_slack(store, config(at), [], [], machine=machine)
    (clock,) = [finding for finding in found if finding.name == "clock"]
    assert clock.ok is (abs(off_s) < 60)


async def test_a_slack_that_cannot_be_reached_is_one_finding(store: Store) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chosen = Config.model_validate(
        {"slack": {"bot_token": "xoxb-1", "api_url": f"http://127.0.0.1:{port}/api/"}}
    )
    found = await examine_slack(store, chosen, [], [])
    assert [finding.key for finding in found] == ["doctor.unreachable"]


async def test_of_several_workspaces_each_is_looked_at(store: Store) -> None:
    async with desk() as at:
        app = at.cloud.app
        several = {
            "api_url": at.cloud.api_url,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "signing_secret": app.signing_secret,
        }
        http = {"public_url": "https://renewals.example.com"}
        chosen = Config.model_validate({"slack": several, "http": http})
        found = await findings(store, chosen)
        (nobody,) = [finding for finding in found if finding.key == "doctor.slack_nobody"]
        assert nobody.params == {"address": "https://renewals.example.com/slack/install"}

        async def renew(_refresh: SecretStr) -> Tokens:
            raise PlatformDown("never asked")

        for team, secret in ((TEAM, app.client_secret), (OTHER_TEAM, "changed since")):
            seal = Seal(app.client_id, SecretStr(secret), platform="slack")
            workspaces = ManyWorkspaces(store, seal, renew, Time())
            token = SecretStr(at.cloud.install(team, ()).bot_token)
            await workspaces.install(Grant(team, team, app.id, "UBOT", Tokens(token)))
        found = await findings(store, chosen)
        at.cloud.revoke(TEAM)
        refused = await findings(store, chosen)
    assert keys(found, ok=True) >= {"doctor.slack"}
    (sealed,) = [finding for finding in found if finding.key == "doctor.slack_sealed"]
    assert sealed.params == {"names": OTHER_TEAM}
    (scopes,) = [finding for finding in found if finding.key == "doctor.slack_scopes"]
    assert scopes.params["scopes"] == "links:read, links:write"
    assert set(needed_scopes(chosen)) > {"links:read", "links:write"}
    assert "doctor.slack_refused_in" in keys(refused, ok=False)


async def test_marks_are_written_rarely_and_keep_nobody_waiting(store: Store) -> None:
    now = [MONDAY]
    marks = Marks(store, lambda: now[0])
    answered: list[object] = []

    async def hear(what: object) -> None:
        answered.append(what)

    noted = marking(hear, marks)
    for _ in range(3):
        await noted(SAID)
    await marks.drain()
    assert len(answered) == 3
    async with store.begin() as tx:
        assert await last_heard(tx) == {Kind.EVENT: MONDAY}
        await tx.settings.forget("slack.heard:event")
    marks.met(replace(SAID, id="Ev2"))
    await marks.drain()
    async with store.read() as tx:
        assert await last_heard(tx) == {}
    now[0] += OFTEN
    marks.met(SAID)
    await marks.drain()
    async with store.read() as tx:
        assert await last_heard(tx) == {Kind.EVENT: MONDAY + OFTEN}


@pytest.mark.parametrize("locale", list(Locale))
async def test_every_finding_can_be_read(store: Store, locale: Locale) -> None:
    async with desk(missing="im:history") as at:
        found = await findings(store, config(at, teams={"华东": ["slack:#nowhere"]}))
    phrases = Phrasebook(locale)
    for finding in found:
        assert "%(" not in phrases.t(finding.key, **finding.params)
