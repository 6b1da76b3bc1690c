"""The story of one delivery, for whoever asks why something was or was not told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from messages.delivery_words import explained
from messages.i18n import Phrasebook
from messages.model import (
    Block,
    Bullets,
    Button,
    Fields,
    Heading,
    Line,
    Message,
    Paragraph,
    bold,
    plain,
)
from scoring.delivery_story import Decision, DeliveryStory, PostTold, Waits
from scoring.model import DeliveryState

STEPS = ("resend", "drop")
_ENDED_BADLY = frozenset({DeliveryState.FAILED, DeliveryState.REVIEW})
_POSTS = 5

_NOWHERE = "delivery.error.no_adapter"
"""What is put on a row whose place is not configured: no round sends it."""


def story_card(story: DeliveryStory, phrases: Phrasebook, *, place: str, now: datetime) -> Message:
    """State first, then why, then the facts, the posts and who decided.

    `place` is what people call the place where it is told.
    """
    kind = _known(phrases, f"delivery_kind.{story.kind}", story.kind)
    title = " · ".join(part for part in (story.code, kind, story.account) if part)
    state = phrases.label(story.state)
    blocks: list[Block] = [Heading(title), Paragraph(bold(state))]
    blocks += [Paragraph(plain(why)) for why in _why(story, phrases, now)]
    blocks.append(Fields(tuple(_facts(story, phrases, place))))
    if story.posts:
        blocks.append(Bullets(tuple(_post(post, phrases) for post in story.posts[:_POSTS])))
    if story.decisions:
        blocks.append(Bullets(tuple(_decision(one, phrases) for one in story.decisions)))
    return Message(f"{title}: {state}", tuple(blocks), buttons=tuple(_buttons(story, phrases)))


def _why(story: DeliveryStory, phrases: Phrasebook, now: datetime) -> Iterator[str]:
    waits = story.waits(now)
    nowhere = waits is Waits.NEXT and story.error == _NOWHERE
    if waits is not None and not nowhere:
        reason = explained(story.rests, phrases)
        yield phrases.t(f"delivery.waits.{waits}", at=phrases.instant(story.due_at), reason=reason)
    error = explained(story.error, phrases)
    if error and story.error != story.rests:
        yield error
    if story.suspect_since is not None and waits is not None:
        yield phrases.t("delivery.suspect", at=phrases.instant(story.suspect_since))


def _facts(story: DeliveryStory, phrases: Phrasebook, place: str) -> Iterator[tuple[str, Line]]:
    def fact(name: str, value: str) -> tuple[str, Line]:
        return phrases.t(f"delivery.fact.{name}"), plain(value)

    platform = _known(phrases, f"platform.{story.platform}", story.platform)
    yield fact("place", f"{story.who} · {platform}" if story.who else f"{platform} {place}")
    yield fact("put_at", phrases.instant(story.put_at))
    yield fact("due_at", phrases.instant(story.due_at))
    if story.sent_at is not None:
        yield fact("sent_at", phrases.instant(story.sent_at))
    if story.attempts:
        tries = phrases.number(story.attempts)
        since = story.failing_since
        yield fact("attempts", f"{tries} · {phrases.instant(since)}" if since else tries)
    yield fact("origin", story.origin or phrases.t("delivery.no_origin"))


def _post(post: PostTold, phrases: Phrasebook) -> Line:
    parts = {"part": post.part + 1, "parts": post.parts}
    key = "delivery.post_part" if post.parts > 1 else "delivery.post"
    said = phrases.t(key, at=phrases.instant(post.posted_at), id=post.message_id, **parts)
    return plain(said if not post.edits else f"{said} · {phrases.tn('delivery.edits', post.edits)}")


def _decision(one: Decision, phrases: Phrasebook) -> Line:
    who = one.by or phrases.t("delivery.somebody")
    return plain(
        phrases.t(
            "delivery.decided",
            step=_known(phrases, f"delivery_step.{one.step}", one.step),
            who=who,
            at=phrases.instant(one.at),
        )
    )


def _buttons(story: DeliveryStory, phrases: Phrasebook) -> Iterator[Button]:
    if story.state in _ENDED_BADLY:
        for step in STEPS:
            label = phrases.t(f"delivery.button.{step}", code=story.code)
            yield Button(label, f"delivery {step} {story.code}")
    yield Button(phrases.t("delivery.title"), "delivery")


def _known(phrases: Phrasebook, key: str, value: str) -> str:
    """The words for a value, or itself where another version of the program put it."""
    return phrases.t(key) if phrases.has(key) else value
