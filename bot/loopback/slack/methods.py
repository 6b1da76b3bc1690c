"""What is known of each method, and arguments as they come over the wire: checked and coerced."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bot.loopback.slack.codes import COMMON, Refusal

Json = dict[str, Any]

_TRUE = frozenset({"1", "true", "True", "yes", "on"})
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "array": list,
    "object": dict,
}
_ID_LISTS = frozenset({"channels", "users"})


@dataclass(frozen=True, slots=True)
class Method:
    """The facts of one. `json`: it reads a JSON body; the others look past one."""

    name: str
    tier: str
    json: bool
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    args: Mapping[str, str]
    errors: frozenset[str]

    def may_answer(self, error: str) -> bool:
        """Whether Slack's page of the method, or that of all, lists the error."""
        return error in self.errors or error in COMMON

    def understood(self, given: Mapping[str, Any]) -> tuple[Json, tuple[str, ...]]:
        """The known arguments in their types, and the names of the others; Refusal for nonsense."""
        read: Json = {}
        for name, value in given.items():
            nothing = value is None or (value == "" and self.args.get(name) != "string")
            if name in self.args and not nothing:
                read[name] = _coerced(name, self.args[name], value)
        missing = [name for name in self.required if read.get(name) in (None, "")]
        if missing:
            told = (f"[ERROR] missing required field: {name}" for name in missing)
            raise Refusal("invalid_arguments", *told)
        return read, tuple(name for name in given if name not in self.args)


@cache
def methods() -> Mapping[str, Method]:
    """All methods of methods.json."""
    text = resources.files(__package__).joinpath("methods.json").read_text()
    return {
        name: Method(
            name,
            facts["tier"],
            facts["json"],
            tuple(facts["scopes"]),
            tuple(facts["required"]),
            facts["args"],
            frozenset(facts["errors"]),
        )
        for name, facts in json.loads(text).items()
    }


def _coerced(name: str, kind: str, value: Any) -> Any:
    if isinstance(value, str) and kind != "string":
        value = _parsed(name, kind, value)
    if kind == "string" and isinstance(value, list) and name in _ID_LISTS:
        return ",".join(map(str, value))
    if kind == "integer" and isinstance(value, bool):
        value = int(value)
    if kind == "boolean" and value in (0, 1):
        value = bool(value)
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, _KINDS[kind]):
        if name in ("blocks", "attachments"):
            raise Refusal(f"invalid_{name}_format" if name == "blocks" else "invalid_arguments")
        raise Refusal("invalid_arguments", f"[ERROR] must be of type {kind} [json-pointer:/{name}]")
    return value


def _parsed(name: str, kind: str, text: str) -> Any:
    if kind == "boolean":
        return text in _TRUE
    try:
        return int(text) if kind == "integer" else json.loads(text)
    except (ValueError, RecursionError):
        if name == "blocks":
            raise Refusal("invalid_blocks_format") from None
        if name == "metadata":
            raise Refusal("invalid_metadata_format") from None
        if name == "unfurls":
            raise Refusal("invalid_unfurls_format") from None
        raise Refusal("invalid_arguments", f"[ERROR] unreadable [json-pointer:/{name}]") from None
