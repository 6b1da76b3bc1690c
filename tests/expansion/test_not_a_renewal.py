"""An expansion is no renewal: losing one loses no customer, claiming one answers no renewal's alert."""

from __future__ import annotations

from handlers.noise import noise_of
from scoring.permissions import Reach
from storage.views.losses import LossAsk, Losses
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, grow
from tests.jobs.alerting import Post, alert

HUAWEI = "华为技术有限公司"
ALL = Reach(every_team=True)


async def test_a_lost_expansion_is_no_loss(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    await chat(f"lost {(await expansion_of(chat, HUAWEI)).code} price")

    async def lost() -> int:
        async with chat.store.read() as tx:
            found = await Losses(tx.connection).between(LossAsk(chat.today, chat.today), ALL, ALL)
        return sum(one.n for one in found)

    assert await lost() == 0
    await chat("lost HT-1 price")
    assert await lost() == 1


async def acted_on(chat: Chat) -> dict[str, int]:
    """How many alerts of each kind somebody acted on."""
    async with chat.store.read() as tx:
        return {one.kind: one.acted for one in await noise_of(tx, chat.rules, chat.now)}


async def test_claiming_an_expansion_answers_its_own_alert_only(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    await alert(chat, "李雷", 1, "m")
    await Post(chat).deliver()
    chat.later(minutes=10)
    await chat(f"claim {(await expansion_of(chat, HUAWEI)).code}")
    assert await acted_on(chat) == {"milestone": 0, "expansion": 1}
    await chat("claim HT-1")
    assert await acted_on(chat) == {"milestone": 1, "expansion": 1}
