"""Links to customers in the playground's Slack: heard, shown as a preview, and tapped there."""

from __future__ import annotations

from typing import Any

from bot.config import Http
from bot.demo import demo, fill
from tests.web.pages import Page, opened, place

HOST = "https://renewals.example.com"


async def test_a_link_to_a_customer_is_heard_and_its_button_answers() -> None:
    with demo(host="127.0.0.1", port=0) as chosen:
        http = Http(host="127.0.0.1", port=0, public_url=HOST)
        config = chosen.config.model_copy(update={"http": http})
        async with opened(config, chosen.clock, prepare=fill) as page:
            await _shared_and_tapped(page)


async def _shared_and_tapped(page: Page) -> None:
    state = await page.state()
    person, channel = str(state["person"]), place(state, "slack:#")
    async with page.hearing(person) as events:
        await page.say(person, channel, "nobody hears this")
        posts = await page.say(person, channel, f"see {HOST}/c/A-1")
        toasts: list[Any] = []
        async for name, told in events:
            toasts += [told] if name == "toast" else []
            if name == "post" and told["id"] == posts[0]["id"] and "sl-preview" in told["html"]:
                break
        assert len(toasts) == 1  # of the line before
        tap = {"place": channel, "post": posts[0]["id"], "action": "line:0"}
        state_of = {"type": "button", "value": "show A-1"}
        assert (await page.post("slack/act", person=person, state=state_of, **tap))[0] == 200
        async for name, told in events:
            assert name != "toast"
            if name == "post" and told["id"] != posts[0]["id"]:
                break
