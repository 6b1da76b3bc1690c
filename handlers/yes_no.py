"""A yes or a no in a chat line."""

from __future__ import annotations

from enum import StrEnum


class YesNo(StrEnum):
    """Written `yes` and `no`, or as a language says it."""

    YES = "yes"
    NO = "no"

    @classmethod
    def of(cls, value: bool) -> YesNo:
        """The word for a truth value."""
        return cls.YES if value else cls.NO
