"""Home tabs: shown when opened, shown anew when something changed, left alone otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.slack.changes import take_in
from bot.slack.heard import HomeOpened, PersonChanged
from bot.slack.homes import Homes
from messages.i18n import Phrasebook
from scoring.errors import PlatformDown, RateLimited
from scoring.model import Locale
from storage.store import Store
from tests.sample_book import RULES, SampleBook
from tests.slack.answered import Json, words_in
from tests.slack.directory import account
from tests.slack.house import ADA, HMM, LILEI, House, house
from tests.wecom.dialogues import renewal, ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


def opened(home: House, user: str = LILEI, tab: str = "home") -> HomeOpened:
    return HomeOpened("Ev1", home.where(user, ""), tab)


def shown(home: House, user: str = LILEI) -> list[Json]:
    """What was published to somebody, in order."""
    return [call["view"] for call in home.slack.asked("views.publish") if call["user_id"] == user]


async def claim(home: House, book: SampleBook, number: str, user: str = LILEI) -> None:
    code = (await renewal(home.store, book, number)).code
    await home.answer(f"claim {code}", user)


async def test_it_is_shown_when_it_is_opened(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        (view,) = shown(home)
        assert view["type"] == "home"
        assert "华为" in words_in(view)


async def test_it_is_sent_once_while_it_stays_the_same(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        for _ in range(3):
            await home.hear(opened(home))
        await home.hear(opened(home, tab="messages"))
        assert len(shown(home)) == 1


async def test_a_first_change_shows_at_once_and_the_next_after_half_a_minute(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        assert not await home.homes.refresh()
        assert len(shown(home)) == 2
        await claim(home, book, "HT-5")
        home.clock.later(seconds=29)
        assert await home.homes.refresh()
        assert len(shown(home)) == 2
        home.clock.later(seconds=2)
        assert not await home.homes.refresh()
        assert len(shown(home)) == 3


async def test_what_looks_the_same_is_not_sent_again(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home, HMM))
        await claim(home, book, "HT-1")  # which is somebody else's
        await home.homes.refresh()
        assert len(shown(home, HMM)) == 1


async def test_what_looked_the_same_need_not_rest_before_a_change(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        await home.homes.refresh()
        await claim(home, book, "HT-1")
        await home.homes.refresh()
        assert len(shown(home)) == 2


async def test_a_new_day_is_a_change(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        await home.homes.refresh()
        home.clock.later(days=1)
        await home.homes.refresh()
        assert len(shown(home)) == 2


@pytest.mark.parametrize(
    "line", ["settings hours=10:00-16:00", "settings language=en", "language en"]
)
async def test_what_somebody_chooses_for_themselves_shows_at_once(
    store: Store, book: SampleBook, line: str
) -> None:
    async with house(store) as home:
        await home.hear(opened(home, ADA))
        await claim(home, book, "HT-1", ADA)
        await home.homes.refresh()
        before = len(shown(home, ADA))
        await home.answer(line, ADA)
        assert not await home.homes.refresh()
        assert len(shown(home, ADA)) == before + 1


async def test_of_two_replicas_one_shows_it_anew(store: Store, book: SampleBook) -> None:
    async with house(store) as home, house(store, slack=home.slack) as replica:
        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        await asyncio.gather(home.homes.refresh(), replica.homes.refresh())
        assert len(shown(home)) == 2


async def test_what_could_not_be_shown_is_shown_later(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        home.slack.refuse("views.publish", "ratelimited")
        assert await home.homes.refresh()
        home.clock.later(seconds=31)
        assert not await home.homes.refresh()
        assert len(shown(home)) == 3


async def test_who_is_gone_is_forgotten(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        home.slack.refuse("views.publish", "user_not_found")
        assert not await home.homes.refresh()
        home.clock.later(days=1)
        await home.homes.refresh()
        assert len(shown(home)) == 2


async def test_a_tab_nobody_opened_for_a_week_is_left(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        home.clock.later(days=8)
        assert not await home.homes.refresh()
        assert len(shown(home)) == 1


async def test_a_clock_set_back_holds_nothing_up(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        await home.homes.refresh()
        home.clock.later(hours=-1)
        await claim(home, book, "HT-5")
        assert not await home.homes.refresh()
        assert len(shown(home)) == 3


async def test_guests_and_strangers_see_no_customer(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.users[ADA] = {"id": ADA, "team_id": "T1", "is_ultra_restricted": True}
        for user in (ADA, "U9NOBODY"):
            await home.hear(opened(home, user))
            (view,) = shown(home, user)
            assert "华为" not in words_in(view)
        foreign = replace(opened(home), where=replace(home.where("U8", ""), user_team="T2"))
        await home.hear(foreign)
        assert "华为" not in words_in(shown(home, "U8"))


async def test_who_becomes_a_guest_loses_what_the_tab_shows(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(opened(home, ADA))
        assert "华为" in words_in(shown(home, ADA)[-1])
        profile = {**account(ADA), "is_restricted": True}
        news = PersonChanged("Ev9", home.where(ADA, ""), profile)
        assert await take_in(store, RULES, news, home.clock())
        await home.homes.refresh()
        assert "华为" not in words_in(shown(home, ADA)[-1])
        assert Phrasebook(Locale.ZH).t("home.not_admitted") in words_in(shown(home, ADA)[-1])


async def test_it_is_kept_up_to_date_while_the_service_runs(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        stop = asyncio.Event()
        paces = {"poll_s": 0.05, "soon_s": 0.05, "settle_s": 0.0}
        homes = Homes(store, home.api, RULES, home.clock, **paces)
        running = asyncio.create_task(homes.run(stop))
        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        homes.changed()
        await home.slack.until("views.publish", 2)
        stop.set()
        await asyncio.wait_for(running, 5)
        assert len(shown(home)) == 2


async def test_trouble_with_slack_ends_nothing(store: Store, book: SampleBook) -> None:
    async with house(store) as home:

        class Down:
            async def call(self, *_given: object, **_more: object) -> Json:
                raise PlatformDown("down")

        await home.hear(opened(home))
        await claim(home, book, "HT-1")
        homes = Homes(store, Down(), RULES, home.clock)
        assert await homes.refresh()


async def test_who_asks_for_a_pause_is_asked_for_nothing_more_until_then(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:

        class Full:
            asked = 0

            async def call(self, *_given: object, **_more: object) -> Json:
                self.asked += 1
                raise RateLimited("too many", retry_after_s=60.0)

        for user in (LILEI, HMM, ADA):
            await home.hear(opened(home, user))
        home.clock.later(days=1)
        full, stop = Full(), asyncio.Event()
        homes = Homes(store, full, RULES, home.clock, poll_s=0.01, soon_s=0.01, settle_s=0.0)
        assert await homes.refresh()
        assert full.asked == 1
        running = asyncio.create_task(homes.run(stop))
        for _ in range(5):
            homes.changed()
            await asyncio.wait({running}, timeout=0.02)
        stop.set()
        await asyncio.wait_for(running, 5)
        assert full.asked == 1


async def test_at_the_end_no_further_tab_is_begun(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        stop = asyncio.Event()

        class Last:
            asked = 0

            async def call(self, *_given: object, **_more: object) -> Json:
                self.asked += 1
                stop.set()
                return {}

        for user in (LILEI, HMM, ADA):
            await home.hear(opened(home, user))
        home.clock.later(days=1)
        last = Last()
        homes = Homes(store, last, RULES, home.clock, poll_s=0.01)
        await asyncio.wait_for(homes.run(stop), 5)
        assert last.asked == 1
