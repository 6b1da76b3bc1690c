"""Files that were previewed and wait for a yes; kept in the database, so a restart loses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from storage.repository import Repository
from storage.tables import staged_files


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file, who brought it, and whether it was imported."""

    code: str
    person_id: int | None
    filename: str
    kind: str | None
    content: bytes
    at: datetime
    done_at: datetime | None


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

    async def get(self, code: str) -> StagedFile | None:
        """The file of that code."""
        query = select(staged_files).where(staged_files.c.code == code)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        return StagedFile(
            row.code, row.person_id, row.filename, row.kind, row.content, row.at, row.done_at
        )

    async def finish(self, code: str, *, at: datetime) -> bool:
        """Mark a file as dealt with; false when somebody did before: only one import happens."""
        result = await self._connection.execute(
            update(staged_files)
            .where(staged_files.c.code == code, staged_files.c.done_at.is_(None))
            .values(done_at=at, content=b"")
        )
        return bool(result.rowcount)

    async def forget_before(self, instant: datetime) -> None:
        """Drop files brought before an instant, confirmed or not."""
        await self._connection.execute(delete(staged_files).where(staged_files.c.at < instant))
