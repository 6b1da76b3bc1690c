"""From values back to the chat line that says them, as buttons and questions carry it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from handlers.registry import Command, Text
from handlers.subjects import Customer, Renewal
from messages.lines import quoted, with_values
from scoring.model import Account, Money, Person


def written(
    command: Command,
    values: Mapping[str, object],
    named: Mapping[str, str] | None = None,
    *,
    but: str = "",
) -> str:
    """The line that says these values, each by a code or in full so that it still means the same
    tomorrow; what is `named` and was not read is kept as it was typed. `but` is left out."""
    line = command.name
    pairs: list[tuple[str, str]] = []
    for index, parameter in enumerate(command.parameters):
        value = values.get(parameter.name, parameter.default)
        if parameter.name == but:
            continue
        if value is None or value == parameter.default:
            if parameter.name not in values:
                pairs.append((parameter.name, (named or {}).get(parameter.name, "")))
        elif index == 0 and parameter.reads is not Text:
            line = f"{line} {quoted(word_of(value))}"
        else:
            pairs.append((parameter.name, word_of(value)))
    return with_values(line, pairs)


def word_of(value: object) -> str:
    """How a button's line writes a value."""
    match value:
        case Renewal():
            return value.word
        case Customer():
            return value.renewal.word if value.renewal else f"A#{value.account.id}"
        case Account():
            return f"A#{value.id}"
        case Person():
            return f"P-{value.id}"
        case Money():
            return f"{value.currency} {value.amount}"
        case date():
            return value.isoformat()
    return str(value)
