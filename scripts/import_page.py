"""Write docs/importing.md's table of columns from the declarations: scripts/import_page.py."""

from __future__ import annotations

from pathlib import Path

from handlers.importing.columns import KindSpec, Presence
from handlers.importing.header_words import HEADER_WORDS
from handlers.importing.kinds import KINDS

PAGE = Path(__file__).parent.parent / "docs" / "importing.md"
MARK = "<!-- columns: made by scripts/import_page.py -->\n"


def table(kind: KindSpec) -> str:
    """The columns of one kind as a Markdown table."""
    lines = [f"### {kind.name}", "", "| column | must | also written |", "|---|---|---|"]
    for column in kind.columns:
        words = HEADER_WORDS.get(f"{kind.name}.{column.name}") or HEADER_WORDS.get(column.name, "")
        shown = " · ".join(words.split("|")[:5])
        must = {
            Presence.MUST: "yes",
            Presence.COLUMN_MUST: "column; an empty cell is open-ended",
            Presence.MAY: "",
        }[column.presence]
        lines.append(f"| `{column.name}` | {must} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    """Replace everything behind the mark."""
    head = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    body = "\n\n".join(table(kind) for kind in KINDS.values())
    PAGE.write_text(f"{head}{MARK}\n{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
