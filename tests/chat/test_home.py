"""Somebody's Home: what it says, to whom, and that Slack takes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.home import home_of
from handlers.taps import asking
from messages.cards.home import home_page, stranger_page
from messages.i18n import Phrasebook
from messages.model import FieldKind
from messages.page import Page
from messages.render.check import check_slack
from messages.render.slack_home import home_view
from scoring.home import HomeView, Sign
from scoring.model import Locale
from tests.chatting import Chat
from tests.sample_book import MONDAY, PEOPLE, TODAY


async def home(chat: Chat, name: str) -> HomeView:
    """The Home of somebody, seen now."""
    async with chat.store.read() as tx:
        person = await tx.people.by_name(name)
        assert person is not None
        return await home_of(tx, person, chat.rules, chat.now)


def page_of(view: HomeView, locale: Locale = Locale.EN) -> Page:
    """The page, checked in passing."""
    phrases = Phrasebook(locale, MONDAY.tzinfo)
    page = home_page(view, phrases, asks=asking(phrases))
    assert check_slack(home_view(page, phrases)) == []
    return page


def headings(page: Page) -> list[str]:
    """What the parts are called."""
    return [part.heading for part in page.parts]


def told(page: Page) -> dict[str, str]:
    """What is said of each row, by its title."""
    return {
        row.title.partition(" · ")[0]: "".join(span.text for span in row.line)
        for part in page.parts
        for row in part.rows
    }


def taps(page: Page) -> set[str]:
    """Every line that can be tapped."""
    rows = {row.tap.line for part in page.parts for row in part.rows if row.tap}
    return rows | {button.line for part in page.parts for button in part.buttons}


async def test_my_renewals_stand_under_how_urgent_they_are(chat: Chat) -> None:
    page = page_of(await home(chat, "李雷"))
    late, month, quarter = page.parts[2:5]
    assert [late.heading[2:], month.heading[2:], quarter.heading[2:]] == [
        "Overdue: decide now",
        "This month",
        "Later this quarter",
    ]
    assert [row.title for row in late.rows] == ["蓝海物流有限公司 · 平台版"]
    assert [row.title for row in month.rows] == ["Northwind Traders · 平台版"]
    assert told(page)["华为技术有限公司"].endswith("CN¥1.2M · unclaimed")
    assert {"claim C#1", "mine", "due", "settings", "help"} <= taps(page)


async def test_what_i_claimed_is_opened_and_not_claimed_again(chat: Chat) -> None:
    await chat("claim C#1")
    page = page_of(await home(chat, "李雷"))
    assert "claim C#1" not in taps(page)
    assert any(line.startswith("show R-") for line in taps(page))


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize("locale", list(Locale))
async def test_everybody_has_a_home_that_slack_takes(chat: Chat, name: str, locale: Locale) -> None:
    view = await home(chat, name)
    page = page_of(view, locale)
    assert headings(page)[-1].startswith("⚙️")
    assert view.newcomer


async def test_nobody_sees_another_teams_customers_or_amounts_not_theirs(chat: Chat) -> None:
    for name in PEOPLE:
        page = page_of(await home(chat, name))
        if name in ("李雷", "韩梅梅", "Ada Park", "Vera Lind"):
            assert "燕山石化有限公司" not in told(page)
        if name == "Vera Lind":
            assert not any("¥" in words or "$" in words for words in told(page).values())
            assert not any(line.startswith("claim") for line in taps(page))


async def test_who_has_nothing_sees_the_most_urgent_of_what_they_may_see(chat: Chat) -> None:
    view = await home(chat, "Ada Park")
    assert not view.mine
    page = page_of(view)
    assert "蓝海物流有限公司" in told(page)
    assert "Nothing of yours is due." in str(page.parts[0])


async def test_the_tour_goes_when_somebody_has_worked(chat: Chat) -> None:
    assert "👋 Two minutes, and you know it all" in headings(page_of(await home(chat, "李雷")))
    await chat("claim C#1")
    assert not (await home(chat, "李雷")).newcomer
    await chat("log C#3 called them, all fine", as_="韩梅梅")
    assert not (await home(chat, "韩梅梅")).newcomer


async def test_next_steps_that_i_promised_are_my_tasks(chat: Chat) -> None:
    await chat("log C#1 called 王建国, next call on 2026-11-25")
    view = await home(chat, "李雷")
    assert [(task.account, task.next_on) for task in view.tasks] == [
        ("华为技术有限公司", TODAY + timedelta(days=2))
    ]
    page = page_of(view, Locale.ZH)
    assert "📌 我的待办" in headings(page)
    assert "log A-1" in taps(page)


@pytest.mark.parametrize("name", sorted(PEOPLE))
async def test_every_tap_of_a_home_is_understood(chat: Chat, name: str) -> None:
    page = page_of(await home(chat, name))
    for line in sorted(taps(page)):
        reply = await chat(line, as_=name, place="dm", locale=Locale.EN)
        # What still asks for something opens its form.
        assert not reply.refused or reply.message.form is not None, (line, reply.text)


async def test_a_search_for_a_customer_is_one_tap_away(chat: Chat) -> None:
    first, *_ = page_of(await home(chat, "李雷")).parts[0].buttons
    assert first.form is not None
    assert [field.kind for field in first.form.fields] == [FieldKind.SEARCH]


async def known(chat: Chat, table: str, **values: Any) -> None:
    """Adds a fact of the customer 1."""
    async with chat.store.begin() as tx:
        await tx.facts.add(table, [{"account_id": 1, **values}])


async def test_what_the_facts_speak_against_is_at_risk(chat: Chat) -> None:
    assert (await home(chat, "李雷")).at_risk == ()  # nothing but silence
    await known(chat, "tickets", ticket_no="T-1", opened_on=TODAY)
    await known(
        chat,
        "payments",
        invoice_no="F-1",
        due_on=TODAY - timedelta(days=3),
        amount=1,
        currency="CNY",
    )
    for days, value in ((91, 100.0), (0, 60.0)):
        on = TODAY - timedelta(days=days)
        await known(chat, "signals", signal="active_users", observed_on=on, value=value)
    await known(chat, "surveys", kind="nps", answered_on=TODAY, respondent="x", score=3.0)
    (risk,) = (await home(chat, "李雷")).at_risk
    assert risk.renewal.account == "华为技术有限公司"
    assert [sign.sign for sign in risk.signs] == [
        *(Sign.PAYMENT, Sign.USAGE, Sign.SCORE, Sign.TICKETS, Sign.SILENCE),
    ]
    page = page_of(await home(chat, "李雷"), Locale.ZH)
    (row,) = next(part for part in page.parts if part.heading.startswith("⚠️")).rows
    assert "".join(span.text for span in row.line) == (
        "逾期账款 1 笔 · 近三个月使用量下降 40% · NPS 评分 3 · 未解决工单 1 个 · 还没有跟进记录"
    )


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("admitted", [True, False])
def test_a_stranger_sees_no_customer(locale: Locale, admitted: bool) -> None:
    phrases = Phrasebook(locale)
    page = stranger_page(phrases, admitted=admitted)
    assert check_slack(home_view(page, phrases)) == []
    assert taps(page) == ({"link"} if admitted else set())
