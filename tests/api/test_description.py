"""`/api/openapi.json` says what is really taken, and `source` on the command line hands out tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.api_sources import API_KINDS, TOKEN_PREFIX
from handlers.importing.kinds import KINDS
from messages.po import read_po
from storage.store import Store
from tests.api.clients import serving_api
from tests.api.test_bringing_facts import ROWS
from tests.commands import renewals

CATALOGUES = Path(__file__).parents[2] / "messages" / "catalogues"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_the_description_names_every_kind_and_field(store: Store) -> None:
    async with serving_api(store) as client:
        answer = await client.send("GET", "/api/openapi.json", None, {})
    found = answer.body
    assert found["openapi"] == "3.1.0"
    assert set(found["paths"]) == {f"/api/v1/{kind}" for kind in API_KINDS}
    schemas = found["components"]["schemas"]
    for kind in API_KINDS:
        fields = schemas[kind]["properties"]
        assert list(fields) == [column.name for column in KINDS[kind].columns]
        assert set(schemas[kind]["required"]) == set(KINDS[kind].must_columns)
        assert set(schemas[kind]["required"]) <= set(ROWS[kind])
        assert all(field["type"] for field in fields.values())
    assert schemas["surveys"]["properties"]["kind"]["enum"] == ["csat", "nps"]
    assert schemas["tickets"]["properties"]["csat"]["maximum"] == 5


def _refs(value: object) -> list[str]:
    if isinstance(value, dict):
        inner = [ref for each in value.values() for ref in _refs(each)]
        return inner + ([value["$ref"]] if "$ref" in value else [])
    if isinstance(value, list):
        return [ref for each in value for ref in _refs(each)]
    return []


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_every_reference_leads_somewhere_and_every_answer_has_words(store: Store) -> None:
    async with serving_api(store) as client:
        found = (await client.send("GET", "/api/openapi.json", None, {})).body
    refs = _refs(found)
    assert refs
    for ref in refs:
        place = found
        for part in ref.removeprefix("#/").split("/"):
            place = place[part]
    for path in found["paths"].values():
        for answer in path["post"]["responses"].values():
            assert not answer["description"].startswith("api.")


def test_both_languages_say_the_same_with_the_same_words() -> None:
    for name in ("api", "mapping"):
        english, chinese = (
            {e.key: e for e in read_po((CATALOGUES / locale / f"{name}.po").read_text("utf-8"))}
            for locale in ("en", "zh_CN")
        )
        assert list(english) == list(chinese)
        assert all(entry.texts[0] for key, entry in chinese.items() if key)


def test_a_source_is_added_listed_and_revoked_on_the_command_line(tmp_path: Path) -> None:
    added = renewals(tmp_path, "source", "add", "helpdesk", "--kinds", "tickets, surveys", "--json")
    document = json.loads(added.stdout)
    assert document["kinds"] == ["surveys", "tickets"]
    assert document["token"].startswith(TOKEN_PREFIX)
    again = renewals(tmp_path, "source", "add", "helpdesk")
    assert (again.returncode, "has a token already" in again.stderr) == (1, True)
    listed = renewals(tmp_path, "source", "list", "--json")
    (source,) = json.loads(listed.stdout)
    assert (source["name"], source["revoked_at"]) == ("helpdesk", None)
    assert document["token"] not in listed.stdout
    assert renewals(tmp_path, "source", "revoke", "helpdesk").returncode == 0
    gone = renewals(tmp_path, "source", "revoke", "helpdesk")
    assert (gone.returncode, "helpdesk" in gone.stderr) == (1, True)
    wrong = renewals(tmp_path, "source", "add", "x", "--kinds", "people")
    assert (wrong.returncode, "people" in wrong.stderr) == (1, True)


@pytest.mark.parametrize(
    ("mapping", "code", "words"),
    [
        (None, 2, ["no mapping file"]),
        ("[signals]\nwheels = 1\nvalue = nan", 3, ["signals.wheels", "finite", "account"]),
        ("account = 'a'\n[signals]\nobserved_on = 2025-01-01\nsignal = 'b'\nvalue = 'c'", 3,
         ["c", "account, ends_on"]),
    ],
)  # fmt: skip
def test_a_mapping_that_is_wrong_says_so_on_the_command_line(
    tmp_path: Path, mapping: str | None, code: int, words: list[str]
) -> None:
    (tmp_path / "t.csv").write_text("account,ends_on\nAcme,2027-01-01\n")
    if mapping is not None:
        (tmp_path / "map.toml").write_text(mapping)
    found = renewals(tmp_path, "import", "t.csv", "--mapping", "map.toml", "--json")
    assert found.returncode == code
    error = json.loads(found.stdout)["error"]
    assert all(word in error for word in words), error
    both = renewals(tmp_path, "import", "t.csv", "--mapping", "map.toml", "--kind", "signals")
    assert both.returncode == 2
