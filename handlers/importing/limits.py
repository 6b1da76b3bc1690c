"""How large a file may be, in every way that has been used to hurt a reader of spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file; 200,000 rows of 20 columns fit with room to spare.

    Measured: 100,000 rows of 14 columns are 8 MB packed, 73 MB unpacked (10:1) and take the
    worker 2.3 s and 170 MB; 200,000 rows of 20 columns of text take it 6 s and 540 MB. The best
    that deflate can do is 1032:1, so 200:1 is nobody's honest spreadsheet; small parts are
    exempt, since a few kilobytes of padding compress that well.
    """

    file_bytes: int = 30 * MIB
    unpacked_bytes: int = 400 * MIB
    entries: int = 2_000
    ratio: int = 200
    ratio_from_bytes: int = 4 * MIB
    sheets: int = 60
    rows: int = 200_000
    columns: int = 300
    header_rows: int = 20
    name_chars: int = 500
    note_chars: int = 10_000
    output_bytes: int = 300 * MIB
    memory_bytes: int = 1_024 * MIB
    cpu_s: int = 60
    wall_s: float = 90.0


DEFAULT_LIMITS = Limits()
