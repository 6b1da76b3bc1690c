"""What can be tapped on a card, and how a tap is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Selected = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Tap:
    """A key that was tapped. `menu`: in the card's corner menu."""

    key: str
    card_type: str
    task_id: str
    menu: bool
    selected: Selected


def tap_on(payload: Json | None, key: str, selected: Selected) -> Tap:
    """The tap on a message as somebody sees it; LookupError when nothing there has that key."""
    card = (payload or {}).get("template_card")
    if card is None:
        raise LookupError("there is no card")
    menu = key in set(_menu(card))
    if not menu and key not in set(_keys(card)):
        raise LookupError(f"nothing on the card is called {key!r}")
    picked = {} if menu else {**_initial(card), **selected}
    offered = dict(_questions(card))
    for question, ids in picked.items():
        known = {option["id"] for option in offered.get(question, [])}
        if not known.issuperset(ids):
            raise LookupError(f"{question} does not offer {', '.join(ids)}")
    return Tap(key, card["card_type"], card.get("task_id", ""), menu, picked)


def selected_xml(selected: Selected) -> Json:
    """A selection as an app's XML has it."""
    items = [
        {"QuestionKey": question, "OptionIds": {"OptionId": list(ids)}}
        for question, ids in selected.items()
    ]
    return {"SelectedItem": items}


def selected_json(selected: Selected) -> Json:
    """A selection as an AI bot's JSON has it."""
    items = [
        {"question_key": question, "option_ids": {"option_id": list(ids)}}
        for question, ids in selected.items()
    ]
    return {"selected_item": items}


def _keys(card: Json) -> Iterator[str]:
    yield from (each["key"] for each in card.get("button_list", []) if each.get("key"))
    if card.get("submit_button"):
        yield card["submit_button"]["key"]


def _menu(card: Json) -> Iterator[str]:
    yield from (each["key"] for each in card.get("action_menu", {}).get("action_list", []))


def _questions(card: Json) -> Iterator[tuple[str, Sequence[Json]]]:
    asked = [*card.get("select_list", []), card.get("button_selection"), card.get("checkbox")]
    for question in filter(None, asked):
        yield question["question_key"], question["option_list"]


def _initial(card: Json) -> Selected:
    """What is picked before anybody touches it: what is said to be, else the first."""
    picked: dict[str, Sequence[str]] = {}
    for select in filter(None, [*card.get("select_list", []), card.get("button_selection")]):
        ids = [option["id"] for option in select["option_list"]]
        wanted = select.get("selected_id")
        picked[select["question_key"]] = (wanted if wanted in ids else ids[0],)
    box = card.get("checkbox")
    if box:
        checked = [option["id"] for option in box["option_list"] if option.get("is_checked")]
        picked[box["question_key"]] = tuple(checked)
    return picked
