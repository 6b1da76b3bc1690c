"""Asking for what a line lacks, one question at a time, where no form can take free text.

A WeCom card has buttons and short lists but no text field. So the bot asks in words, remembers
the question, and the person's next line in that place is the answer (handlers/answering.py). At a
terminal every line stands alone: `say` is one process a line, nothing is remembered there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from handlers.context import Context
from handlers.forms import field_of, label_of, submit_of
from handlers.registry import Command, Parameter, Text
from handlers.subjects import Customer, Renewal
from handlers.suggesting import suggestions
from handlers.ways_out import ways_out
from messages.abilities import ABILITIES, Forms, Hears, PlaceKind
from messages.cards.pages import short
from messages.i18n import Phrasebook
from messages.incoming import Incoming, Place
from messages.limits import (
    WECOM_BUTTONS,
    WECOM_SELECT_OPTIONS,
    WECOM_SELECTS,
    WECOM_VOTE_OPTIONS,
    cut,
)
from messages.lines import quoted, with_values
from messages.model import (
    Button,
    Choice,
    FieldKind,
    Form,
    FormField,
    Heading,
    Message,
    Note,
    Paragraph,
    plain,
)
from scoring.errors import MissingArgument, UserError
from scoring.model import Account, Money, Person, Platform
from storage.questions import Question

ANSWERABLE = timedelta(minutes=10)
"""How long a question waits; what is said later is a line of its own."""

FREE_BUTTONS = WECOM_BUTTONS - 1
"""Choices drawn as buttons, beside the one that cancels."""

SHOWN_OF_AN_ANSWER = 80
"""Characters of an answer that are said back."""

LONGEST_NAME = 14
"""Characters of a customer's name in the title of a card."""


def asks(place: Place) -> bool:
    """Whether questions are asked there one by one and remembered."""
    ability = ABILITIES[place.kind]
    return (
        bool(ability.hears) and ability.forms is not Forms.ALL and place.kind is not PlaceKind.TEXT
    )


def asked_there(incoming: Incoming) -> tuple[str, str, str]:
    """Whose question a line may answer: platform, place and sender."""
    place = incoming.place
    # WeCom's user ids have no case.
    wecom = place.platform is Platform.WECOM
    return place.platform.value, place.id, incoming.sender.lower() if wecom else incoming.sender


def completed(command: Command, question: Question, answer: str) -> str:
    """The chat line with the answer in it.

    A text is taken as a whole and word for word. Other answers go on like the line would, so that
    they may say more than was asked: `下周三 客户出差` is a day and a reason.
    """
    parameter = parameter_of(command, question.field)
    if parameter.reads is Text or parameter.named:
        return with_values(question.line, [(parameter.name, answer)])
    return f"{question.line} {answer}"


def parameter_of(command: Command, name: str) -> Parameter:
    """The parameter of that name."""
    return next(parameter for parameter in command.parameters if parameter.name == name)


async def question(
    ctx: Context, command: Command, fault: UserError, *, again: bool = False
) -> Message:
    """Ask for the parameter a fault is about; asked `again`, say first what was wrong."""
    parameter = parameter_of(command, fault.parameter)
    choices = await suggestions(ctx, command, parameter, fault.known)
    sentence = _sentence(ctx, command, parameter, fault.known)
    title = title_of(ctx, command, fault.known)
    wrong = [] if isinstance(fault, MissingArgument) else [ctx.t(fault.key, **fault.params)]
    ways = ways_out(fault) if again else ()
    if not ways and not wrong:
        form = await _card_form(ctx, command, parameter, fault, choices)
        if form is not None:
            return Message(summary=sentence, form=form)
    buttons = ways or tuple(
        Button(choice.label, with_values(fault.line, [(parameter.name, choice.value)]))
        for choice in choices
        if len(choices) <= FREE_BUTTONS
    )
    hint = _hint(ctx, parameter)
    return Message(
        summary=wrong[0] if wrong else sentence,
        blocks=(
            Heading(title),
            *(Paragraph(plain(words)) for words in (*wrong, sentence + hint)),
        ),
        buttons=(
            *buttons[:FREE_BUTTONS],
            Button(ctx.t("common.cancel"), "cancel"),
        ),
    )


async def _card_form(
    ctx: Context,
    command: Command,
    parameter: Parameter,
    fault: UserError,
    choices: Sequence[Choice],
) -> Form | None:
    """Lists to pick from on one card, when all that is missing can be picked."""
    missing = [p for p in command.parameters if p.required and p.name not in fault.known]
    if parameter not in missing:
        missing = [parameter]
    if len(missing) == 1 and len(choices) <= FREE_BUTTONS:
        return None  # buttons are quicker
    fields = []
    for asked in missing[: WECOM_SELECTS + 1]:
        offered = choices
        if asked is not parameter:
            offered = await suggestions(ctx, command, asked, fault.known)
        if not offered or asked.reads in _NAMED:
            return None
        field = field_of(ctx.phrases, command, asked)
        fields.append(_picked(field, offered))
    # One option of a select says that nothing was picked yet.
    most = WECOM_VOTE_OPTIONS if len(fields) == 1 else WECOM_SELECT_OPTIONS - 1
    if len(fields) > WECOM_SELECTS or any(len(field.choices) > most for field in fields):
        return None
    intro = also(ctx, command, fault.known) or ctx.t("asking.or_reply")
    return Form(
        title=_sentence(ctx, command, parameter, fault.known, shortened=True),
        line=fault.line,
        submit=submit_of(ctx.phrases, command),
        cancel=ctx.t("common.cancel"),
        fields=tuple(fields),
        intro=plain(intro),
    )


_NAMED = (Renewal, Customer, Account)
"""What is rather named than picked: the offers are only the likeliest."""


def _picked(field: FormField, choices: Sequence[Choice]) -> FormField:
    return FormField(field.name, field.label, FieldKind.CHOICE, choices=tuple(choices))


def fitted(ctx: Context, message: Message) -> Message:
    """A message whose form cannot be drawn there asks which of its fields is meant."""
    if message.form is None or not asks(ctx.place):
        return message
    return which_field(ctx.phrases, message.summary, message.form)


def which_field(phrases: Phrasebook, sentence: str, form: Form) -> Message:
    """Ask which field is to be filled; that field is asked for next."""
    choices = tuple(Choice(field.label, field.name) for field in form.fields)
    if len(choices) <= FREE_BUTTONS:
        return Message(
            summary=sentence,
            blocks=(Heading(form.title), Paragraph(plain(sentence))),
            buttons=(
                *(Button(each.label, f"{form.line} ask={each.value}") for each in choices),
                Button(phrases.t("common.cancel"), "cancel"),
            ),
        )
    asked = FormField("ask", phrases.t("asking.field"), FieldKind.CHOICE, choices=choices)
    return Message(
        summary=sentence,
        form=Form(form.title, form.line, form.submit, form.cancel, (asked,), plain(sentence)),
    )


def heard_as(phrases: Phrasebook, message: Message, answer: str) -> Message:
    """The reply with the answer it took, so that nothing is understood silently."""
    shown = cut(" ".join(answer.split()), SHOWN_OF_AN_ANSWER, len)
    return _noted(message, phrases.t("asking.heard", answer=shown))


def put_aside(phrases: Phrasebook, message: Message, command: Command) -> Message:
    """The reply to another line, with the word that the question is not open any more."""
    return _noted(message, phrases.t("asking.dropped", title=phrases.t(f"{command.name}.title")))


def _noted(message: Message, words: str) -> Message:
    blocks = message.blocks or (Paragraph(plain(message.summary)),)
    return Message(
        summary=message.summary,
        blocks=(*blocks, Note(plain(words))),
        buttons=message.buttons,
        form=message.form,
        attachments=message.attachments,
        private=message.private,
    )


def also(ctx: Context, command: Command, known: Mapping[str, object]) -> str:
    """How to say more than can be tapped; empty for commands that are told nothing more."""
    key = f"asking.{command.name}.also"
    renewal = next((value for value in known.values() if isinstance(value, Renewal)), None)
    if renewal is None or renewal.expansion or not ctx.phrases.has(key):
        return ""
    number = renewal.opportunity.code if renewal.opportunity else renewal.contract.contract_no
    return ctx.t(key, rest=quoted(number))


def about(known: Mapping[str, object]) -> str:
    """The customer a line is about; empty while it names none."""
    for value in known.values():
        if isinstance(value, Renewal | Customer):
            return value.account.name
        if isinstance(value, Account):
            return value.name
    return ""


def title_of(ctx: Context, command: Command, known: Mapping[str, object]) -> str:
    """What a card about a line is called: what is done, and to whom."""
    title = ctx.t(f"{command.name}.title")
    name = short(about(known), LONGEST_NAME)
    return ctx.t("asking.title", title=title, about=name) if name else title


def _sentence(
    ctx: Context,
    command: Command,
    parameter: Parameter,
    known: Mapping[str, object],
    *,
    shortened: bool = False,
) -> str:
    name = about(known)
    own = f"asking.{command.name}.{parameter.name}"
    of_expansion = f"asking.{command.name}.expansion.{parameter.name}"
    if ctx.phrases.has(of_expansion) and any(
        isinstance(value, Renewal) and value.expansion for value in known.values()
    ):
        own = of_expansion
    if name and ctx.phrases.has(own):
        return ctx.t(own, about=short(name, LONGEST_NAME) if shortened else name)
    if parameter.reads in _NAMED:
        return ctx.t("asking.which_customer")
    label = label_of(ctx.phrases, command, parameter)
    return ctx.t("asking.any" if parameter.required else "asking.new_value", label=label)


def _hint(ctx: Context, parameter: Parameter) -> str:
    """How to answer, and an example where one helps."""
    mention = ABILITIES[ctx.place.kind].hears is Hears.MENTIONS
    how = ctx.t("asking.reply_mention" if mention else "asking.reply")
    example = _EXAMPLES.get(parameter.reads) or _EXAMPLES_BY_NAME.get(parameter.name)
    return how + (ctx.t(example) if example else "")


_EXAMPLES = {
    date: "asking.example_day",
    Money: "asking.example_money",
    Person: "asking.example_person",
}
_EXAMPLES_BY_NAME = {"arr": "asking.example_money", "amount": "asking.example_money"}
