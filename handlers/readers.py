"""How words become values: one reader per type that a command's signature may name.

A new type of argument is one reader here; commands, help and forms then know it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from handlers.context import Context
from handlers.lookup import find_customer, resolve_person, resolve_renewal
from handlers.reading.days import Period, read_day, read_period
from handlers.reading.digits import fold, read_count
from handlers.reading.hours import OwnHours, read_hours
from handlers.reading.money import read_money
from handlers.reading.mood_words import MOODS
from handlers.registry import Text, Word
from handlers.subjects import Customer, Renewal
from handlers.words import without_tail
from messages.i18n import catalogue
from messages.model import FieldKind
from scoring.errors import Ambiguous, BadArgument, NotFound
from scoring.model import Account, Locale, Money, Person
from scoring.mood import Mood

LONGEST_NUMBER = 9
"""Digits of a count: seats, days, pages."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a value from the front of `words` and says how many it used.

    `last` tells that nothing else follows, so the value may take all of them.
    """

    read: Callable[[Context, Sequence[str], bool], Awaitable[tuple[Any, int]]]
    control: FieldKind = FieldKind.LINE


async def _account(ctx: Context, words: Sequence[str], last: bool) -> tuple[Account, int]:
    return await find_customer(ctx, words, whole=last)


async def _renewal(ctx: Context, words: Sequence[str], last: bool) -> tuple[Renewal, int]:
    return await resolve_renewal(ctx, words, whole=last)


async def _customer(ctx: Context, words: Sequence[str], last: bool) -> tuple[Customer, int]:
    if any(character.isdigit() for character in words[0]):  # a code or number, or a name like 3M
        with suppress(NotFound, Ambiguous):
            renewal, used = await resolve_renewal(ctx, words, whole=last)
            return Customer(renewal.account, renewal), used
    account, used = await find_customer(ctx, words, whole=last)
    return Customer(account), used


async def _person(ctx: Context, words: Sequence[str], last: bool) -> tuple[Person, int]:
    return await resolve_person(ctx, words, whole=last)


async def _day(ctx: Context, words: Sequence[str], last: bool) -> tuple[date, int]:
    for used in range(min(len(words), 4), 0, -1):
        on = read_day(" ".join(words[:used]), ctx.today)
        if on is not None:
            return on, used
    raise BadArgument("error.bad_day", word=" ".join(words[:2]))


async def _period(ctx: Context, words: Sequence[str], last: bool) -> tuple[Period, int]:
    for used in range(min(len(words), 4), 0, -1):
        period = read_period(" ".join(words[:used]), ctx.today)
        if period is not None:
            return period, used
    raise BadArgument("error.bad_period", word=" ".join(words[:2]))


async def _money(ctx: Context, words: Sequence[str], last: bool) -> tuple[Money, int]:
    for used in range(min(len(words), 2), 0, -1):
        money = read_money(" ".join(words[:used]), ctx.rules.base_currency)
        if money is not None:
            return money, used
    raise BadArgument("error.bad_money", word=words[0])


async def _count(ctx: Context, words: Sequence[str], last: bool) -> tuple[int, int]:
    narrow = fold(words[0]).replace(",", "")
    plain = narrow.isascii() and narrow.isdigit() and len(narrow) <= LONGEST_NUMBER
    number = int(narrow) if plain else read_count(words[0])
    if number is None:
        raise BadArgument("error.bad_number", word=words[0])
    return number, 1


async def _hours(ctx: Context, words: Sequence[str], last: bool) -> tuple[OwnHours, int]:
    for used in range(min(len(words), 4), 0, -1):
        hours = read_hours(" ".join(words[:used]))
        if hours is not None:
            return hours, used
    raise BadArgument("error.bad_hours", word=" ".join(words[:3])[:40])


async def _word(ctx: Context, words: Sequence[str], last: bool) -> tuple[Word, int]:
    return Word(words[0]), 1


READERS: dict[Any, Reader] = {
    Account: Reader(_account, FieldKind.SEARCH),
    Renewal: Reader(_renewal, FieldKind.SEARCH),
    Customer: Reader(_customer, FieldKind.SEARCH),
    Person: Reader(_person, FieldKind.PERSON),
    date: Reader(_day, FieldKind.DATE),
    Period: Reader(_period),
    Money: Reader(_money),
    int: Reader(_count),
    OwnHours: Reader(_hours),
    Word: Reader(_word),
    Text: Reader(_word, FieldKind.NOTE),
}


def reader_of(kind: Any) -> Reader:
    """The reader for a parameter's type; enums are read by value or by their name in a language."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind)
    return READERS[kind]


def _choice(kind: type[StrEnum]) -> Reader:
    async def read(ctx: Context, words: Sequence[str], last: bool) -> tuple[StrEnum, int]:
        names = choice_names(kind)
        for used in range(min(len(words), 3), 0, -1):
            said = " ".join(words[:used])
            member = names.get(fold(said)) or names.get(fold(without_tail(said)))
            if member is not None:
                return member, used
        known = ctx.phrases.join([ctx.phrases.label(member) for member in kind], last="or")
        raise BadArgument("error.bad_choice", word=words[0], known=known)

    return Reader(read, FieldKind.CHOICE)


_ALSO: Mapping[type[StrEnum], Mapping[str, str]] = {Mood: MOODS}
"""How people say a member beside its name."""

_SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def choice_names(kind: type[StrEnum]) -> Mapping[str, StrEnum]:
    """Everything a member may be called: its value, its label in every language, and the like."""
    prefix = _SNAKE.sub("_", kind.__name__).lower()
    names: dict[str, StrEnum] = {}
    for member in kind:
        names[fold(member.value)] = member
        names[fold(member.value.replace("_", " "))] = member
        for locale in Locale:
            entry = catalogue(locale).get(f"{prefix}.{member.value}")
            if entry is not None:
                names.setdefault(fold(entry.texts[0]), member)
    for also, value in _ALSO.get(kind, {}).items():
        names.setdefault(fold(also), kind(value))
    return names
