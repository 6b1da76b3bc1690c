"""Chinese sentences around Latin words: `已由 Ada Park 认领`, but `已由李雷认领`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HAN = r"[\u4e00-\u9fff]"
_PLACED = re.compile(rf"(?P<before>{_HAN})?(?P<value>%\((?P<name>\w+)\)s)(?P<after>(?={_HAN}))?")
_STARTS = re.compile(r"(?=[A-Za-z0-9])[!-~]*?[A-Za-z]")
_ENDS = re.compile(r"[A-Za-z][ -~]*(?<=[A-Za-z0-9])\Z")
_LONGEST_END = 40
"""Characters at the end of a value that are looked at."""


def set_off(text: str, shown: Mapping[str, object]) -> str:
    """`text` with blanks between its Chinese and the values that are Latin words at that end.

    Numbers and dates stay where they are: 3月1日到期.
    """

    def placed(found: re.Match[str]) -> str:
        value = str(shown.get(found["name"], ""))
        before = found["before"] or ""
        left = " " if before and _STARTS.match(value) else ""
        last = found["after"] is not None and _ENDS.search(value[-_LONGEST_END:])
        return f"{before}{left}{found['value']}{' ' if last else ''}"

    return _PLACED.sub(placed, text)
