"""Slack's views as its client draws them: a modal's frame and inside, the Home tab."""

from __future__ import annotations

from messages.render.html_slack import slack_blocks
from messages.render.html_slack_text import Names, words_of
from messages.render.payload import Json


def view_json(view: Json, names: Names) -> Json:
    """A view for the page: its frame as words, its blocks as HTML, and the payload itself.

    `submit` and `close` are empty where the view has none; the client then has words of its own.
    """
    return {
        "id": str(view.get("id", "")),
        "hash": str(view.get("hash", "")),
        "title": words_of(view.get("title")),
        "submit": words_of(view.get("submit")),
        "close": words_of(view.get("close")),
        "html": str(slack_blocks(view, {}, names)),
        "payload": view,
    }
