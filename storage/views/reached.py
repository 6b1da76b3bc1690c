"""The customers somebody reads, as a condition in SQL."""

from __future__ import annotations

from typing import Any

from scoring.permissions import Reach


def within(reach: Reach, *, contract: str, account: str) -> tuple[str, dict[str, Any]]:
    """A condition over the aliases of contracts and accounts, and its parameters."""
    if reach.every_team:
        return "1 = 1", {}
    team = f"COALESCE({contract}.team, {account}.team)"
    owner = f"COALESCE({contract}.owner_id, {account}.csm_id, {account}.account_executive_id)"
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if reach.pool:
        conditions.append(f"{team} IS NULL")
    if reach.team:
        conditions.append(f"{team} = :reach_team")
        values["reach_team"] = reach.team
    if reach.owner_id is not None:
        conditions.append(f"{owner} = :reach_owner")
        values["reach_owner"] = reach.owner_id
    return (f"({' OR '.join(conditions)})" if conditions else "1 = 0"), values
