"""docs/commands.md, made from the commands' signatures and catalogue entries."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.forms import usage
from handlers.parsing import verb_words
from handlers.registry import Command
from messages.i18n import Phrasebook
from scoring.model import Locale
from scoring.permissions import roles_with

HEAD = """# Commands

Made by `renewals docs docs/commands.md`; do not edit by hand. Say them to the bot in a direct
message, after a mention, or after `/renewals`; in English or Chinese, in any language setting.

A line that lacks something is answered with a form (Slack), a card to pick from, or one question
at a time (WeCom): the next line of the same person there, within ten minutes, is the answer. `cancel`
leaves it; any other command is obeyed instead. At a terminal every line stands alone: `renewals say`
shows what is lacking and remembers nothing, but `say --on wecom` talks like WeCom. What `delivery`
asks a person to decide is decided there by `renewals delivery resend D-12`, `drop D-12`, or `all`.

A lone `?` at the end of a line (`won R-42 ?`) asks before anything is done: with the form, or with
a yes and a no. A line that only looks something up is answered as ever.
"""


def commands_page(commands: Sequence[Command]) -> str:
    """The whole page as Markdown."""
    english, chinese = Phrasebook(Locale.EN), Phrasebook(Locale.ZH)
    parts = [HEAD]
    for command in commands:
        words = " · ".join(f"`{word}`" for word in verb_words(command.name))
        roles = ", ".join(roles_with(command.right))
        parts.append(
            "\n".join(
                (
                    f"## {command.name}",
                    "",
                    f"{english.t(f'{command.name}.help')}  ",
                    chinese.t(f"{command.name}.help"),
                    "",
                    f"- {english.t('help.usage')} `{usage(english, command)}`",
                    f"- {chinese.t('help.usage')} `{usage(chinese, command)}`",
                    f"- Also: {words}" if words else "- Also: –",
                    f"- Example: `{english.t(f'{command.name}.example')}` · "
                    f"`{chinese.t(f'{command.name}.example')}`",
                    f"- For: {roles}",
                    "",
                )
            )
        )
    return "\n".join(parts)
