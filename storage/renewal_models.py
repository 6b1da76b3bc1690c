"""What was learned from decided renewals: kept with its report, one at a time in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select, text, update

from storage.repository import Repository, new_id
from storage.tables import renewal_models


@dataclass(frozen=True, slots=True)
class StoredRenewalModel:
    """A learned model that is in force; `parameters` are what `predict` reads.

    `signature` says which signals it was learned from (`scoring.learning.signature`).
    """

    id: int
    health_model_id: int
    kind: str
    parameters: Mapping[str, Any]
    signature: str
    decided_n: int
    lost_n: int
    activated_by: str
    activated_at: datetime


_IN_FORCE = (
    select(renewal_models)
    .where(renewal_models.c.activated_at.is_not(None), renewal_models.c.retired_at.is_(None))
    .order_by(renewal_models.c.id.desc())
    .limit(1)
)

RENEWAL_MODEL_IN_FORCE = exists().where(
    renewal_models.c.activated_at.is_not(None), renewal_models.c.retired_at.is_(None)
)
"""Whether anything learned predicts: else a probability is a first estimate."""


class RenewalModels(Repository):
    """Learned models; the newest activated one that is not retired is in force."""

    async def in_force(self) -> StoredRenewalModel | None:
        """The model that predicts now, None while none was ever activated."""
        row = (await self._connection.execute(_IN_FORCE)).one_or_none()
        if row is None:
            return None
        return StoredRenewalModel(
            row.id,
            row.health_model_id,
            row.kind,
            row.parameters["learned"],
            row.parameters["signature"],
            row.decided_n,
            row.lost_n,
            row.activated_by or "",
            row.activated_at,
        )

    async def put(
        self,
        health_model_id: int,
        kind: str,
        parameters: Mapping[str, Any],
        *,
        signature: str,
        decided_n: int,
        lost_n: int,
        report: Mapping[str, Any],
        fitted_at: datetime,
    ) -> int:
        """Keep a model beside its report; it predicts nothing before it is activated."""
        result = await self._connection.execute(
            insert(renewal_models).values(
                health_model_id=health_model_id,
                kind=kind,
                parameters={"signature": signature, "learned": dict(parameters)},
                report=dict(report),
                decided_n=decided_n,
                lost_n=lost_n,
                fitted_at=fitted_at,
            )
        )
        return new_id(result)

    async def activate(self, model_id: int, *, by: str, at: datetime) -> int | None:
        """Put a kept model in force and retire the one before it; returns that one's key."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(
                text("LOCK TABLE renewal_models IN SHARE ROW EXCLUSIVE MODE")
            )
        before = (await self._connection.execute(_IN_FORCE)).one_or_none()
        await self._retire(at)
        await self._connection.execute(
            update(renewal_models)
            .where(renewal_models.c.id == model_id)
            .values(activated_by=by, activated_at=at, retired_at=None)
        )
        return None if before is None else int(before.id)

    async def retire(self, at: datetime) -> bool:
        """Let nothing learned predict any more; whether anything did."""
        return await self._retire(at) > 0

    async def _retire(self, at: datetime) -> int:
        result = await self._connection.execute(
            update(renewal_models)
            .where(
                renewal_models.c.activated_at.is_not(None), renewal_models.c.retired_at.is_(None)
            )
            .values(retired_at=at)
        )
        return result.rowcount
