"""Forms as cards of WeCom whose questions are picked from lists, and the lines they become."""

from __future__ import annotations

from collections.abc import Sequence

from messages import limits
from messages.limits import cut, octets, signs
from messages.lines import with_values
from messages.model import Form, FormField
from messages.render.payload import Json
from messages.render.wecom_card import CardSizes, task_of
from messages.render.words import flat, words

UNPICKED = "-"
"""The id of what stands in a select before anything is picked: clients submit the first option of
a list that nobody touched (90372, selected_id), and that would be an answer nobody gave."""


def form_card(form: Form, sizes: CardSizes, task_id: str, *, unpicked: str) -> Json | None:
    """A form whose questions are all picked from lists, or None when it is not one.

    A single question with many choices becomes a vote, which lists twice as many as a select.
    What may be left out and cannot be picked is left out. `unpicked` asks to pick something.
    """
    named = {field.name: field for field in form.fields}
    must = [field for field in named.values() if field.required]
    asked = [field for field in named.values() if field.required or field.choices] if must else []
    if not must and all(field.choices for field in named.values()):
        asked = [*named.values()]
    if not 0 < len(asked) <= limits.WECOM_SELECTS:
        return None
    vote = len(asked) == 1 and _options_n(asked[0]) > limits.WECOM_SELECT_OPTIONS
    if not all(_pickable(field, vote=vote) for field in asked):
        return None
    if not 0 < octets(form.line) <= limits.WECOM_BUTTON_KEY_BYTES:
        return None
    title = {"title": cut(flat(form.title), sizes.title, signs) or "–"}
    if intro := flat(words(form.intro)):
        title["desc"] = cut(intro, sizes.desc, signs)
    card: Json = {
        "card_type": "vote_interaction" if vote else "multiple_interaction",
        "main_title": title,
    }
    if vote:
        card["checkbox"] = {
            "question_key": asked[0].name,
            "mode": 0,  # one of them
            "option_list": _options(asked[0]),
        }
    else:
        card["select_list"] = [_select(field, unpicked) for field in asked]
    card["submit_button"] = {
        "text": cut(flat(form.submit), limits.WECOM_SUBMIT_TEXT, signs) or "–",
        "key": form.line,
    }
    card["task_id"] = task_of(task_id, form)
    return {"msgtype": "template_card", "template_card": card}


def line_of_selection(line: str, selected: Sequence[tuple[str, Sequence[str]]]) -> str:
    """The chat line of a submitted form card: its key and what was picked by question."""
    picked = [(name, ids[0]) for name, ids in selected if ids and ids[0] != UNPICKED]
    return with_values(line, picked)


def _options_n(field: FormField) -> int:
    """How many options a select of it has."""
    return len(field.choices) + (_initial(field) is None)


def _initial(field: FormField) -> str | None:
    initial = str(field.initial)
    return initial if any(choice.value == initial for choice in field.choices) else None


def _pickable(field: FormField, *, vote: bool) -> bool:
    count = len(field.choices) if vote else _options_n(field)
    most = limits.WECOM_VOTE_OPTIONS if vote else limits.WECOM_SELECT_OPTIONS
    if not field.choices or count > most:
        return False
    if not 0 < octets(field.name) <= limits.WECOM_QUESTION_KEY_BYTES:
        return False
    values = [choice.value for choice in field.choices]
    sized = all(0 < octets(value) <= limits.WECOM_OPTION_ID_BYTES for value in values)
    return sized and len({*values, UNPICKED}) == len(values) + 1


def _options(field: FormField) -> list[Json]:
    return [
        {
            "id": choice.value,
            "text": cut(flat(choice.label), limits.WECOM_OPTION_TEXT, signs) or "–",
        }
        for choice in field.choices
    ]


def _select(field: FormField, unpicked: str) -> Json:
    options = _options(field)
    initial = _initial(field)
    if initial is None:
        label = cut(flat(unpicked), limits.WECOM_OPTION_TEXT, signs) or "–"
        options.insert(0, {"id": UNPICKED, "text": label})
    return {
        "question_key": field.name,
        "title": cut(flat(field.label or field.name), limits.WECOM_AIBOT_TITLE, signs) or "–",
        "selected_id": initial or UNPICKED,
        "option_list": options,
    }
