"""`factors`: which signals go with renewal, or that none does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from messages.cards.factors import factors_card
from messages.i18n import Phrasebook
from messages.render.text import render_text
from scoring.learning.factors import Factor
from scoring.model import Locale
from tests.chatting import Chat

STRONG = Factor(
    name="active_ratio_30d",
    n=240,
    lost=60,
    auc=0.74,
    p=1e-6,
    q=1e-5,
    effect=2.1,
    low=1.4,
    high=3.2,
    best_third=0.94,
    worst_third=0.68,
    weak_arr=1_200_000.0,
)
SHADOW = replace(STRONG, name="csat_90d", effect=1.1, low=0.8, high=1.5, q=0.04)
CHANCE = replace(STRONG, name="nps", q=0.4, p=0.3)


async def test_a_book_without_decisions_says_so_in_both_languages(chat: Chat) -> None:
    english = await chat("factors", as_="Ada Park", locale=Locale.EN)
    chinese = await chat("关键因素", as_="Ada Park", locale=Locale.ZH)
    assert not english.refused
    assert "No renewal is decided yet." in english
    assert "还没有已定结果的续约。" in chinese
    assert english.message.attachments == ()


@pytest.mark.parametrize(
    ("locale", "strong", "shadow", "signal"),
    [
        (
            Locale.EN,
            "renewed 94% in the best third, 68% in the weakest · odds ×2.1",
            "not certain",
            "factors.png",
        ),
        (Locale.ZH, "续约率 94%，最差的三分之一 68% · 优势比 ×2.1", "还不确定", "factors.png"),
    ],
)
def test_factors_are_told_with_size_range_sample_and_what_is_contested(
    locale: Locale, strong: str, shadow: str, signal: str
) -> None:
    card = factors_card(240, 60, [STRONG, SHADOW, CHANCE], Phrasebook(locale))
    text = render_text(card, Phrasebook(Locale.EN))
    assert strong in text
    assert shadow in text
    assert "240" in text
    assert "NPS" not in text  # chance is not named
    (picture,) = card.attachments
    assert picture.name == signal
    assert picture.content.startswith(b"\x89PNG")
    assert "×2.1" in picture.alt


def test_only_chance_is_called_no_significant_factor_and_gets_no_picture() -> None:
    card = factors_card(240, 60, [CHANCE], Phrasebook(Locale.EN))
    assert "No significant factor" in render_text(card, Phrasebook(Locale.EN))
    assert card.attachments == ()


def test_what_the_weak_third_is_worth_is_told_only_with_a_currency() -> None:
    shown = factors_card(240, 60, [STRONG], Phrasebook(Locale.EN), currency="CNY")
    hidden = factors_card(240, 60, [STRONG], Phrasebook(Locale.EN))
    assert "1.2M" in render_text(shown, Phrasebook(Locale.EN))
    assert "1.2M" not in render_text(hidden, Phrasebook(Locale.EN))
