"""UserErrors as replies: what is wrong, what to do, and the next tap."""

from __future__ import annotations

from handlers.context import Context
from handlers.forms import form_for, usage
from handlers.parsing import Grammar
from handlers.prefilling import prefilled
from handlers.ways_out import ways_out
from messages.model import Block, Button, Message, Note, Paragraph, Span, plain
from scoring.errors import (
    Ambiguous,
    MissingArgument,
    NotFound,
    NotLinked,
    UnknownCommand,
    UserError,
)


async def refusal(ctx: Context, fault: UserError, grammar: Grammar) -> Message:
    """The sentence for a fault, with one button per way out."""
    sentence = ctx.t(fault.key, **fault.params)
    match fault:
        case MissingArgument():
            return await _missing(ctx, fault, grammar)
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


def _needs(grammar: Grammar, name: str) -> bool:
    return any(parameter.required for parameter in grammar.by_name[name].parameters)


async def _missing(ctx: Context, fault: MissingArgument, grammar: Grammar) -> Message:
    command = grammar.by_name[fault.verb]
    own = f"{command.name}.param.{fault.parameter}"
    label = ctx.t(own if ctx.phrases.has(own) else f"param.{fault.parameter}")
    sentence = ctx.t("error.missing_argument", verb=ctx.t(f"{command.name}.title"), parameter=label)
    blocks: list[Block] = [Paragraph(plain(sentence))]
    blocks.append(
        Note((Span(ctx.t("help.usage") + " "), Span(usage(ctx.phrases, command), code=True)))
    )
    form = form_for(ctx.phrases, command, fault.given, line=fault.line, known=fault.known)
    return Message(
        summary=sentence,
        blocks=tuple(blocks),
        form=await prefilled(ctx, command, form, fault.known),
    )


def _with_buttons(sentence: str, buttons: list[Button]) -> Message:
    return Message(summary=sentence, blocks=(Paragraph(plain(sentence)),), buttons=tuple(buttons))
