"""Messages on their way: made, and not known to have arrived in all their parts.

A parcel is kept before its first byte goes out, so that after a crash it is known what may be out
there and what is not; it is gone when everything has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from storage.repository import Repository
from storage.tables import parcels


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message in parts, and how far it has come. `receipts` are those of the parts that arrived.

    `resumes`: the rest must go as it is, because half of it hangs there already, because the
    platform drops an identical repeat, or because it refused what would be made anew. `doubtful`:
    the part that may be there and will be repeated, marked as such or byte for byte. `begun_steady`
    is `begun_at` in steady time, None where a version before 0002 made it. `versions` are those of
    the renewals it shows, by opportunity id.
    """

    key: str
    platform: str
    place: str
    locale: str
    payloads: tuple[dict[str, Any], ...]
    receipts: tuple[dict[str, Any], ...]
    resumes: bool
    doubtful: int | None
    begun_at: datetime
    begun_steady: datetime | None = None
    versions: Mapping[int, int] = field(default_factory=dict)

    @property
    def next_part(self) -> int:
        """The first part without a receipt."""
        return len(self.receipts)

    @property
    def next_key(self) -> str:
        """What the next part is sent under; the same however often it is tried."""
        return f"{self.key}.{self.next_part}"

    @property
    def in_doubt(self) -> bool:
        """Whether the next part may be there already."""
        return self.doubtful is not None and self.next_part <= self.doubtful

    @property
    def complete(self) -> bool:
        """Whether every part has arrived."""
        return len(self.receipts) == len(self.payloads)


# With every message, so put together once.
_KEEP = insert(parcels)
_FORGET = delete(parcels).where(parcels.c.key == bindparam("of_key"))


class Parcels(Repository):
    """What is on its way, by the batch of deliveries that it tells."""

    async def get(self, key: str) -> Parcel | None:
        """A message on its way."""
        row = (
            await self._connection.execute(select(parcels).where(parcels.c.key == key))
        ).one_or_none()
        if row is None:
            return None
        return Parcel(
            key=row.key,
            platform=row.platform,
            place=row.place,
            locale=row.locale,
            payloads=tuple(row.payloads),
            receipts=tuple(row.receipts),
            resumes=row.resumes,
            doubtful=row.doubtful,
            begun_at=row.begun_at,
            begun_steady=row.begun_steady,
            versions={int(key): version for key, version in row.versions.items()},
        )

    async def keep(self, parcel: Parcel, *, instead: bool) -> None:
        """Keep a message; `instead` of what was made before for the same batch."""
        if instead:
            await self.forget(parcel.key)
        await self._connection.execute(
            _KEEP,
            {
                "key": parcel.key,
                "platform": parcel.platform,
                "place": parcel.place,
                "locale": parcel.locale,
                "payloads": list(parcel.payloads),
                "receipts": list(parcel.receipts),
                "resumes": parcel.resumes,
                "doubtful": parcel.doubtful,
                "begun_at": parcel.begun_at,
                "begun_steady": parcel.begun_steady,
                "versions": {str(key): version for key, version in parcel.versions.items()},
            },
        )

    async def rewrite(self, parcel: Parcel) -> None:
        """Keep how far a message has come."""
        await self._connection.execute(
            update(parcels)
            .where(parcels.c.key == parcel.key)
            .values(
                payloads=list(parcel.payloads),
                receipts=list(parcel.receipts),
                resumes=parcel.resumes,
                doubtful=parcel.doubtful,
            )
        )

    async def forget(self, key: str) -> None:
        """Drop a message that arrived, or of which nothing did."""
        await self._connection.execute(_FORGET, {"of_key": key})
