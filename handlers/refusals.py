"""UserErrors as replies: what is wrong, what to do, and the next tap."""

from __future__ import annotations

from handlers.context import Context
from handlers.forms import form_for, usage
from handlers.parsing import Grammar
from messages.model import Block, Button, Message, Note, Paragraph, Span, plain
from scoring.errors import (
    Ambiguous,
    MissingArgument,
    NotFound,
    NotLinked,
    UnknownCommand,
    UserError,
)

MOST_BUTTONS = 6
"""As many as a WeCom card draws."""


async def refusal(ctx: Context, fault: UserError, grammar: Grammar) -> Message:
    """The sentence for a fault, with one button per way out."""
    sentence = ctx.t(fault.key, **fault.params)
    match fault:
        case MissingArgument():
            return _missing(ctx, fault, grammar)
        case Ambiguous():
            return _with_buttons(sentence, [*ways_out(fault)])
        case NotFound() if fault.nearest:
            return Message(
                summary=sentence,
                blocks=(Paragraph(plain(sentence)), Paragraph(plain(ctx.t("error.did_you_mean")))),
                buttons=ways_out(fault),
            )
        case UnknownCommand():
            buttons = [
                Button(ctx.t(f"{name}.title"), f"help {name}" if _needs(grammar, name) else name)
                for name in fault.nearest
            ]
            return _with_buttons(sentence, [*buttons, Button(ctx.t("help.title"), "help")])
        case NotLinked():
            return _with_buttons(sentence, [Button(ctx.t("link.title"), "link")])
        case _:
            return Message(summary=sentence, blocks=(Paragraph(plain(sentence)),))


def ways_out(fault: UserError) -> tuple[Button, ...]:
    """One button for each thing that may have been meant, with the whole line."""
    options = fault.options if isinstance(fault, Ambiguous) else ()
    options = fault.nearest if isinstance(fault, NotFound) else options
    return tuple(Button(option.label, option.word) for option in options[:MOST_BUTTONS])


def _needs(grammar: Grammar, name: str) -> bool:
    return any(parameter.required for parameter in grammar.by_name[name].parameters)


def _missing(ctx: Context, fault: MissingArgument, grammar: Grammar) -> Message:
    command = grammar.by_name[fault.verb]
    own = f"{command.name}.param.{fault.parameter}"
    label = ctx.t(own if ctx.phrases.has(own) else f"param.{fault.parameter}")
    sentence = ctx.t("error.missing_argument", verb=ctx.t(f"{command.name}.title"), parameter=label)
    blocks: list[Block] = [Paragraph(plain(sentence))]
    blocks.append(
        Note((Span(ctx.t("help.usage") + " "), Span(usage(ctx.phrases, command), code=True)))
    )
    return Message(
        summary=sentence,
        blocks=tuple(blocks),
        form=form_for(ctx.phrases, command, fault.given, line=fault.line, known=fault.known),
    )


def _with_buttons(sentence: str, buttons: list[Button]) -> Message:
    return Message(summary=sentence, blocks=(Paragraph(plain(sentence)),), buttons=tuple(buttons))
