"""Whom the rule gives a renewal that nobody owns yet."""

from __future__ import annotations


def ruled_owner(*, contract: str, account: str) -> str:
    """SQL for whom the rule gives a renewal, of those who have not left; aliases as given."""
    columns = (f"{contract}.owner_id", f"{account}.csm_id", f"{account}.account_executive_id")
    here = (
        f"(SELECT p.id FROM people p WHERE p.id = {column} AND p.left_on IS NULL)"  # noqa: S608
        for column in columns
    )
    return f"COALESCE({', '.join(here)})"
