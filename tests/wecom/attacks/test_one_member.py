"""An id that means several people, or everybody, is nobody's: what is for one stays with one."""

from __future__ import annotations

import pytest

from bot.adapters.wecom_app import WecomApp
from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author
from messages.render.payload import wecom_id
from scoring.errors import RecipientGone
from storage.posts import Post
from storage.store import Store
from tests.fakes.wecom_api import FakeApi
from tests.sample_book import MONDAY, RULES
from tests.wecom.api.conftest import START, Clock, OpenApi, clock, open_api, wecom
from tests.wecom.clouds import card, text

__all__ = ["clock", "open_api", "wecom"]

EVERYBODY = ("@all", "lin|wang", "@ALL", "-lin", "lin wang", "lin,wang", "林", "")


@pytest.mark.parametrize("userid", EVERYBODY)
async def test_nothing_for_a_person_goes_to_several(
    wecom: FakeApi, open_api: OpenApi, clock: Clock, userid: str
) -> None:
    app = WecomApp(open_api(), 1_000_002, clock=clock.read)
    with pytest.raises(RecipientGone):
        await app.send(f"user:{userid}", text("年费 120000"), "k.0")
    post = Post(1, "wecom", f"user:{userid}", "t", "alert", 1, 1, "k", "k", {}, 0, "c", None, START)
    with pytest.raises(RecipientGone):
        await app.edit(post, card())
    assert wecom.bodies("message/send") == wecom.bodies("message/update_template_card") == []


@pytest.mark.parametrize("userid", [*filter(None, EVERYBODY), "all"])
async def test_a_sheet_cannot_give_a_person_such_an_id(store: Store, userid: str) -> None:
    sheet = f'name,role,wecom_id\nAnn,rep,"{userid}"\n'
    brought = await bring(
        store,
        [FileToBring("p.csv", sheet.encode(), "people")],
        RULES,
        MONDAY,
        author=Author(None, "test", "test"),
        write=True,
    )
    assert [problem.key for problem in brought.plan.problems] == ["import.row.bad_identity"]


@pytest.mark.parametrize("userid", ["#general", "C0GENERAL", "everybody", "U1,U2"])
async def test_nor_a_channel_for_a_slack_id(store: Store, userid: str) -> None:
    sheet = f'name,role,slack_id\nAnn,rep,"{userid}"\n'
    brought = await bring(
        store,
        [FileToBring("p.csv", sheet.encode(), "people")],
        RULES,
        MONDAY,
        author=Author(None, "test", "test"),
        write=True,
    )
    assert [problem.key for problem in brought.plan.problems] == ["import.row.bad_identity"]


def test_a_mention_names_one_person() -> None:
    assert [wecom_id(userid) for userid in (*EVERYBODY, "all", "All")] == [None] * 10
    for userid in ("lin", "LinFeng", "9", "lin.feng_2-x@corp", "woAJ2GCAAAXtWyujaWJHDDGi0mACcGRN"):
        assert wecom_id(userid) == userid
