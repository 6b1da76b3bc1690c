"""Which customers a typed name may mean, and how sure that is. Pure: candidates come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz

from handlers.naming import LONGEST_KEY, Forms, tokens_of
from handlers.pinyin import syllable
from storage.accounts import NamedAccount

SURE = 74
"""Similarity (0 to 100) from which a mistyped name is taken for the real one."""

ALIKE = 50
"""Similarity from which a name is offered as "did you mean"."""

CLEAR_LEAD = 8
"""By so much the best mistyped name must beat the next one."""

LONG_START = 6
"""Characters from which a mistyped beginning says enough."""

MOST_PROBES = 48
"""Index probes of one statement; each costs microseconds, planning them costs more."""


class Grade(IntEnum):
    """How a typed name fits, best first."""

    EXACT = 0
    SAID = 1  # without place, trade and legal form, or in pinyin, or another character, same sound
    INITIALS = 2
    PART = 3
    SOUND_PART = 4
    ALIKE = 5
    NOTHING = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer and how well the typed name fits it; a higher `score` is better in its grade."""

    account: NamedAccount
    grade: Grade
    score: float


def probes(typed: Forms) -> list[str]:
    """Key prefixes that find the name when it was typed right."""
    found = [typed.full, typed.core, typed.proper, *typed.sounds, *typed.proper_sounds]
    return _distinct(found)


def wider_probes(typed: Forms) -> list[str]:
    """Key prefixes that still find the name when something in it was mistyped."""
    if typed.chinese:
        return _distinct(_chinese_fragments(typed))[:MOST_PROBES]
    return _distinct(_latin_fragments(typed))[:MOST_PROBES]


def _chinese_fragments(typed: Forms) -> Iterable[str]:
    tokens = typed.core_tokens
    for sound in (*typed.sounds[:1], *typed.proper_sounds[:1]):
        yield from _other_ears(sound)
    for size in (3, 2):
        for start in range(min(len(tokens) - size + 1, 9)):
            yield "".join(tokens[start : start + size])
    yield from (token for token in tokens[:2] if len(tokens) <= 4)


WINDOW = 6
"""Letters of a mistyped Latin name or pinyin that find it when they start a word or syllable."""


def _latin_fragments(typed: Forms) -> Iterable[str]:
    text = typed.core[:LONGEST_KEY]
    size = len(text)
    yield from _other_ears(text)
    for start in range(min(size - WINDOW + 1, 18)):
        yield text[start : start + WINDOW]
    for at in range(min(size - 1, 4)):  # two letters swapped near the start
        yield (text[:at] + text[at + 1] + text[at] + text[at + 2 :])[: max(at + 3, 4)]
    for at in range(min(size, 4)):  # a letter too many near the start
        yield (text[:at] + text[at + 1 :])[:5]
    for word in typed.core_tokens[:4]:
        yield word[: max(3, len(word) * 2 // 3)]
    yield from (text[:cut] for cut in (size - 1, size - 2, size * 2 // 3, size // 2, 3) if cut > 1)


_EARS = (
    ("ing", "in"),
    ("ang", "an"),
    ("eng", "en"),
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("l", "n"),
    ("f", "h"),
)


def _other_ears(sound: str) -> Iterable[str]:
    """Pinyin as people with another accent hear it: in/ing, z/zh, l/n, one change at a time."""
    for long, short in _EARS:
        at = sound.find(long)
        if at >= 0:
            yield sound[:at] + short + sound[at + len(long) :]
        at = sound.find(short)
        if at >= 0 and not sound.startswith(long, at):
            yield sound[:at] + long + sound[at + len(short) :]


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text[:LONGEST_KEY] for text in texts if text))


def rank(typed: Forms, candidates: Sequence[NamedAccount]) -> list[Hit]:
    """All candidates that fit at all, best first."""
    hits = []
    for account in candidates:
        grade, score = min(
            (_fit(typed, Forms(name)) for name in (account.name, *account.aliases)),
            key=lambda fit: (fit[0], -fit[1]),
        )
        if grade is not Grade.NOTHING:
            hits.append(Hit(account, grade, score))
    hits.sort(key=lambda hit: (hit.grade, -hit.score, hit.account.name))
    return hits


def _fit(typed: Forms, name: Forms) -> tuple[Grade, float]:
    text = typed.full
    if text in (name.full, name.core) or (typed.core == name.core):
        return Grade.EXACT, 100.0
    if name.proper in (text, typed.core):
        return Grade.SAID, 100.0
    if text in name.sounds or (typed.chinese and not set(typed.sounds).isdisjoint(name.sounds)):
        return Grade.SAID, 95.0
    if text in name.proper_sounds or (
        typed.chinese and not set(typed.sounds).isdisjoint(name.proper_sounds)
    ):
        return Grade.SAID, 90.0
    if text in name.initials:
        return Grade.INITIALS, 100.0
    if len(text) > 1 or not text.isascii():
        covered = 100.0 * len(typed.core) / max(len(name.core), 1)
        if name.full.startswith(text) or typed.core in name.full:
            return Grade.PART, covered + (10 if name.full.startswith(text) else 0)
        if _sounds_like_part(typed, name):
            return Grade.SOUND_PART, covered
    score = _likeness(typed, name)
    if score < SURE and typed.chinese and not _shares_syllables(typed, name):
        return Grade.NOTHING, 0.0
    return (Grade.ALIKE, score) if score >= ALIKE else (Grade.NOTHING, 0.0)


def _sounds_like_part(typed: Forms, name: Forms) -> bool:
    heard = typed.sounds if typed.chinese else [typed.full]
    return any(part in sound for part in heard for sound in name.sounds if len(part) > 2) or any(
        initials.startswith(typed.full) for initials in name.initials
    )


def _shares_syllables(typed: Forms, name: Forms) -> bool:
    """Whether two of the typed syllables are in the name, or one of two.

    Any two pinyins share some letters: 没有这家 is like 星河科技 to the letter, and not to the ear.
    """
    heard = {syllable(token) or token for token in tokens_of(typed.proper)}
    said = {syllable(token) or token for token in name.core_tokens}
    return len(heard & said) >= min(2, (len(heard) + 1) // 2)


def _likeness(typed: Forms, name: Forms) -> float:
    pairs = [(typed.core, name.core), (typed.core, name.proper)]
    heard = typed.sounds[:1] if typed.chinese else [typed.core]
    pairs += [(part, sound) for part in heard for sound in (*name.sounds, *name.proper_sounds)]
    best = max(fuzz.ratio(one, other) for one, other in pairs)
    if len(typed.core) >= LONG_START:
        # The start of a name, mistyped: what follows it in the name does not count against it.
        best = max(best, *(0.97 * fuzz.ratio(a, b[: len(a)]) for a, b in pairs))
    if not name.chinese and len(name.core_tokens) > 1:
        # A mistyped word of a longer name: the closest word counts, a little less.
        words = " ".join(name.core_tokens)
        best = max(best, 0.97 * fuzz.token_sort_ratio(" ".join(typed.core_tokens), words))
        if len(typed.core_tokens) == 1:
            best = max(best, *(0.92 * fuzz.ratio(typed.core, word) for word in name.core_tokens))
    return best


def winner(hits: Sequence[Hit]) -> Hit | None:
    """The one customer that is clearly meant, None when there is none or more than one."""
    if not hits:
        return None
    best = hits[0]
    if len(hits) == 1 or hits[1].grade is not best.grade:
        return best if best.grade is not Grade.ALIKE or best.score >= SURE else None
    if best.grade is Grade.ALIKE and best.score >= SURE:
        return best if best.score - hits[1].score >= CLEAR_LEAD else None
    return None


def rivals(hits: Sequence[Hit]) -> list[Hit]:
    """Those that fit as well as the best, to pick from; empty when none fits well enough."""
    if not hits:
        return []
    grade = hits[0].grade
    if grade is Grade.ALIKE:
        return [hit for hit in hits if hit.score >= max(SURE, hits[0].score - CLEAR_LEAD)]
    return [hit for hit in hits if hit.grade is grade]


def whole_words(typed: Forms, name: str) -> bool:
    """Whether several typed words stand in the name one after the other, each complete."""
    words, inside = typed.tokens, Forms(name).tokens
    size = len(words)
    return size > 1 and any(inside[at : at + size] == words for at in range(len(inside) - size + 1))
