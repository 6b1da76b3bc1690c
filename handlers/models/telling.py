"""What is said of models at a terminal: versions, faults, what a preview found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from handlers.models.activating import Activated
from messages.health_words import band_words
from messages.i18n import Phrasebook
from messages.render.text import aligned
from scoring.errors import ModelRefused
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band
from storage.health_models import StoredModel

if TYPE_CHECKING:
    from handlers.models.previewing import Preview

UNKNOWN = "unknown"
"""How JSON calls "not enough data" where a band is a key."""


def version_row(stored: StoredModel | None) -> dict[str, Any]:
    """A version as a row; without one it is the shipped model, which nobody stored yet."""
    if stored is None:
        return {
            "id": None,
            "name": DEFAULT_MODEL.name,
            "activated_at": None,
            "activated_by": None,
            "retired_at": None,
            "digest": None,
        }
    return {
        "id": stored.id,
        "name": stored.name,
        "activated_at": stored.activated_at,
        "activated_by": stored.activated_by,
        "retired_at": stored.retired_at,
        "digest": stored.digest[:12],
    }


def fault_lines(refused: ModelRefused, phrases: Phrasebook) -> Iterator[str]:
    """Everything that is wrong with a file, a sentence each with its place."""
    yield phrases.tn("model.refused", len(refused.faults))
    for row in fault_document(refused, phrases)["faults"]:
        at = row["at"]
        yield phrases.t("model.fault.line", at=at, what=row["problem"]) if at else row["problem"]


def fault_document(refused: ModelRefused, phrases: Phrasebook) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "faults": [
            {"at": fault.at, "problem": phrases.t(fault.key, **fault.params)}
            for fault in refused.faults
        ]
    }


def activated_line(done: Activated, phrases: Phrasebook) -> str:
    """What putting a model in force did."""
    if not done.changed:
        return phrases.t("model.unchanged", name=done.name, id=done.model_id)
    return phrases.tn("model.activated", done.customers, name=done.name, id=done.model_id)


def preview_lines(preview: Preview, phrases: Phrasebook, limit: int) -> Iterator[str]:
    """What would change, the counts first, then the customers that would move."""
    yield phrases.t(
        "model.preview.title",
        name=preview.name,
        before=preview.in_force,
        id=preview.in_force_id,
    )
    yield phrases.tn("model.preview.customers", preview.customers)
    if not preview.customers:
        return
    header = [phrases.t("model.preview.band"), phrases.t("model.preview.now"),
              phrases.t("model.preview.then")]  # fmt: skip
    rows = [
        [band_words(phrases, band), str(n), str(preview.bands_to[band])]
        for band, n in preview.bands_from.items()
    ]
    yield from aligned(header, rows)
    yield phrases.tn("model.preview.moved", preview.moved_n)
    for before, after, n in preview.moves:
        yield phrases.t(
            "model.preview.move",
            before=band_words(phrases, before),
            after=band_words(phrases, after),
            n=n,
        )
    yield phrases.tn("model.preview.warnings", preview.warnings)
    if preview.moved and limit:
        yield ""
        yield from aligned(
            [
                phrases.t("model.preview.customer"),
                phrases.t("model.preview.score"),
                phrases.t("model.preview.change"),
                phrases.t("model.preview.warning"),
            ],
            [
                [
                    moved.account,
                    f"{moved.score_from:.1f} → {moved.score_to:.1f}",
                    f"{band_words(phrases, moved.band_from)} → "
                    f"{band_words(phrases, moved.band_to)}",
                    phrases.t("model.preview.yes") if moved.warned else "",
                ]
                for moved in preview.moved[:limit]
            ],
        )
        left = preview.moved_n - min(limit, len(preview.moved))
        if left > 0:
            yield phrases.tn("model.preview.left", left)


def preview_document(preview: Preview) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "name": preview.name,
        "in_force": {"id": preview.in_force_id or None, "name": preview.in_force},
        "customers": preview.customers,
        "bands": {
            _key(band): {"from": n, "to": preview.bands_to[band]}
            for band, n in preview.bands_from.items()
        },
        "moved": preview.moved_n,
        "moves": [{"from": _of(a), "to": _of(b), "n": n} for a, b, n in preview.moves],
        "warnings": preview.warnings,
        "changes": [
            {
                "account": moved.account,
                "score": {"from": moved.score_from, "to": moved.score_to},
                "band": {"from": _of(moved.band_from), "to": _of(moved.band_to)},
                "warned": moved.warned,
            }
            for moved in preview.moved
        ],
        "references": {segment.value: dict(of) for segment, of in preview.medians.items()},
    }


def _of(band: Band | None) -> str | None:
    return None if band is None else band.value


def _key(band: Band | None) -> str:
    return UNKNOWN if band is None else band.value
