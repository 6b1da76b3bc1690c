"""Finding the colleague that a chat line names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from handlers.context import Context
from handlers.naming import Forms, key_of
from handlers.reading.digits import fold
from scoring.errors import Ambiguous, NotFound, Option
from scoring.model import Person, Platform

ME = frozenset({"me", "myself", "my", "mine", "i", "我", "我的", "自己", "本人"})
"""Words for whoever speaks."""

LONGEST_NAME = 4
"""Words of a person's name."""

MOST_OPTIONS = 6

_SLACK = re.compile(r"<@([A-Z0-9]{1,40})(?:\|[^>]*)?>")
_CODE = re.compile(r"P-(\d{1,15})", re.IGNORECASE)


async def resolve_person(ctx: Context, words: Sequence[str], *, whole: bool) -> tuple[Person, int]:
    """The colleague that the words name, and how many of them: `me`, `@李雷`, `Ada Park`, `lilei`.

    A mention of the platform, a code such as `P-3` from a button, a name or a part of it in
    characters, pinyin or initials.
    """
    word = words[0]
    if fold(word) in ME and ctx.viewer.id:
        return ctx.viewer, 1
    by_word = await _by_code(ctx, word)
    if by_word is not None:
        return by_word, 1
    everybody = await ctx.tx.people.everybody()
    longest = len(words) if whole else min(len(words), LONGEST_NAME)
    for used in range(longest, 0, -1):
        typed = key_of(" ".join(words[:used]))
        found = [p for p in everybody if typed and key_of(p.name) == typed]
        if len(found) == 1:
            return found[0], used
    used = longest if whole else 1
    return _closest(ctx, " ".join(words[:used]).lstrip("@"), everybody, used), used


async def _by_code(ctx: Context, word: str) -> Person | None:
    if mention := _SLACK.fullmatch(word):
        person = await ctx.tx.people.by_sender(Platform.SLACK, mention[1])
        if person is None:
            raise NotFound("error.no_such_person", name=word[:60])
        return person
    if code := _CODE.fullmatch(word):
        return await ctx.tx.people.get(int(code[1]))
    if word.startswith("@"):
        return await ctx.tx.people.by_sender(Platform.WECOM, word[1:])
    return None


def _closest(ctx: Context, name: str, everybody: Sequence[Person], used: int) -> Person:
    typed = Forms(name)
    parts = [p for p in everybody if typed.full and _is_part(typed.full, p.name)]
    linked = [p for p in parts if p.linked]
    parts = linked or parts
    if len(parts) == 1:
        return parts[0]
    if parts:
        raise Ambiguous(
            "error.which_person",
            name=name[:60],
            used=used,
            options=[_option(p) for p in parts[:MOST_OPTIONS]],
        )
    alike = sorted(((likeness(typed, p.name), p) for p in everybody), key=lambda pair: -pair[0])
    clear = len(alike) == 1 or (len(alike) > 1 and alike[0][0] - alike[1][0] >= 10)
    if alike and alike[0][0] >= 80 and clear and not ctx.changes:
        return alike[0][1]
    raise NotFound(
        "error.no_such_person",
        name=name[:60],
        used=used,
        nearest=[_option(p) for score, p in alike[:3] if score >= 50],
    )


async def people_like(ctx: Context, typed: str) -> list[Person]:
    """Colleagues who use the bot and are called something like that, the viewer's team first."""
    text = Forms(typed).full
    found = [
        person
        for person in await ctx.tx.people.everybody()
        if person.linked and (not text or _begins(text, person.name))
    ]
    return sorted(found, key=lambda person: (person.team != ctx.viewer.team, person.name))


def _begins(typed: str, name: str) -> bool:
    """The same while somebody is still typing: `hanm`, `hm`."""
    forms = Forms(name)
    heard = (*forms.sounds, *forms.initials)
    return _is_part(typed, name) or any(sound.startswith(typed) for sound in heard)


def _is_part(typed: str, name: str) -> bool:
    """Whether it is the name's beginning, a word of it, or how it sounds."""
    forms = Forms(name)
    if forms.full.startswith(typed) or any(t.startswith(typed) for t in forms.tokens):
        return True
    if forms.chinese:
        return typed in forms.full or typed in forms.sounds or typed in forms.initials
    return typed in forms.initials


def likeness(typed: Forms, name: str) -> float:
    """How alike a name is to what was typed, 0 to 100; pinyin counts as the characters do."""
    forms = Forms(name)
    heard = typed.sounds[:1] if typed.chinese else [typed.full]
    pairs = [(typed.full, forms.full), *((h, s) for h in heard for s in forms.sounds)]
    return max(fuzz.ratio(one, other) for one, other in pairs)


def _option(person: Person) -> Option:
    label = f"{person.name} · {person.team}" if person.team else person.name
    return Option(label, f"P-{person.id}")
