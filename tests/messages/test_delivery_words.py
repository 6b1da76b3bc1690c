"""Why a delivery failed: in a sentence, and in the platform's own word beside other columns."""

from __future__ import annotations

import pytest

from messages.delivery_words import explained, shortly
from messages.i18n import Phrasebook
from scoring.model import Locale

EN = Phrasebook(Locale.EN)


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (None, ""),
        ("RecipientGone channel_not_found chat.postMessage", "channel_not_found chat.postMessage"),
        ("RecipientGone 60111", "60111"),
    ],
)
def test_a_table_names_the_platform_s_own_code(error: str | None, short: str) -> None:
    assert shortly(error, EN) == short


def test_a_sentence_tells_the_code_and_what_to_do() -> None:
    said = explained("BadCredentials not_in_channel chat.postMessage", EN)
    assert "not_in_channel" in said
    assert "/invite" in said


def test_what_to_do_is_told_once_by_the_code_or_else_by_the_kind() -> None:
    assert "configuration" not in explained("BadCredentials not_in_channel", EN)
    assert "configuration" in explained("BadCredentials a_code_nobody_knows", EN)
