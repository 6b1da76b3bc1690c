"""Messages as plain documents and back, to keep a reply with the event it answered."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from messages.model import Message

_ADAPTER = TypeAdapter(Message)


def to_document(message: Message) -> dict[str, Any]:
    """A JSON-ready document of the message; attachments are left out, they can be asked again."""
    document = _ADAPTER.dump_python(message, mode="json", exclude={"attachments"})
    return dict(document)


def from_document(document: dict[str, Any]) -> Message:
    """The message a document was made of."""
    return _ADAPTER.validate_python(document)
