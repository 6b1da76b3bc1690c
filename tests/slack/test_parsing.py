"""What Slack's payloads say: who, where, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.refused import Refused
from bot.slack.heard import (
    Commanded,
    HomeOpened,
    Joined,
    LinkShared,
    PersonChanged,
    Reacted,
    RemoteFile,
    Removed,
    Said,
    Shortcut,
    Sought,
    Submitted,
    Tapped,
    Unheeded,
    Where,
)
from bot.slack.markup import without_mention, words_of
from bot.slack.parsing import heard_of
from tests.slack.payloads import Json, payload

BOT = "UBOT"


def event(body: Json, **around: Any) -> Json:
    """An event for a workspace in which the bot is UBOT."""
    return {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": "T1",
        "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
        "event": {"event_ts": "1700000000.000200", **body},
        **around,
    }


def said(text: str = "due", **more: Any) -> Json:
    """A direct message."""
    body = {
        "type": "message",
        "user": "U1",
        "text": text,
        "channel": "D1",
        "channel_type": "im",
        "ts": "1700000000.000100",
    }
    return event({**body, **more})


def acted(kind: str, **more: Any) -> Json:
    """An interaction of U1."""
    return {
        "type": kind,
        "trigger_id": "1.2.abc",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        **more,
    }


def tapped(**action: Any) -> Json:
    """A tap on a message in C1."""
    return acted(
        "block_actions",
        actions=[{"action_id": "line:0", "action_ts": "3.4", **action}],
        channel={"id": "C1", "name": "renewals-east"},
        container={"type": "message", "message_ts": "1700000000.000100", "channel_id": "C1"},
    )


def test_a_slash_command() -> None:
    assert heard_of(payload("slash_command")) == Commanded(
        "111.111.xxx",
        Where("T111", "W111", "C111", "random", user_team="T111", enterprise="E111"),
        "Hi",
        trigger="111.111.xxx",
        response_url="https://hooks.slack.com/commands/T111/111/xxxxx",
    )


@pytest.mark.parametrize(
    ("channel", "name", "shown", "direct"),
    [
        ("D1", "directmessage", "", True),
        ("C1", "privategroup", "", False),
        ("G1", "mpdm-a--b-1", "", False),
        ("C1", "renewals-east", "renewals-east", False),
    ],
)
def test_where_a_command_is_given(channel: str, name: str, shown: str, direct: bool) -> None:
    told = {**payload("slash_command"), "channel_id": channel, "channel_name": name}
    where = heard_of(told).where  # type: ignore[union-attr]
    assert (where.channel, where.channel_name, where.direct) == (channel, shown, direct)


def test_a_direct_message() -> None:
    assert heard_of(said("acme")) == Said(
        "Ev1",
        Where("T1", "U1", "D1", direct=True, message="1700000000.000100"),
        "acme",
        "1700000000.000100",
        at=datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC),
    )


def test_a_mention_is_taken_off() -> None:
    heard = heard_of(
        event({"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@UBOT>: due"})
    )
    assert isinstance(heard, Said)
    assert heard.text == "due"
    assert not heard.where.direct


@pytest.mark.parametrize(
    "more",
    [
        {"channel": "C1", "channel_type": "channel"},
        {"channel": "C1", "channel_type": "channel", "text": "<@UBOT> due"},
        {"channel": "G1", "channel_type": "mpim"},
        {"bot_id": "B1"},
        {"bot_profile": {"id": "B1"}},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"type": "app_mention"},
        {"type": "news"},
    ],
)
def test_nobody_speaks_to_the_bot(more: Json) -> None:
    assert isinstance(heard_of(said(**more)), Unheeded)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_people_speak_in_several_ways(subtype: str) -> None:
    assert isinstance(heard_of(said(subtype=subtype)), Said)


def test_a_message_and_its_mention_are_not_heard_twice() -> None:
    told = {"user": "U1", "channel": "C1", "text": "<@UBOT> due", "ts": "1700000000.000100"}
    heard = [
        heard_of(event({**told, "type": "message", "channel_type": "channel"})),
        heard_of(event({**told, "type": "app_mention"})),
    ]
    assert [type(each) for each in heard] == [Unheeded, Said]


def test_files_that_can_be_fetched() -> None:
    files = [
        {
            "id": "F1",
            "name": "book.xlsx",
            "mode": "hosted",
            "size": 92_582,
            "url_private": "https://files.slack.com/a",
            "url_private_download": "https://files.slack.com/b",
        },
        {"id": "F2", "title": "plan", "url_private": "https://files.slack.com/c", "size": -1},
        {"id": "F3", "mode": "tombstone"},
        {"id": "F4", "mode": "hidden_by_limit"},
        {"id": "F5", "mode": "external", "url_private": "https://elsewhere.example"},
        {"name": "nameless"},
        "F6",
    ]
    heard = heard_of(said("", subtype="file_share", files=files))
    assert isinstance(heard, Said)
    assert heard.files == (
        RemoteFile("F1", "book.xlsx", "https://files.slack.com/b", 92_582),
        RemoteFile("F2", "plan", "https://files.slack.com/c"),
    )


@pytest.mark.parametrize(
    ("action", "line"),
    [
        ({"type": "button", "value": "claim A-12"}, "claim A-12"),
        ({"type": "button"}, ""),
        ({"type": "static_select", "selected_option": {"value": "show A-1"}}, "show A-1"),
        ({"type": "overflow", "selected_option": {"value": "lost A-1"}}, "lost A-1"),
        ({"type": "users_select", "selected_user": "U2"}, "<@U2>"),
        ({"type": "datepicker", "selected_date": "2026-12-01"}, "2026-12-01"),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, "a b"),
        ({"type": "multi_users_select", "selected_users": ["U2", "U3"]}, "<@U2> <@U3>"),
        ({"type": "button", "value": 7}, ""),
    ],
)
def test_what_stands_behind_a_tap(action: Json, line: str) -> None:
    heard = heard_of(tapped(**action))
    assert isinstance(heard, Tapped)
    assert heard.line == line


def test_where_a_tap_is() -> None:
    heard = heard_of(tapped(value="claim A-12"))
    assert heard == Tapped(
        "1.2.abc",
        Where("T1", "U1", "C1", "renewals-east", user_team="T1", message="1700000000.000100"),
        "line:0",
        "claim A-12",
        trigger="1.2.abc",
    )


@pytest.mark.parametrize(
    ("more", "surface"),
    [
        ({"view": {"id": "V1", "type": "home"}, "container": {"type": "view"}}, "home"),
        ({"view": {"id": "V1", "type": "modal"}, "container": {"type": "view"}}, "view"),
        ({"container": {"type": "message_attachment"}}, "message"),
    ],
)
def test_on_which_surface_it_was_tapped(more: Json, surface: str) -> None:
    heard = heard_of({**tapped(value="x"), **more})
    assert isinstance(heard, Tapped)
    assert (heard.surface, heard.view) == (surface, more.get("view"))


def test_an_ephemeral_message_and_its_thread() -> None:
    container = {"type": "message", "message_ts": "2.1", "thread_ts": "1.1", "is_ephemeral": True}
    heard = heard_of({**tapped(value="x"), "container": container})
    assert isinstance(heard, Tapped)
    assert heard.ephemeral
    assert (heard.where.message, heard.where.thread) == ("2.1", "1.1")


def test_a_tap_without_a_trigger_is_named_by_its_time() -> None:
    told = tapped(value="x")
    del told["trigger_id"]
    assert heard_of(told).id == "line:0:3.4"


def test_a_form_of_another_company_belongs_where_the_app_is_installed() -> None:
    heard = heard_of(payload("view_submission_slack_connect"))
    assert isinstance(heard, Submitted)
    assert heard.where == Where("T-installed-workspace", "W111", user_team="T-other-side")


def test_a_person_of_another_company_in_a_shared_channel() -> None:
    mention = {"type": "app_mention", "user": "U9", "channel": "C1", "text": "<@UBOT> due"}
    heard = heard_of(
        event(
            {**mention, "user_team": "T9", "team": "T9"}, team_id="T9", is_ext_shared_channel=True
        )
    )
    assert isinstance(heard, Said)
    assert (heard.where.team, heard.where.user_team) == ("T1", "T9")


def test_an_organisation_that_installed_the_app_as_a_whole() -> None:
    around = [{"team_id": None, "enterprise_id": "E1", "user_id": BOT, "is_bot": True}]
    heard = heard_of(event(said()["event"], authorizations=around, enterprise_id="E1"))
    assert isinstance(heard, Said)
    assert (heard.where.team, heard.where.enterprise) == ("T1", "E1")
    told = {**tapped(value="x"), "team": None, "enterprise": {"id": "E1"}}
    where = heard_of(told).where  # type: ignore[union-attr]
    assert (where.team, where.enterprise) == ("T1", "E1")


def test_what_is_looked_for() -> None:
    heard = heard_of(payload("block_suggestion"))
    assert isinstance(heard, Sought)
    assert (heard.id, heard.action, heard.text) == ("V111:es_a", "es_a", "search word")


def test_shortcuts() -> None:
    assert heard_of(payload("shortcut_message")) == Shortcut(
        "111.222.xxx",
        Where("T111", "W111", "C111", "dev", enterprise="E111", message="1583636382.000300"),
        "test-shortcut",
        trigger="111.222.xxx",
        response_url="https://hooks.slack.com/app/T111/111/xxx",
        text="<@W222> test",
        ts="1583636382.000300",
        author="W111",
        at=datetime(2020, 3, 8, 2, 59, 42, 300, tzinfo=UTC),
    )
    assert heard_of(payload("shortcut_global")).id == "111.111.xxxxxx"


def test_a_reaction() -> None:
    body = {
        "type": "reaction_added",
        "user": "U1",
        "reaction": "pushpin",
        "item": {"type": "message", "channel": "C1", "ts": "1.1"},
        "item_user": "U2",
    }
    assert heard_of(event(body)) == Reacted(
        "Ev1", Where("T1", "U1", "C1", message="1.1"), "pushpin", "1.1", "U2"
    )
    assert isinstance(heard_of(event({**body, "user": BOT})), Unheeded)
    assert isinstance(heard_of(event({**body, "item": {"type": "file", "file": "F1"}})), Unheeded)


def test_the_home_tab() -> None:
    body = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}
    where = Where("T1", "U1", "D1", direct=True)
    assert heard_of(event(body)) == HomeOpened("Ev1", where, "home")
    view = {"id": "V1", "hash": "h"}
    assert heard_of(event({**body, "view": view})) == HomeOpened("Ev1", where, "home", view)


def test_links() -> None:
    body = {
        "type": "link_shared",
        "user": "U1",
        "channel": "C1",
        "message_ts": "1.1",
        "thread_ts": "0.1",
        "unfurl_id": "C1.1.1",
        "source": "conversations_history",
        "links": [{"domain": "x.example", "url": "https://x.example/c/A-12"}, {}, 7],
    }
    assert heard_of(event(body)) == LinkShared(
        "Ev1",
        Where("T1", "U1", "C1", message="1.1", thread="0.1"),
        ("https://x.example/c/A-12",),
        "1.1",
        "C1.1.1",
        "conversations_history",
    )
    assert isinstance(heard_of(event({**body, "links": []})), Unheeded)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"type": "member_joined_channel", "user": BOT, "inviter": "U2"}, False),
        ({"type": "member_left_channel", "user": BOT, "actor_id": "U2"}, True),
        ({"type": "channel_left", "actor_id": "U2"}, True),
        ({"type": "group_left", "actor_id": "U2"}, True),
    ],
)
def test_the_bot_comes_and_goes(body: Json, left: bool) -> None:
    heard = heard_of(event({**body, "channel": "C1"}))
    assert heard == Joined("Ev1", Where("T1", "U2", "C1"), left)


@pytest.mark.parametrize("kind", ["member_joined_channel", "member_left_channel"])
def test_other_people_come_and_go(kind: str) -> None:
    assert isinstance(heard_of(event({"type": kind, "user": "U1", "channel": "C1"})), Unheeded)


def test_who_the_bot_is_may_be_known_from_elsewhere() -> None:
    told = payload("event_member_joined_channel")
    assert isinstance(heard_of(told), Unheeded)
    assert isinstance(heard_of(told, "W23456789"), Joined)


def test_somebodys_account_changed() -> None:
    user = {"id": "U2", "team_id": "T1", "deleted": True, "profile": {"email": "a@b.example"}}
    heard = heard_of(event({"type": "user_change", "user": user}))
    assert heard == PersonChanged("Ev1", Where("T1", "U2", user_team="T1"), user)


def test_the_app_is_removed() -> None:
    assert heard_of(payload("event_app_uninstalled")) == Removed("Ev111", "T111", "E111")
    assert heard_of(payload("event_tokens_revoked")) == Removed(
        "Ev111", "T111", "E111", ("UXXXXXXXX",)
    )
    tokens = {"oauth": ["U1"]}
    heard = heard_of(event({"type": "tokens_revoked", "tokens": tokens}))
    assert heard == Removed("Ev1", "T1", users=("U1",), bot=False)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"text": "no kind"},
        {"type": "event_callback"},
        {"type": "event_callback", "event": {"type": "message"}},
        {"type": "event_callback", "event_id": "Ev 1", "event": {"type": "message"}},
        {"type": "event_callback", "event_id": "E" * 256, "event": {"type": "message"}},
        {"type": 7},
        {"command": "/renewals", "user_id": "U1"},
        {"command": "/renewals", "trigger_id": "1.2"},
        {"command": "/renewals", "trigger_id": "1.2", "user_id": "no id"},
        acted("block_actions"),
        acted("block_actions", actions=[{}]),
        acted("view_submission"),
        acted("block_suggestion"),
        acted("shortcut"),
        {**acted("shortcut", callback_id="x"), "trigger_id": ""},
        {**acted("shortcut", callback_id="x"), "user": {}},
    ],
)
def test_what_cannot_be_slacks_is_refused(told: Json) -> None:
    with pytest.raises(Refused) as caught:
        heard_of(told)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("show Acme &amp; Co &lt;3", "show Acme & Co <3"),
        ("&amp;lt;", "&lt;"),
        ("assign A-1 <@U2>", "assign A-1 <@U2>"),
        ("assign A-1 <@U2|ada>", "assign A-1 <@U2>"),
        ("bind <#C1|renewals-east>", "bind #renewals-east"),
        ("bind <#C1|>", "bind <#C1>"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@east>", "@east"),
        ("<!subteam^S1>", ""),
        ("<!date^1700000000^{date_short}|14 Nov>", "14 Nov"),
        ("<http://acme.com|acme.com>", "acme.com"),
        ("<https://acme.com/a?b=1&amp;c=2>", "https://acme.com/a?b=1&c=2"),
        ("<mailto:a@acme.com|a@acme.com>", "a@acme.com"),
        ("<mailto:a@acme.com>", "a@acme.com"),
        ("<tel:+861234|1234>", "1234"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("<>", "<>"),
        ("续约 &gt; 上海", "续约 > 上海"),
    ],
)
def test_words_are_as_they_were_typed(typed: str, words: str) -> None:
    assert words_of(typed) == words


@pytest.mark.parametrize(
    ("typed", "bot", "words"),
    [
        ("<@UBOT> due", BOT, "due"),
        ("<@UBOT|renewals>, due", BOT, "due"),
        ("<@UBOT>：到期", BOT, "到期"),
        ("hi <@UBOT> due", BOT, "hi due"),
        ("due <@UBOT>", BOT, "due"),
        ("<@U2> due", BOT, "<@U2> due"),
        ("<@UBOT>", BOT, ""),
        ("<@U2> due", "", "due"),
        ("due <@U2>", "", "due <@U2>"),
        ("<@UBOT> assign A-1 <@U2>", "", "assign A-1 <@U2>"),
    ],
)
def test_the_bots_own_name_is_no_part_of_the_line(typed: str, bot: str, words: str) -> None:
    assert without_mention(typed, bot) == words
