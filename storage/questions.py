"""Questions that wait for an answer: the next line of one person in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, select

from storage.repository import Repository, upsert
from storage.tables import questions

# Asked with every line of a conversation, so put together once.
_OPEN = select(questions).where(
    questions.c.platform == bindparam("platform"),
    questions.c.place == bindparam("place"),
    questions.c.sender == bindparam("sender"),
    questions.c.asked_at >= bindparam("since"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """Who was asked where; the chat line so far and the parameter that the answer fills.

    `said_at` is when, by the platform's clock, the line was said that led to the question.
    """

    platform: str
    place: str
    sender: str
    line: str
    field: str
    asked_at: datetime
    said_at: datetime | None = None


class Questions(Repository):
    """At most one question a person and place; a new one replaces the old one."""

    async def put(self, question: Question) -> None:
        """Ask, instead of whatever was asked there before."""
        statement = upsert(
            self._connection,
            questions,
            ["platform", "place", "sender"],
            ["line", "field", "said_at", "asked_at"],
        )
        await self._connection.execute(
            statement.values(
                platform=question.platform,
                place=question.place,
                sender=question.sender,
                line=question.line,
                field=question.field,
                said_at=question.said_at,
                asked_at=question.asked_at,
            )
        )

    async def open(
        self, platform: str, place: str, sender: str, *, since: datetime
    ) -> Question | None:
        """What somebody was asked there since an instant and has not answered."""
        where = {"platform": platform, "place": place, "sender": sender, "since": since}
        row = (await self._connection.execute(_OPEN, where)).one_or_none()
        if row is None:
            return None
        return Question(
            platform=row.platform,
            place=row.place,
            sender=row.sender,
            line=row.line,
            field=row.field,
            asked_at=row.asked_at,
            said_at=row.said_at,
        )

    async def take(self, question: Question) -> bool:
        """Remove exactly this question; of several who answer it at once one gets it."""
        result = await self._connection.execute(
            delete(questions)
            .where(
                and_(
                    questions.c.platform == question.platform,
                    questions.c.place == question.place,
                    questions.c.sender == question.sender,
                    questions.c.line == question.line,
                    questions.c.field == question.field,
                    questions.c.asked_at == question.asked_at,
                )
            )
            .returning(questions.c.sender)
        )
        return result.first() is not None

    async def drop(self, platform: str, place: str, sender: str) -> bool:
        """Ask no more; whether anything was asked."""
        result = await self._connection.execute(
            delete(questions)
            .where(
                questions.c.platform == platform,
                questions.c.place == place,
                questions.c.sender == sender,
            )
            .returning(questions.c.sender)
        )
        return result.first() is not None

    async def forget_before(self, instant: datetime) -> None:
        """Drop the questions that nobody answers any more."""
        await self._connection.execute(delete(questions).where(questions.c.asked_at < instant))
