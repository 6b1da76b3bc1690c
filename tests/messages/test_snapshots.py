"""How two representative messages look in every place and language; changes show in review."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.html import html_of_slack, html_of_wecom
from messages.render.slack import render_slack
from messages.render.slack_form import view_of
from messages.render.text import render_text
from messages.render.wecom import render_wecom
from scoring.model import Locale
from tests.messages.examples import alert, digest, lost_form, snooze_form

LOCALES = pytest.mark.parametrize("locale", list(Locale))
MESSAGES = pytest.mark.parametrize("make", [alert, digest], ids=["alert", "digest"])
WECOM = [place for place in PlaceKind if place.value.startswith("wecom")]


def pretty(value: object) -> str:
    """JSON as a person reads it."""
    return json.dumps(value, ensure_ascii=False, indent=1)


@LOCALES
@MESSAGES
def test_on_a_terminal(
    locale: Locale, make: Callable[[Phrasebook], Message], snapshot: SnapshotAssertion
) -> None:
    book = Phrasebook(locale)
    assert render_text(make(book), book) == snapshot


@LOCALES
@MESSAGES
def test_in_slack(
    locale: Locale, make: Callable[[Phrasebook], Message], snapshot: SnapshotAssertion
) -> None:
    book = Phrasebook(locale)
    posts = [post.payload() for post in render_slack(make(book), book)]
    assert pretty(posts) == snapshot
    assert "\n".join(html_of_slack(post) for post in posts) == snapshot(name="html")


@LOCALES
@MESSAGES
@pytest.mark.parametrize("place", WECOM)
def test_in_wecom(
    locale: Locale,
    make: Callable[[Phrasebook], Message],
    place: PlaceKind,
    snapshot: SnapshotAssertion,
) -> None:
    book = Phrasebook(locale)
    payloads = render_wecom(make(book), place, book, task_id="alert-42")
    assert pretty(payloads) == snapshot
    assert "\n".join(html_of_wecom(each, place) for each in payloads) == snapshot(name="html")


@LOCALES
def test_forms(locale: Locale, snapshot: SnapshotAssertion) -> None:
    book = Phrasebook(locale)
    asked = Message("?", form=lost_form(book))
    assert pretty([view_of(snooze_form(book), book), view_of(lost_form(book), book)]) == snapshot
    assert pretty(render_wecom(asked, PlaceKind.WECOM_APP, book, task_id="f")) == snapshot(
        name="wecom"
    )
    assert render_text(Message("?", form=snooze_form(book)), book) == snapshot(name="text")
