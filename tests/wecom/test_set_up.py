"""`renewals wecom group` and `renewals manifest wecom`: what the operator sets up once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.loopback.wecom.company import Company, Member, SelfBuiltApp
from bot.wecom.api import WecomApi
from bot.wecom.groups import TeamGroup, make_group
from bot.wecom.menu import menu_of
from handlers.commands import COMMANDS
from messages.i18n import Phrasebook
from messages.limits import (
    WECOM_APPCHAT_ID,
    WECOM_MENU_ENTRIES,
    WECOM_MENU_NAME_BYTES,
    WECOM_MENU_TOP_NAME_BYTES,
    octets,
)
from scoring.errors import BadCredentials, NotFound, Refused
from scoring.model import Locale
from storage.store import Store
from tests.commands import renewals_beside
from tests.fakes.wecom_api import SECRET, FakeApi
from tests.sample_book import EAST, MONDAY, fill
from tests.wecom.clouds import AGENT, CORP, CloudDesk, running

CHINESE = Phrasebook(Locale.ZH)


def staff(**app: Any) -> Company:
    made = Company(CORP)
    made.hire(Member("LiLei", "李雷"), Member("hanmeimei", "韩梅梅"), Member("ada", "Ada Park"))
    made.set_up(replace(SelfBuiltApp(AGENT, "app-secret", "续约"), **app))
    return made


async def make(store: Store, desk: CloudDesk, team: str = EAST, name: str = "") -> TeamGroup:
    secret = SecretStr("app-secret")
    api = WecomApi(store, api_url=desk.cloud.api_url, corp_id=CORP, secret=secret, clock=desk.time)
    try:
        return await make_group(store, api, CHINESE, team, name, MONDAY)
    finally:
        await api.close()


async def test_a_teams_group_is_made_greeted_and_bound(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        made = await make(store, desk)
        (chat,) = desk.cloud.company.appchats.values()
        assert "续约提醒" in desk.cloud.words(made.place)[0]
    assert (made.made, made.members, made.without) == (True, 2, ("Ada Park", "Vera Lind"))
    assert len(made.place.removeprefix("appchat:")) <= WECOM_APPCHAT_ID
    assert (chat.name, set(chat.members)) == ("华东续约提醒", {"LiLei", "hanmeimei"})
    async with store.read() as tx:
        bound = await tx.bindings.of_place("wecom", made.place)
    assert bound is not None
    assert bound.team == EAST


async def test_the_lead_owns_it_and_a_name_is_cut_to_what_wecom_takes(store: Store) -> None:
    book = await fill(store)
    async with store.begin() as tx:
        await tx.people.change(book.people["Ada Park"], {"wecom_id": "ada"})
    async with running(staff()) as desk:
        await make(store, desk, name="很长" * 40)
        (chat,) = desk.cloud.company.appchats.values()
    assert chat.owner == "ada"
    assert len(chat.name) == 50


async def test_made_again_the_missing_are_added_and_nothing_is_greeted_twice(
    store: Store,
) -> None:
    await fill(store)
    fake = FakeApi()
    await fake.start()
    fake.script("appchat/create", 86215)
    fake.script("appchat/get", {"errcode": 0, "chat_info": {"userlist": ["LiLei"]}})
    secret = SecretStr(SECRET)
    api = WecomApi(store, api_url=fake.url, corp_id="ww-corp", secret=secret, clock=lambda: MONDAY)
    try:
        made = await make_group(store, api, CHINESE, EAST, "", MONDAY)
    finally:
        await api.close()
        await fake.stop()
    assert (made.made, made.joined) == (False, 1)
    (update,) = fake.bodies("appchat/update")
    assert update["add_user_list"] == ["hanmeimei"]
    assert not fake.calls("appchat/send")


async def test_what_cannot_be_made_is_refused(store: Store) -> None:
    await fill(store)
    async with running(staff()) as desk:
        with pytest.raises(NotFound):
            await make(store, desk, "华西")
        with pytest.raises(Refused):
            await make(store, desk, "华北")
    async with running(staff(whole_company=False)) as desk:
        with pytest.raises(BadCredentials) as fault:
            await make(store, desk)
    assert fault.value.code == "48002"
    async with store.read() as tx:
        assert await tx.bindings.everywhere() == []


@pytest.mark.parametrize("locale", list(Locale))
def test_the_menu_is_within_wecoms_bounds_and_every_entry_is_a_command(locale: Locale) -> None:
    made = menu_of(COMMANDS, Phrasebook(locale))
    assert len(made["button"]) == 3
    names = {command.name for command in COMMANDS}
    for top in made["button"]:
        assert octets(top["name"]) <= WECOM_MENU_TOP_NAME_BYTES
        assert 1 <= len(top["sub_button"]) <= WECOM_MENU_ENTRIES
        for entry in top["sub_button"]:
            assert octets(entry["name"]) <= WECOM_MENU_NAME_BYTES
            assert octets(entry["key"]) <= 128
            assert entry["key"].split()[0] in names


async def renewals(folder: Path, *words: str) -> tuple[int, str, str]:
    """The command line in a folder, with its renewals.toml."""
    done = await renewals_beside(folder, *words)
    return done.returncode, done.stdout, done.stderr


async def test_the_command_line_does_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "name,role,team,wecom_id\nLi Lei,rep,East,lilei\nHan,rep,East,hanmeimei\n"
    )
    async with running(staff()) as desk:
        (tmp_path / "renewals.toml").write_text(
            f'locale = "zh_CN"\n[wecom]\napi_url = "{desk.cloud.api_url}"\ncorp_id = "{CORP}"\n'
            f'[wecom.app]\nagent_id = {AGENT}\nsecret = "app-secret"\n'
        )
        assert (await renewals(tmp_path, "import", "people.csv", "--kind", "people"))[0] == 0
        code, out, _ = await renewals(tmp_path, "wecom", "group", "--team", "East", "--json")
        made = json.loads(out)
        assert (code, made["made"], made["members"]) == (0, True, 2)
        code, out, _ = await renewals(tmp_path, "manifest", "wecom", "--apply")
        assert (code, "entries" in out) == (0, True)
        assert desk.cloud.company.menus[AGENT] == menu_of(COMMANDS, CHINESE)["button"]
        desk.cloud.company.set_up(SelfBuiltApp(AGENT, "app-secret", whole_company=False))
        desk.cloud.company.appchats.clear()
        code, _, err = await renewals(tmp_path, "wecom", "group", "--team", "East")
        assert (code, "48002" in err, "root department" in err) == (1, True, True)
        assert "app-secret" not in err


async def test_without_an_app_the_command_line_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "renewals.toml").write_text('locale = "en"\n')
    for words in (["wecom", "group", "--team", "East"], ["manifest", "wecom", "--apply"]):
        code, _, err = await renewals(tmp_path, *words)
        assert (code, "corp_id" in err) == (2, True)
    code, out, _ = await renewals(tmp_path, "manifest", "wecom", "--json")
    assert (code, len(json.loads(out)["button"])) == (0, 3)
