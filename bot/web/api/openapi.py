"""What `/api/v1` takes, as OpenAPI 3.1: made from the declarations that validate the rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from handlers.api import MOST_ROWS
from handlers.api_sources import API_KINDS
from handlers.importing.columns import CellType, Column, KindSpec, Presence
from handlers.importing.kinds import KINDS
from messages.i18n import Phrasebook

Json = dict[str, Any]

_TYPES: Mapping[CellType, Json] = MappingProxyType(
    {
        CellType.NAME: {"type": "string"},
        CellType.CODE: {"type": ["string", "integer"]},
        CellType.NOTE: {"type": "string"},
        CellType.NAMES: {"type": ["string", "array"], "items": {"type": "string"}},
        CellType.DATE: {"type": "string", "format": "date"},
        CellType.MOMENT: {"type": "string", "format": "date-time"},
        CellType.MONEY: {"type": ["number", "string"]},
        CellType.CURRENCY: {"type": "string", "pattern": "^[A-Z]{3}$"},
        CellType.COUNT: {"type": "integer", "minimum": 0},
        CellType.MEASURE: {"type": "number"},
        CellType.RATE: {"type": "number"},
        CellType.YES_NO: {"type": "boolean"},
        CellType.CHOICE: {"type": "string"},
    }
)
_COUNTS = ("new", "changed", "unchanged", "refused")


def description(phrases: Phrasebook) -> Json:
    """The whole document; the sentences come from the catalogue."""
    answers = _answers(phrases)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": phrases.t("api.doc.title"),
            "version": "1",
            "description": phrases.t("api.doc.about", rows=MOST_ROWS),
        },
        "paths": {f"/api/v1/{kind}": {"post": _post(kind, answers, phrases)} for kind in API_KINDS},
        "components": {
            "securitySchemes": {"source": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                **{kind: _row(KINDS[kind]) for kind in API_KINDS},
                "Result": _result(),
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": {"type": "string"}},
                },
            },
        },
        "security": [{"source": []}],
    }


def _post(kind: str, answers: Json, phrases: Phrasebook) -> Json:
    row = _ref(kind)
    rows = {"type": "array", "items": row, "maxItems": MOST_ROWS}
    wrapped = {
        "type": "object",
        "required": ["rows"],
        "properties": {"rows": rows},
        "additionalProperties": False,
    }
    return {
        "operationId": f"bring_{kind}",
        "summary": phrases.t("api.doc.bring", kind=phrases.t(f"import.kind.{kind}")),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": phrases.t("api.doc.key"),
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": [rows, wrapped]}},
                "application/x-ndjson": {"schema": row},
            },
        },
        "responses": answers,
    }


def _row(spec: KindSpec) -> Json:
    required = [column.name for column in spec.columns if column.presence is not Presence.MAY]
    return {
        "type": "object",
        "required": required,
        "properties": {column.name: _property(column) for column in spec.columns},
        "additionalProperties": spec.name == "contracts",
    }


def _property(column: Column) -> Json:
    found = dict(_TYPES[column.type])
    if column.choices is not None:
        found["enum"] = sorted({member.value for member in column.choices.words.values()})
    if column.low is not None:
        found["minimum"] = column.low
    if column.high is not None:
        found["maximum"] = column.high
    if column.presence is not Presence.MUST:
        kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*kinds, "null"]
        if "enum" in found:
            found["enum"].append(None)
    return found


def _result() -> Json:
    problem = {
        "type": "object",
        "required": ["row", "problem", "column"],
        "properties": {
            "row": {"type": "integer", "minimum": 1},
            "problem": {"type": "string"},
            "column": {"type": "string"},
        },
    }
    return {
        "type": "object",
        "required": [*_COUNTS, "rows"],
        "properties": {
            **{name: {"type": "integer", "minimum": 0} for name in _COUNTS},
            "rows": {"type": "array", "items": problem},
            "warnings": {"type": "array", "items": problem},
            "notices": {"type": "array", "items": {"type": "string"}},
        },
    }


def _answers(phrases: Phrasebook) -> Json:
    either = {"oneOf": [_ref("Result"), _ref("Error")]}
    schemas: Json = {"200": _ref("Result"), "422": either}
    codes = ("200", "400", "401", "403", "408", "413", "415", "422", "429")
    return {
        code: {
            "description": phrases.t(f"api.doc.answer_{code}"),
            "content": {"application/json": {"schema": schemas.get(code, _ref("Error"))}},
        }
        for code in codes
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
