"""Broken, oversized and hostile files end in one clear sentence, soon and in little memory."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.importing.intake import read_file
from handlers.importing.limits import DEFAULT_LIMITS, Limits
from messages.i18n import Phrasebook
from scoring.errors import UserError
from scoring.model import Locale
from tests.importing.workbooks import HEADER, cell, pack, parts, row, sheet_xml, workbook

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)
MIB = 1024 * 1024


def refusal(content: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """The key of the sentence that refuses the file, after filling it in both languages."""
    with pytest.raises(UserError) as caught:
        read_file(content, name, limits=limits)
    for locale in Locale:
        assert "%(" not in Phrasebook(locale).t(caught.value.key, **caught.value.params)
    return caught.value.key


def lying_archive() -> bytes:
    """An archive whose directory says 100 bytes where 64 MB come out."""
    content = bytearray(pack({**parts(sheet_xml(HEADER)), "xl/media/x.bin": bytes(64 * MIB)}))
    true, false = struct.pack("<I", 64 * MIB), struct.pack("<I", 100)
    return bytes(content.replace(true, false))


def encrypted_archive() -> bytes:
    content = bytearray(workbook(row(2, "x")))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def web_page() -> bytes:
    return b"<html><body><table><tr><td>x</td></tr></table></body></html>"


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        pytest.param(b"", "x.xlsx", "import.file.empty", id="nothing"),
        pytest.param(b" \r\n\r\n", "x.csv", "import.file.empty", id="blanks"),
        pytest.param(PNG, "x.xlsx", "import.file.not_a_table", id="a picture"),
        pytest.param(b"%PDF-1.7 ...", "x.xls", "import.file.not_a_table", id="a PDF"),
        pytest.param(bytes(range(256)) * 8, "x.csv", "import.file.binary", id="bytes"),
        pytest.param(web_page(), "x.xls", "import.file.web_page", id="a web page"),
        pytest.param(
            pack({"word/document.xml": "<x/>"}), "x.xlsx", "import.file.not_a_table", id="Word"
        ),
        pytest.param(pack({"a.xlsx": "x"}), "x.zip", "import.file.archive", id="a ZIP of tables"),
        pytest.param(
            pack({"bomb.zip": pack({"b": bytes(MIB)})}),
            "x.xlsx",
            "import.file.not_a_table",
            id="nested",
        ),
        pytest.param(workbook(row(2, "x"))[:900], "x.xlsx", "import.file.damaged", id="cut off"),
        pytest.param(b"PK\x03\x04" + bytes(500), "x.xlsx", "import.file.damaged", id="a ZIP start"),
        pytest.param(lying_archive(), "x.xlsx", "import.file.damaged", id="a lying directory"),
        pytest.param(encrypted_archive(), "x.xlsx", "import.file.password", id="encrypted"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
            "x.xls",
            "import.file.damaged",
            id="OLE start",
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "x.xlsx",
            "import.file.password",
            id="a password",
        ),
        pytest.param(
            workbook(row(2, "&b;"), before=ENTITIES),
            "x.xlsx",
            "import.file.entities",
            id="entities",
        ),
        pytest.param(
            pack({**parts(sheet_xml(HEADER)), "xl/media/x.bin": bytes(8 * MIB)}),
            "x.xlsx",
            "import.file.bomb_ratio",
            id="a bomb by ratio",
        ),
        pytest.param(
            pack({**parts(sheet_xml(HEADER)), **{f"x/{n}": b"" for n in range(2_100)}}),
            "x.xlsx",
            "import.file.bomb_entries",
            id="a bomb by parts",
        ),
        pytest.param(workbook(header=""), "x.xlsx", "import.file.no_table", id="an empty sheet"),
        pytest.param(
            '客户,到期日\n"星河,2026\n'.encode(), "x.csv", "import.file.quote", id="an open quote"
        ),
        pytest.param(b'{"account": "x"}\nnope', "x.jsonl", "import.file.json_line", id="no JSON"),
        pytest.param(
            b'{"account": {"deep": ' + b"[" * 50_000,
            "x.jsonl",
            "import.file.json_line",
            id="deep JSON",
        ),
        pytest.param(
            b'{"account": {"a": 1}}', "x.jsonl", "import.file.json_nested", id="nested JSON"
        ),
        pytest.param(
            "客户，到期日".encode()[:-1] + b"\n" * 3,
            "x.csv",
            "import.file.encoding",
            id="half a letter",
        ),
        pytest.param(
            ("星河科技\n" * 9).encode() + b"\xe6\n",
            "x.csv",
            "import.file.broken_utf8",
            id="broken UTF-8",
        ),
        pytest.param(b"\xef\xbb\xbf\xff\xfe", "x.csv", "import.file.encoding", id="a false mark"),
        pytest.param(b"a,b\n1,2\n", "x.csv", "import.header.none", id="no header"),
        pytest.param(
            "客户,电话\n星河,1".encode(), "x.csv", "import.header.missing", id="no end date"
        ),
        pytest.param(
            (",".join(map(str, range(400)))).encode(),
            "x.csv",
            "import.file.too_many_columns",
            id="wide",
        ),
    ],
)
def test_an_unusable_file_is_refused_with_a_sentence(content: bytes, name: str, key: str) -> None:
    assert refusal(content, name) == key


def test_a_file_that_is_too_large_is_not_even_read() -> None:
    limits = replace(DEFAULT_LIMITS, file_bytes=MIB)
    assert refusal(b"x" * (MIB + 1), "x.csv", limits) == "import.file.too_large"


def test_an_archive_that_unpacks_too_large_is_not_opened() -> None:
    limits = replace(DEFAULT_LIMITS, unpacked_bytes=1_000)
    assert refusal(workbook(row(2, "x")), "x.xlsx", limits) == "import.file.bomb_size"


def test_a_cell_far_away_costs_no_memory() -> None:
    far = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
    assert refusal(workbook(row(2, "x") + far), "x.xlsx") == "import.file.too_large_inside"


def test_a_text_repeated_a_million_times_stops_at_the_bound() -> None:
    limits = replace(DEFAULT_LIMITS, output_bytes=200_000)
    rows = "".join(row(number, "长" * 400) for number in range(2, 400))
    assert refusal(workbook(rows), "x.xlsx", limits) == "import.file.too_large_inside"


def test_a_worker_that_takes_too_long_is_ended() -> None:
    limits = replace(DEFAULT_LIMITS, wall_s=0.001)
    assert refusal(workbook(row(2, "x")), "x.xlsx", limits) == "import.file.too_large_inside"


def test_a_worker_out_of_memory_is_a_sentence() -> None:
    limits = replace(DEFAULT_LIMITS, memory_bytes=40 * MIB)
    content = workbook("".join(row(number, f"n{number}") for number in range(2, 60_000)))
    assert refusal(content, "x.xlsx", limits) == "import.file.too_large_inside"


def test_200_001_rows_of_text_are_refused() -> None:
    rows = "".join(f"A{number},2026-12-31\n" for number in range(200_001))
    assert refusal(f"客户,到期日\n{rows}".encode(), "x.csv") == "import.file.too_many_rows"


def test_as_many_rows_as_allowed_are_read() -> None:
    limits = replace(DEFAULT_LIMITS, rows=3)
    rows = "".join(f"A{number},2026-12-31\n\n" for number in range(3))
    content = f"标题\n客户,到期日\n{rows}".encode()
    assert len(read_file(content, "x.csv", limits=limits).tables[0].rows) == 3
    assert refusal(content + b"x,", "x.csv", limits) == "import.file.too_many_rows"


def test_200_001_rows_of_a_workbook_are_refused() -> None:
    rows = "".join(
        f'<row><c t="inlineStr"><is><t>A{number}</t></is></c><c><v>46387</v></c></row>'
        for number in range(200_001)
    )
    assert refusal(workbook(rows), "x.xlsx") == "import.file.too_many_rows"


def test_markup_nested_very_deep_is_harmless() -> None:
    deep = f'<row r="2">{"<x>" * 50_000}{"</x>" * 50_000}</row>'
    assert read_file(workbook(deep + row(3, "星河")), "x.xlsx").tables[0].rows[0].row == 3


def test_a_cell_of_100_kb_refuses_its_row_only() -> None:
    content = "客户,到期日,备注\n星河,2026-12-31,{}\n蓝海,2026-12-31,x".format(
        "长" * 40_000
    ).encode()
    table = read_file(content, "x.csv").tables[0]
    assert [problem.key for problem in table.problems] == ["import.cell.too_long"]
    assert [good.row for good in table.rows] == [3]
    book = read_file(workbook(row(2, "长" * 100_000) + row(3, "蓝海")), "x.xlsx").tables[0]
    assert [problem.key for problem in book.problems] == ["import.cell.too_long"]


def test_a_very_long_field_names_its_row() -> None:
    assert refusal(f"客户,到期日\nx,{'y' * 140_000}".encode(), "x.csv") == "import.file.long_field"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("x.csv", workbook(row(2, "星河")), "xlsx"),
        ("x.xlsx", "客户,到期日\n星河,2026-12-31".encode(), "csv"),
        ("x.xls", '{"account": "星河", "ends_on": "2026-12-31"}'.encode(), "jsonl"),
    ],
)
def test_a_table_under_a_wrong_name_is_read_as_what_it_is(
    name: str, content: bytes, found: str
) -> None:
    parsed = read_file(content, name)
    assert parsed.format == found
    assert parsed.tables[0].rows[0].values["account"] == "星河"
    assert [n.key for n in parsed.notices if "format" in n.key] == ["import.notice.other_format"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "客户,到期日\n星河科技,2026-12-31"),
        ("utf-8-sig", "客户,到期日\n星河科技,2026-12-31"),
        ("gb18030", "客户,到期日\n星河科技,2026-12-31"),
        ("gbk", "客户,到期日\n星河科技,2026-12-31"),
        ("utf-16", "客户,到期日\n星河科技,2026-12-31"),
        ("utf-16-be", "\ufeff客户,到期日\n星河科技,2026-12-31"),
    ],
)
def test_encodings(encoding: str, text: str) -> None:
    table = read_file(text.encode(encoding), "x.csv").tables[0]
    assert table.rows[0].values["account"] == "星河科技"


def test_western_text_is_not_read_as_chinese() -> None:
    text = "Customer;End date;Notes\n" + "Müller Söhne;2026-12-31;für später, größer\n" * 9
    parsed = read_file(text.encode("cp1252"), "x.csv")
    assert parsed.tables[0].rows[0].values["account"] == "Müller Söhne"
    assert "import.notice.encoding" in [notice.key for notice in parsed.notices]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = "客户D到期日D备注\n星河D2026-12-31Da,b;c\n蓝海D2026-12-31D".replace("D", delimiter)
    if delimiter in ",;":
        text = text.replace("a,b;c", '"a,b;c"')
    assert len(read_file(text.encode(), "x.csv").tables[0].rows) == 2
    excel = f"sep={delimiter}\n{text}"
    assert read_file(excel.encode(), "x.csv").tables[0].rows[0].row == 3


def test_a_missing_file_and_a_folder_are_sentences(tmp_path: Path) -> None:
    for path, key in (
        (tmp_path / "no.csv", "import.file.absent"),
        (tmp_path, "import.file.folder"),
    ):
        with pytest.raises(UserError) as caught:
            read_file(path, path.name)
        assert caught.value.key == key


def test_an_unknown_kind_is_a_sentence() -> None:
    with pytest.raises(UserError) as caught:
        read_file(b"x", "x.csv", kind="recipes")
    assert caught.value.key == "import.kind_unknown"


def test_formulas_shared_between_cells_and_prefixed_markup_are_seen() -> None:
    shared = (
        f'<row r="2">{cell("A2", "甲")}<c r="B2"><f t="shared" ref="B2:B3" si="0">NOW()</f></c></row>'
        f'<row r="3">{cell("A3", "乙")}<c r="B3"><f t="shared" si="0"/></c></row>'
        f'<row r="4">{cell("A4", "丙")}<c r="B4" t="e"><v>#REF!</v></c></row>'
    )
    plain = sheet_xml(HEADER + shared)
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    prefixed = prefixed.replace("x:worksheet xmlns=", "x:worksheet xmlns:x=")
    for sheet in (plain, prefixed):
        table = read_file(pack(parts(sheet)), "x.xlsx").tables[0]
        assert [(p.row, p.key) for p in table.problems] == [
            (2, "import.cell.uncalculated"),
            (3, "import.cell.uncalculated"),
            (4, "import.cell.formula_error"),
        ]


def test_a_checksum_that_does_not_fit_is_damage() -> None:
    content = bytearray(workbook(row(2, "星河")))
    part = sheet_xml(HEADER + row(2, "星河")).encode()
    crc = struct.pack("<I", zlib.crc32(part))
    assert refusal(bytes(content.replace(crc, bytes(4))), "x.xlsx") == "import.file.damaged"


def test_a_workbook_of_many_sheets_is_bounded() -> None:
    book = openpyxl.Workbook()
    for number in range(70):
        book.create_sheet(f"S{number}").append(["客户"])
    out = io.BytesIO()
    book.save(out)
    assert refusal(out.getvalue(), "x.xlsx") == "import.file.too_many_sheets"


def test_the_directory_of_an_archive_may_not_lie_about_its_size() -> None:
    with zipfile.ZipFile(io.BytesIO(lying_archive())) as archive:
        assert archive.getinfo("xl/media/x.bin").file_size == 100


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_sentence(content: bytes) -> None:
    with suppress(UserError):
        read_file(b"\xe5\xae\xa2\xe6\x88\xb7,ends on,ARR\n" + content, "x.csv", kind="contracts")


@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=5))
def test_any_cells_are_rows_or_sentences(rows: list[list[str]]) -> None:
    lines = [json.dumps(dict(zip(FIELDS, row, strict=False))) for row in rows]
    with suppress(UserError):
        parsed = read_file("\n".join(lines).encode(), "x.jsonl", kind="contracts")
        assert sum(len(table.rows) + table.refused for table in parsed.tables) <= len(rows)


FIELDS = ("account", "ends_on", "arr", "contract_no", "strange")
