"""A delivery about no customer, a notice to somebody, is the admins' alone to read and to decide."""

from __future__ import annotations

import pytest

from scoring.model import Locale
from tests.chat.test_held_up import put_notice
from tests.chatting import Chat

ADMIN, LEAD = "Root Chen", "Ada Park"


@pytest.mark.parametrize(("who", "theirs"), [(ADMIN, True), (LEAD, False)])
async def test_who_reads_it(chat: Chat, who: str, theirs: bool) -> None:
    code = f"D-{await put_notice(chat, state='review', error='x')}"
    assert (code in await chat("delivery", as_=who, locale=Locale.EN)) is theirs
    assert (await chat(f"delivery {code}", as_=who)).refused is not theirs


@pytest.mark.parametrize("step", ["drop", "resend"])
@pytest.mark.parametrize("code", ["D-{}", "all-1"])
@pytest.mark.parametrize(("who", "theirs"), [(ADMIN, True), (LEAD, False)])
async def test_who_decides_about_it(
    chat: Chat, step: str, code: str, who: str, theirs: bool
) -> None:
    row = await put_notice(chat, state="review", error="x")
    assert (await chat(f"delivery {step} {code.format(row)}", as_=who)).refused is not theirs
    decided = {"drop": "sent", "resend": "waiting"}[step] if theirs else "review"
    assert {one.id: one.state for one in await chat.outbox("notice")} == {row: decided}


async def test_who_may_not_read_it_is_told_that_it_is_there(chat: Chat) -> None:
    await put_notice(chat, state="review", error="x")
    said = await chat("delivery", as_=LEAD, locale=Locale.EN)
    assert "1 alert of others needs a look" in said
    assert "needs a look:" not in said
    assert "needs a look:" in await chat("delivery", as_=ADMIN, locale=Locale.EN)
