"""Why a delivery is where it is, in the reader's words."""

from __future__ import annotations

from messages.i18n import Phrasebook, catalogue

_FAULT = "delivery.fault."


def shortly(error: str | None, book: Phrasebook) -> str:
    """The platform's own words of it, or ours where it has none: what fits beside other columns."""
    _, _, detail = (error or "").partition(" ")
    return detail or explained(error, book)


def explained(error: str | None, book: Phrasebook) -> str:
    """What stands in a delivery's `error`: a key of ours, or a kind of fault and its details.

    What to do about it follows, by the platform's code where that is known, else by the kind.
    """
    if not error:
        return ""
    entries = catalogue(book.locale)
    if error in entries:
        return book.t(error)
    kind, _, detail = error.partition(" ")
    if _FAULT + kind not in entries:
        return error
    said = book.t(_FAULT + kind, detail=detail or kind)
    fixes = (f"delivery.code.{detail.partition(' ')[0]}", f"delivery.fix.{kind}")
    fix = next((key for key in fixes if key in entries), None)
    return f"{said} {book.t(fix)}" if fix else said
