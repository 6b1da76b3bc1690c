"""What is kept of WeCom's own words for an error: what helps, on one line, without secrets."""

from __future__ import annotations

import pytest

from bot.adapters.wecom_errors import hidden

HINT = "hint: [1763884800123456789012345]"
MORE = "more info at https://open.work.weixin.qq.com/devtool/query?e=60020"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            f"not allow to access from your ip, {HINT}, from ip: 203.0.113.7, {MORE}",
            "not allow to access from your ip, from ip: 203.0.113.7",
        ),
        (f"invalid credential, {HINT}", "invalid credential"),
        ("api freq out of limit", "api freq out of limit"),
        ("bad\nwords access_token=abc", "bad words access_token=***"),
    ],
)
def test_the_address_stays_and_the_tail_for_tencents_support_goes(said: str, kept: str) -> None:
    assert hidden(said) == kept


def test_a_secret_is_never_kept() -> None:
    assert "s3cret" not in hidden("wrong s3cret", ["s3cret"])
