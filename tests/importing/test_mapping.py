"""Mapping files: somebody else's table, one row a customer, into facts, terms and outcomes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from handlers.importing.bringing import Brought, FileToBring, bring, summary
from handlers.importing.choices import Outcome
from handlers.importing.intake import read_file
from handlers.importing.limits import Limits
from handlers.importing.mapped import MOST_TIMES
from handlers.importing.mapping import mapping_in, read_mapping
from handlers.importing.parsed import ParsedFile
from handlers.importing.plan import Author
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.errors import BadArgument, MappingRefused
from scoring.model import Locale
from storage.store import Store
from storage.tables import metadata
from tests.importing.test_book_import import NOW, counts
from tests.requirements import DATA

EXAMPLES = Path(__file__).parents[2] / "examples"
MAPPING = """
account = { text = "Customer {row}" }
contract_no = { text = "T-{id}" }
[contracts]
ends_on = 2025-12-31
[outcomes]
decided_on = 2025-12-31
outcome = { column = "Churn", words = { yes = "churned", no = "renewed" } }
[signals]
observed_on = 2025-09-30
[signals.values]
minutes = "Minutes"
active = { column = "Status", words = { 1 = 1, 2 = 0 } }
"""
TABLE = "id,Minutes,Status,Churn,Colour\na7,12.5,1,No,red\nb9,,2,YES,blue\n"


def read(text: str, mapping: str = MAPPING, **options: object) -> ParsedFile:
    return read_file(text.encode(), "t.csv", mapping=read_mapping(mapping.encode()), **options)  # type: ignore[arg-type]


def rows(parsed: ParsedFile, kind: str) -> list[dict[str, object]]:
    return [row.values for table in parsed.tables if table.kind == kind for row in table.rows]


def measures(mapping: str, table: str) -> list[object]:
    """What the values of one signal are."""
    head = "account = 'c'\n[signals]\nobserved_on = 2025-01-01\n[signals.values]\n"
    return [row["value"] for row in rows(read(table, head + mapping), "signals")]


async def brings(store: Store, text: str, mapping: str = MAPPING) -> Brought:
    file = FileToBring("t.csv", text.encode(), None, read_mapping(mapping.encode()))
    return await bring(store, [file], Rules(), NOW, author=Author(None, "test", "test"), write=True)


def test_one_row_becomes_a_term_its_outcome_and_its_signals() -> None:
    parsed = read(TABLE)
    assert rows(parsed, "outcomes") == [
        {"contract_no": "T-a7", "decided_on": date(2025, 12, 31), "outcome": Outcome.RENEWED},
        {"contract_no": "T-b9", "decided_on": date(2025, 12, 31), "outcome": Outcome.CHURNED},
    ]
    assert [row["account"] for row in rows(parsed, "contracts")] == ["Customer 2", "Customer 3"]
    assert [(row["account"], row["signal"], row["value"]) for row in rows(parsed, "signals")] == [
        ("Customer 2", "minutes", 12.5),
        ("Customer 2", "active", 1.0),
        ("Customer 3", "active", 0.0),
    ]


async def test_it_is_imported_once_however_often_it_is_brought(store: Store) -> None:
    assert counts(await brings(store, TABLE)) == (7, 0, 0, 0)
    assert counts(await brings(store, TABLE)) == (0, 0, 7, 0)
    assert counts(await brings(store, TABLE.replace("12.5", "13.5"))) == (0, 1, 6, 0)
    async with store.read() as tx:
        signals = metadata.tables["signals"]
        found = (await tx.connection.execute(select(signals.c.value))).scalars().all()
        contract = await tx.contracts.by_no("T-b9")
    assert sorted(found) == [0.0, 1.0, 13.5]
    assert contract is not None
    assert contract.ends_on == date(2025, 12, 31)


async def test_refusals_name_the_row_and_the_header_of_the_file(store: Store) -> None:
    wrong = TABLE.replace("a7,12.5,1", "a7,12x,3")
    brought = await brings(store, wrong)
    told = summary(brought.plan, Phrasebook(Locale.EN))["rows"]
    assert [(row["row"], row["column"]) for row in told] == [(2, "Minutes"), (2, "Status")]
    assert "12x" in told[0]["problem"]
    assert "“3” is not one of the accepted words: 1, 2" in told[1]["problem"]
    async with store.read() as tx:
        assert await tx.contracts.last_id() == 0


def test_columns_that_are_not_used_are_told() -> None:
    (notice,) = read(TABLE).notices
    assert notice.key == "mapping.unused"
    assert notice.params == {"columns": "Colour"}


@pytest.mark.parametrize(
    ("source", "cells", "value"),
    [
        ('{ sum = ["a", "b"] }', "1,2", 3.0),
        ('{ sum = ["a", "b"] }', "1,", 1.0),
        ('{ sum = ["a", "b"] }', ",", None),
        ('{ sum = ["a", "b"], words = { yes = 1, no = 0 } }', "Yes,no", 1.0),
        ('{ column = "a", per = "b" }', "3,4", 0.75),
        ('{ column = "a", per = "b" }', "3,0", None),
        ('{ column = "a", per = "b" }', "3,", None),
        ('{ column = "a", words = { high = 2 }, otherwise = 0 }', "ＨＩＧＨ,", 2.0),
        ('{ column = "a", words = { high = 2 }, otherwise = 0 }', "low,", 0.0),
        ('{ column = "a", words = { high = 2 }, otherwise = 0 }', ",x", None),
        ('{ column = "a", words = { "" = 5, -1 = 7, 1.5 = 8 } }', ",x", 5.0),
        ('{ column = "a", words = { "-1" = 7, "1" = 9 } }', "-1,x", 7.0),
        ('{ column = "a", words = { "1.5" = 8, "15" = 9 } }', "15,x", 9.0),
        ('"a"', "1.5e-3,", 0.0015),
        ('"a"', "40%,", 0.4),
        ('"a"', "nan,", None),
    ],
)
def test_values_are_worked_out(source: str, cells: str, value: float | None) -> None:
    source = source.replace("-1 = 7, 1.5 = 8", '"-1" = 7, "1.5" = 8')
    assert measures(f"x = {source}", f"c,a,b\nAcme,{cells}\n") == ([] if value is None else [value])


@pytest.mark.parametrize("cell", ["abc", "inf", "-inf", "1e999", "#N/A"])
def test_what_is_no_number_is_refused_also_within_a_sum(cell: str) -> None:
    head = "account = 'c'\n[signals]\nobserved_on = 2025-01-01\n[signals.values]\n"
    for source in ('"a"', '{ sum = ["a", "b"] }', '{ column = "b", per = "a" }'):
        parsed = read(f"c,a,b\nAcme,{cell},1\n", f"{head}x = {source}\n")
        assert [problem.row for problem in parsed.problems] == [2], source


COMMA = "decimal = ','\naccount = 'c'\n[signals]\nobserved_on = 2025-01-01\n[signals.values]\n"


@pytest.mark.parametrize(
    ("source", "cells", "value"),
    [
        ("'a'", "1.234,56;1", 1234.56),
        ("'a'", "-0,5;1", -0.5),
        ("'a'", "12 345,5;1", 12345.5),
        ("'a'", "103.924;1", 103924.0),
        ("'a'", "12,5 %;1", 0.125),
        ("'a'", "7;1", 7.0),
        ("{ column = 'a', words = { '1,5' = 3 } }", "1,5;1", 3.0),
        ("{ sum = ['a', 'b'] }", "1,5;2,25", 3.75),
        ("{ column = 'a', per = 'b' }", "1,5;0,5", 3.0),
    ],
)
def test_a_file_may_have_a_comma_before_the_tenths(source: str, cells: str, value: float) -> None:
    found = rows(read(f"c;a;b\nx;{cells}\n", f"{COMMA}v = {source}\n"), "signals")
    assert [row["value"] for row in found] == [pytest.approx(value)]


@pytest.mark.parametrize("cell", ["12.5", "1,234.5", "1.23.456,7", "1,2,3"])
def test_what_cannot_have_a_comma_before_the_tenths_is_refused(cell: str) -> None:
    (table,) = read(f"c;a\nx;{cell}\n", f"{COMMA}v = 'a'\n").tables
    assert [problem.key for problem in table.problems] == ["import.cell.decimal_comma"]


def test_a_comma_changes_no_day_and_no_number_of_a_contract() -> None:
    mapping = """
decimal = ","
account = "c"
[contracts]
contract_no = "n"
ends_on = "d"
arr = "a"
currency = { constant = "EUR" }
"""
    (found,) = rows(read("c;n;d;a\nx;1.234;31.12.2025;€ 1.234,50\n", mapping), "contracts")
    assert (found["contract_no"], found["ends_on"]) == ("1.234", date(2025, 12, 31))
    assert "1234.50" in str(found["arr"])


def test_headers_are_found_below_a_title_and_whatever_their_case_and_blanks() -> None:
    table = "Our customers,,\n,,\nCALL  failure,Name,c\n3,Acme,Acme\n"
    assert measures('x = "Call Failure"', table) == [3.0]


def test_a_sheet_is_named_where_a_workbook_has_several() -> None:
    workbook = Workbook(write_only=True)
    for name, value in (("One", 1), ("Two", 2)):
        sheet = workbook.create_sheet(name)
        sheet.append(["c", "a"])
        sheet.append(["Acme", value])
    file = BytesIO()
    workbook.save(file)
    book = file.getvalue()
    head = "account = 'c'\n[signals]\nobserved_on = 2025-01-01\n[signals.values]\nx = 'a'\n"
    with pytest.raises(MappingRefused) as refused:
        read_file(book, "t.xlsx", mapping=read_mapping(head.encode()))
    assert [fault.key for fault in refused.value.faults] == ["mapping.which_sheet"]
    parsed = read_file(book, "t.xlsx", mapping=read_mapping(f"sheet = 'Two'\n{head}".encode()))
    assert [row["value"] for row in rows(parsed, "signals")] == [2.0]


def test_all_headers_that_the_file_lacks_are_told_at_once() -> None:
    with pytest.raises(MappingRefused) as refused:
        read("id,Minutes,Minutes\na,1,2\n")
    assert [(fault.key, fault.params.get("missing")) for fault in refused.value.faults] == [
        ("mapping.header_twice", None),
        ("mapping.no_column", "Churn, Status"),
    ]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ["nothing"]),
        ("= 1", ["not_toml"]),
        ("sheet = 3\n[signals]\nvalue = nan", ["not_a_name", "constant", "missing"]),
        ("decimal = ';'\n[signals]", ["decimal", "missing"]),
        ("signals = 3", ["not_a_table", "nothing"]),
        ("[wheels]\na = 1", ["unknown_kind", "nothing"]),
        ("[signals]\ncolour = 'a'", ["unknown_field", "missing"]),
        ("[signals]\naccount = { column = 'a', constant = 1 }", ["source", "missing"]),
        ("[signals]\naccount = { colum = 'a' }", ["source", "missing"]),
        ("[signals]\naccount = { text = 'always' }", ["text", "missing"]),
        ("[signals]\naccount = { sum = 'a' }", ["sum", "missing"]),
        ("[signals]\naccount = { column = '' }", ["not_a_name", "missing"]),
        ("[signals]\naccount = { column = 'a', words = 1 }", ["words", "missing"]),
        ("[signals]\naccount = { column = 'a', otherwise = 1 }", ["otherwise", "missing"]),
        ("[signals]\naccount = { column = 'a', words = { A = 1, a = 2 } }",
         ["word_twice", "missing"]),
        ("[signals]\naccount = { constant = inf }", ["constant", "missing"]),
        ("[signals]\naccount = { constant = [1] }", ["constant", "missing"]),
        ("[signals]\nsignal = 'a'\naccount = 'a'\nobserved_on = 2025-01-01\n"
         "[signals.values]\nx = 'a'", ["values_and_value"]),
        ("[tickets]\naccount = 'a'\nonly_with = 'wheels'", ["unknown_field", "missing"]),
        ("account = { colum = 'a' }\n[tickets]\nticket_no = 'a'\n[payments]\ndue_on = 'a'",
         ["source", "missing", "missing"]),
    ],
)  # fmt: skip
def test_every_fault_of_a_mapping_is_told(text: str, keys: list[str]) -> None:
    with pytest.raises(MappingRefused) as refused:
        read_mapping(text.encode())
    assert [fault.key for fault in refused.value.faults] == [f"mapping.{key}" for key in keys]
    for locale in Locale:
        for fault in refused.value.faults:
            said = Phrasebook(locale).t(fault.key, **fault.params)
            assert said != fault.key
            assert "%(" not in said


def test_a_mapping_that_makes_too_much_of_a_file_is_refused() -> None:
    signals = "\n".join(f"s{n} = 'a'" for n in range(MOST_TIMES + 1))
    mapping = f"account = 'c'\n[signals]\nobserved_on = 2025-01-01\n[signals.values]\n{signals}\n"
    table = "c,a\n" + "".join(f"Acme {n},{n}\n" for n in range(5))
    with pytest.raises(BadArgument) as refused:
        read(table, mapping, limits=Limits(rows=5))
    assert refused.value.key == "mapping.too_many_rows"
    assert len(rows(read(table, mapping, limits=Limits(rows=6)), "signals")) == 55


def test_rows_without_the_field_that_makes_them_make_nothing() -> None:
    mapping = (
        "account = 'c'\n[tickets]\nonly_with = 'ticket_no'\nticket_no = 'no'\nopened_on = 'on'\n"
    )
    parsed = read("c,no,on\nAcme,,\nAcme,T-1,2025-01-01\n", mapping)
    assert [row["ticket_no"] for row in rows(parsed, "tickets")] == ["T-1"]
    assert parsed.problems == ()
    strict = read("c,no,on\nAcme,,\n", mapping.replace("only_with = 'ticket_no'\n", ""))
    assert {problem.column for problem in strict.problems} == {"no", "on"}


def test_a_hostile_cell_is_only_ever_text() -> None:
    mapping = MAPPING.replace('"Customer {row}"', '"Customer {id} {row}"')
    parsed = read("id,Minutes,Status,Churn\n{row}{id}%s\\1,1,1,no\n", mapping)
    assert rows(parsed, "contracts")[0]["account"] == "Customer {row}{id}%s\\1 2"


@pytest.mark.needs("data")
@pytest.mark.parametrize(
    ("name", "height", "lost", "signals"),
    [("iran_churn", 3150, 495, 31500), ("telco_churn", 7043, 1869, 70430)],
)
def test_the_examples_take_the_public_data_sets(
    name: str, height: int, lost: int, signals: int
) -> None:
    mapping = mapping_in(EXAMPLES / f"{name}.mapping.toml")
    parsed = read_file(Path(DATA) / f"{name}.csv", f"{name}.csv", mapping=mapping)
    assert parsed.problems == ()
    assert len(rows(parsed, "contracts")) == height
    outcomes = [row["outcome"] for row in rows(parsed, "outcomes")]
    assert (len(outcomes), outcomes.count(Outcome.CHURNED)) == (height, lost)
    assert len(rows(parsed, "signals")) == signals
    if name == "telco_churn":
        assert rows(parsed, "contracts")[0]["arr"] == Decimal("358.20")


def test_a_number_of_thousands_of_digits_is_a_fault_of_the_mapping() -> None:
    with pytest.raises(MappingRefused) as refused:
        read_mapping(f"account = {'9' * 5000}".encode())
    assert [fault.key for fault in refused.value.faults] == ["mapping.not_toml"]
