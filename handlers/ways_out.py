"""What may have been meant instead, as buttons."""

from __future__ import annotations

from messages.model import Button
from scoring.errors import Ambiguous, NotFound, UserError

MOST_BUTTONS = 6
"""As many as a WeCom card draws."""


def ways_out(fault: UserError) -> tuple[Button, ...]:
    """One button for each thing that may have been meant, with the whole line."""
    options = fault.options if isinstance(fault, Ambiguous) else ()
    options = fault.nearest if isinstance(fault, NotFound) else options
    return tuple(Button(option.label, option.word) for option in options[:MOST_BUTTONS])
