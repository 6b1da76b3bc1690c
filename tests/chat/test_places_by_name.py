"""Answers about delivery name people and channels, not the addresses a platform knows them by."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update

from scoring.model import Locale
from storage.bindings import Binding
from storage.slack_places import SlackPlace
from storage.tables import deliveries
from tests.chatting import Chat

EN = Locale.EN


async def one_in_review(chat: Chat, platform: str, place: str) -> str:
    """Everything was sent but one, which was to be told there; its code."""
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.slack_places.note(SlackPlace("C0AAAAAAA", "T1", chat.now, name="deals"))
        await tx.bindings.bind(Binding("wecom", "group:G7", "华东", None), by_id=None, at=chat.now)
        found = await tx.connection.scalar(text("SELECT min(id) FROM deliveries"))
        await tx.connection.execute(update(deliveries).values(state="sent"))
        told = {"platform": platform, "place": place, "person_id": None}
        await tx.connection.execute(
            update(deliveries).where(deliveries.c.id == found).values(state="review", **told)
        )
    return f"D-{found}"


@pytest.mark.parametrize(
    ("platform", "place", "en", "zh"),
    [
        ("wecom", "user:lilei", "WeCom 李雷", "企业微信 李雷"),
        ("wecom", "bot:hanmeimei", "WeCom 韩梅梅", "企业微信 韩梅梅"),
        ("wecom", "robot:east", "WeCom east", "企业微信 east"),
        ("wecom", "group:G7", "WeCom 华东", "企业微信 华东"),
        ("wecom", "user:nobody", "WeCom nobody", "企业微信 nobody"),
        ("slack", "U3ADA", "Slack Ada Park", "Slack Ada Park"),
        ("slack", "C0AAAAAAA", "Slack #deals", "Slack #deals"),
        ("slack", "#renewals-east", "Slack #renewals-east", "Slack #renewals-east"),
        ("slack", "C0UNKNOWN", "Slack C0UNKNOWN", "Slack C0UNKNOWN"),
    ],
)
async def test_the_list_the_story_and_the_count_name_who_was_to_hear_it(
    chat: Chat, platform: str, place: str, en: str, zh: str
) -> None:
    code = await one_in_review(chat, platform, place)
    for line in ("delivery", f"delivery {code}"):
        assert en in await chat(line, as_="Root Chen", locale=EN)
        assert zh in await chat(line, as_="Root Chen", locale=Locale.ZH)
    assert f"{en}: 1" in await chat("delivery resend all", as_="Root Chen", locale=EN)
    assert f"{zh}：1" in await chat("delivery resend all", as_="Root Chen", locale=Locale.ZH)


async def test_the_story_of_a_direct_message_names_its_person_once(chat: Chat) -> None:
    await chat.tick()
    async with chat.store.read() as tx:
        found = await tx.connection.scalar(
            text(
                "SELECT min(id) FROM deliveries WHERE person_id IS NOT NULL AND platform = 'slack'"
            )
        )
    story = await chat(f"delivery D-{found}", as_="Root Chen", locale=EN)
    assert " · Slack\n" in story
    assert "Slack U" not in story


@pytest.mark.parametrize(("who", "of_teams"), [("Root Chen", False), ("Ada Park", True)])
async def test_only_who_has_a_team_hears_of_others(chat: Chat, who: str, of_teams: bool) -> None:
    said = await chat("delivery X-99", as_=who, locale=EN)
    assert "There is no delivery X-99" in said
    assert ("another team" in said) is of_teams
