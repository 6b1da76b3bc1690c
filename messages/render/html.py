"""Payloads as the platforms' clients draw them, as safe HTML for the playground.

What goes in is the very JSON that goes over the wire, what is not in it is not drawn. Every text is
escaped; no style attribute, no script, no address but http(s) and mailto. Class names:

Slack   sl-header · sl-section[.sl-beside > .sl-accessory] · sl-fields (a grid; each child starts
        with <b>label</b>) · sl-rich (paragraphs, lists, pre) · sl-context · sl-divider · sl-table ·
        sl-mention · sl-preview · sl-picture · sl-alert ·
        sl-actions > button.sl-button[.primary|.danger], span.sl-control[data-element] ·
        div.sl-input[data-input][data-optional] > label.sl-label, span.sl-control, p.sl-hint
WeCom   wx-text · wx-md (headings, lists, quotes, tables; span.wx-info/.wx-comment/.wx-warning,
        span.wx-mention) · wx-card > p.wx-title, p.wx-desc, p.wx-text, dl.wx-kv > div > dt, dd,
        ul.wx-jumps, ul.wx-selects, div.wx-buttons > button.wx-button[.primary|.danger|disabled]
Buttons carry `data-line` (the chat line), `data-confirm` ({title, text, yes, no}) and `data-form`
(the form as `form_json` describes it) where they ask first; Slack's also `data-block` and
`data-action`, as its controls do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup

from messages.abilities import PlaceKind
from messages.model import Form
from messages.render.html_slack import slack_blocks
from messages.render.html_wecom import wecom_payload
from messages.render.payload import Json
from messages.render.words import words


def form_json(form: Form) -> Json:
    """A form as the page draws it: its texts, its line and its fields, as JSON values."""
    return {
        "title": form.title,
        "line": form.line,
        "intro": words(form.intro),
        "submit": form.submit,
        "cancel": form.cancel,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind.value,
                "required": field.required,
                "hint": field.hint,
                "initial": None if field.initial is None else str(field.initial),
                "choices": [{"label": each.label, "value": each.value} for each in field.choices],
            }
            for field in form.fields
        ],
    }


def html_of_slack(
    payload: Json,
    *,
    forms: Mapping[str, Form] | None = None,
    names: Mapping[str, str] | None = None,
) -> Markup:
    """A Slack message; `forms` by the line of their button, `names` of people by Slack id."""
    return slack_blocks(payload, _json(forms), names or {})


def html_of_wecom(
    payload: Json,
    place: PlaceKind,
    *,
    names: Mapping[str, str] | None = None,
) -> Markup:
    """A WeCom message as the client of that kind of place draws it; `names` by WeCom id."""
    return wecom_payload(payload, place, names or {})


def _json(forms: Mapping[str, Form] | None) -> Mapping[str, str]:
    return {
        line: json.dumps(form_json(form), ensure_ascii=False)
        for line, form in (forms or {}).items()
    }
