"""As much of JSON Schema as Slack's schema of manifests uses; a keyword it does not know is a fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).parents[1] / "golden" / "slack_manifest" / "manifest.schema.1.0.0.json"

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
_TOLD = {"description", "title", "default", "format", "definitions", "$comment", "$schema", "_note"}


def manifest_faults(manifest: object) -> list[str]:
    """What Slack's schema has against a manifest."""
    schema = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return list(_faults(manifest, schema, schema, "manifest"))


def _faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    if "$ref" in schema:
        target = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _faults(value, target, root, at)
        return
    for keyword, said in schema.items():
        if keyword in _TOLD or keyword in ("properties", "items"):
            continue
        if not _holds(keyword, said, value, schema):
            yield f"{at}: {keyword} {str(said)[:60]}"
    if isinstance(value, dict):
        for name, each in value.items():
            if name in schema.get("properties", {}):
                yield from _faults(each, schema["properties"][name], root, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from _faults(each, schema["items"], root, f"{at}[{index}]")


def _holds(keyword: str, said: Any, value: Any, schema: dict[str, Any]) -> bool:
    match keyword:
        case "type":
            return isinstance(value, _TYPES[said]) and (said == "boolean") == isinstance(
                value, bool
            )
        case "required":
            return not isinstance(value, dict) or set(said) <= set(value)
        case "additionalProperties":
            return said is not False or set(value) <= set(schema.get("properties", {}))
        case "enum":
            return bool(value in said)
        case "pattern" | "regex":
            return re.search(said, value) is not None
        case "minLength" | "minItems":
            return len(value) >= int(said)
        case "maxLength" | "maxItems":
            return len(value) <= int(said)
        case "uniqueItems":
            return len({json.dumps(each) for each in value}) == len(value)
    raise AssertionError(f"{keyword} is not known here")
