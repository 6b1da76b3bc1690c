"""Files that were previewed and wait for a yes; kept in the database, so a restart loses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from storage.repository import Repository
from storage.tables import staged_files


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file, who brought it, and what became of it. Files dropped together share a code."""

    code: str
    person_id: int | None
    filename: str
    kind: str | None
    content: bytes
    at: datetime
    done_at: datetime | None = None
    outcome: str | None = None


class StagedFiles(Repository):
    """The waiting room of imports."""

    async def add(self, staged: StagedFile) -> None:
        """Keep a file; `code` names it in the buttons."""
        await self._connection.execute(
            insert(staged_files).values(
                code=staged.code,
                person_id=staged.person_id,
                filename=staged.filename,
                kind=staged.kind,
                content=staged.content,
                at=staged.at,
            )
        )

    async def of(self, code: str) -> list[StagedFile]:
        """The files of that code, as they were brought."""
        query = select(staged_files).where(staged_files.c.code == code).order_by(staged_files.c.id)
        return [
            StagedFile(
                row.code,
                row.person_id,
                row.filename,
                row.kind,
                row.content,
                row.at,
                row.done_at,
                row.outcome,
            )
            for row in await self._connection.execute(query)
        ]

    async def finish(self, code: str, *, at: datetime, outcome: str) -> bool:
        """Mark files as dealt with; false when somebody did before: only one import happens."""
        result = await self._connection.execute(
            update(staged_files)
            .where(staged_files.c.code == code, staged_files.c.done_at.is_(None))
            .values(done_at=at, outcome=outcome, content=b"")
        )
        return bool(result.rowcount)

    async def forget_before(self, instant: datetime) -> None:
        """Drop files brought before an instant, confirmed or not."""
        await self._connection.execute(delete(staged_files).where(staged_files.c.at < instant))
