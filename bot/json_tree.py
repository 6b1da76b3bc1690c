"""JSON from strangers as plain dictionaries: one meaning only, bounded, nothing unwritable."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from bot.refused import BAD_REQUEST, TOO_LARGE, Refused

Object = Mapping[str, Any]

DEEPEST = 32  # WeCom's own go 7 deep, Slack's some 14: event, message, attachments, blocks, …
_MOST_DIGITS = 20

# Half a character (JSON can say it, UTF-8 cannot), and what PostgreSQL's text does not hold.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def read_json(body: bytes, most: int) -> Object:
    """The object in `body`; Refused for anything else.

    Stricter than json.loads: UTF-8 only, no NaN or Infinity, no name twice, no number of more than
    20 digits, at most 32 deep, no half characters and no NUL. `most` is in bytes.
    """
    if len(body) > most:
        raise Refused(TOO_LARGE, "too large")
    try:
        value = json.loads(
            body.decode(),
            parse_int=_whole,
            parse_float=_number,
            parse_constant=_refuse,
            object_pairs_hook=_without_repeats,
        )
    except (ValueError, RecursionError):
        raise Refused(BAD_REQUEST, "json") from None
    return checked(value)


def checked(value: object) -> Object:
    """`value` as an object that was parsed elsewhere, when it keeps to the same bounds."""
    if not isinstance(value, dict):
        raise Refused(BAD_REQUEST, "json")
    level: list[object] = [value]
    for _ in range(DEEPEST):
        below: list[object] = []
        for each in level:
            if isinstance(each, dict):
                if not all(isinstance(name, str) for name in each):
                    raise Refused(BAD_REQUEST, "json")
                below += each
                below += each.values()
            elif isinstance(each, list):
                below += each
            else:
                _check_leaf(each)
        if not below:
            return value
        level = below
    raise Refused(BAD_REQUEST, "nesting")


def text_at(container: Object, name: str) -> str:
    """The text or whole number of that name as text, trimmed; "" where there is none."""
    value = container.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise Refused(BAD_REQUEST, "json")
    return value.strip()


def object_at(container: Object, name: str) -> Object:
    """The object of that name; an empty one where there is none."""
    value = container.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refused(BAD_REQUEST, "json")
    return value


def objects_in(value: object) -> list[Object]:
    """A list of objects, however it is written: none, one by itself, or several."""
    several = value if isinstance(value, list) else [] if value is None else [value]
    objects = [each for each in several if isinstance(each, Mapping)]
    if len(objects) != len(several):
        raise Refused(BAD_REQUEST, "json")
    return objects


def _check_leaf(value: object) -> None:
    if isinstance(value, str):
        if _UNWRITABLE.search(value):
            raise Refused(BAD_REQUEST, "text")
    elif isinstance(value, int):
        if abs(value) >= 10**_MOST_DIGITS:
            raise Refused(BAD_REQUEST, "json")
    elif value is not None and not isinstance(value, float):
        raise Refused(BAD_REQUEST, "json")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        _refuse(digits)
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        _refuse(digits)
    return number


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("")
    return found


def _refuse(_token: str) -> NoReturn:
    raise Refused(BAD_REQUEST, "json")
