"""`settings 中文 9:30-18:30`: how the bot speaks with me, and when it may."""

from __future__ import annotations

from handlers.commands.language import Language
from handlers.context import Context
from handlers.forms import form_for
from handlers.own_settings import keep_own
from handlers.reading.hours import OwnHours
from handlers.registry import Group, command
from handlers.waiting import postpone_for
from messages.i18n import Phrasebook
from messages.model import Button, Fields, Heading, Message, Note, plain
from scoring.errors import Refused
from scoring.model import Locale, Person
from scoring.permissions import Right

SHORTEST_H = 2
"""Hours of a day in which somebody must be reachable: alerts have to fit in."""


@command("settings", right=Right.OWN_SETTINGS, group=Group.SELF, changes=True, needs_one=True)
async def settings(
    ctx: Context, language: Language | None = None, hours: OwnHours | None = None
) -> Message:
    """Change what is given, and show how everything is set now."""
    if not ctx.viewer.id:
        raise Refused("language.nobody")
    changes: dict[str, str | None] = {}
    if language is not None:
        changes["locale"] = Locale.of(language.value).value
    if hours is not None:
        changes["hours"] = _checked(hours)
    if changes:
        await keep_own(ctx, changes)
    person = await ctx.tx.people.get(ctx.viewer.id) or ctx.viewer
    if hours is not None:
        await postpone_for(ctx.tx, person, ctx.rules, ctx.now)
    locale = person.locale or ctx.phrases.locale
    return _shown(ctx, person, Phrasebook(locale, ctx.rules.zone), changed=bool(changes))


def _checked(chosen: OwnHours) -> str | None:
    hours = chosen.hours
    if hours is None:
        return None
    minutes = (hours.end.hour - hours.start.hour) * 60 + hours.end.minute - hours.start.minute
    if minutes < SHORTEST_H * 60:
        fault = Refused("settings.too_short", hours=str(hours), least=SHORTEST_H)
        fault.parameter = "hours"
        raise fault
    return str(hours)


def _shown(ctx: Context, person: Person, phrases: Phrasebook, *, changed: bool) -> Message:
    title = phrases.t("settings.changed" if changed else "settings.title")
    hours = str(ctx.rules.hours_of(person)).replace("-", "–")
    key = "settings.own_hours" if person.hours else "settings.house_hours"
    zone = ctx.rules.zone_of(person).key
    other = Language.EN if phrases.locale is Locale.ZH else Language.ZH
    pairs = (
        (phrases.heading("param.language"), plain(phrases.t("settings.speaks"))),
        (phrases.heading("param.hours"), plain(phrases.t(key, hours=hours))),
        (phrases.t("settings.zone"), plain(zone)),
    )
    return Message(
        summary=title,
        blocks=(
            Heading(title),
            Fields(pairs),
            Note(plain(phrases.t("settings.what_hours_mean"))),
        ),
        buttons=(
            Button(phrases.t("settings.change"), "settings", form=form_for(phrases, settings)),
            Button(phrases.t("settings.other_language"), f"settings language={other.value}"),
        ),
    )
