"""Real-looking files of every kind come in exactly as written down beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handlers.importing.intake import read_file
from messages.i18n import Phrasebook
from scoring.errors import UserError
from scoring.model import Locale
from tests import golden
from tests.golden import make
from tests.importing.reading import told

GOLDEN = Path(str(golden.__file__)).parent
FILES = sorted(
    path
    for path in GOLDEN.iterdir()
    if path.suffix in (".csv", ".tsv", ".jsonl", ".xlsx", ".xls", ".ods")
)


def came_out(path: Path) -> dict[str, Any]:
    try:
        return told(read_file(path, path.name))
    except UserError as refusal:
        return {"refused": refusal.key}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_golden_file_reads_as_written_down(path: Path) -> None:
    expected = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert came_out(path) == expected


@pytest.mark.parametrize("locale", Locale)
def test_every_sentence_of_a_golden_file_fills_its_placeholders(locale: Locale) -> None:
    book = Phrasebook(locale)
    sentences = []
    for path in FILES:
        try:
            parsed = read_file(path, path.name)
        except UserError as refusal:
            sentences.append(book.t(refusal.key, **refusal.params))
            continue
        sentences += [book.t(row.key, **row.params) for row in parsed.problems]
        sentences += [book.t(row.key, **row.params) for row in parsed.row_notices]
        sentences += [book.t(notice.key, **notice.params) for notice in parsed.notices]
    assert len(sentences) > 40
    assert not [text for text in sentences if "%(" in text or text.startswith("import.")]


def test_the_committed_files_are_what_the_script_makes(tmp_path: Path) -> None:
    make.make_all(tmp_path)
    text_files = [path for path in FILES if path.suffix != ".xlsx"]
    for path in text_files:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
    # Workbooks depend on the version of the library that wrote them: what they say must not.
    for path in FILES:
        if path.suffix == ".xlsx":
            assert came_out(tmp_path / path.name) == came_out(path), path.name
