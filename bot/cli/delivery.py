"""`delivery`: how the outbox stands; `delivery D-12`: the story of one delivery.

`delivery resend D-12` and `delivery drop D-12` decide about one, as the same lines do in chat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from messages.incoming import Incoming
    from scoring.delivery_story import DeliveryStory
    from storage.store import Store
    from storage.transaction import Tx

STEPS = ("resend", "drop")

LISTED = 50
"""Bad ends and late rows that are listed; chat names the last ten."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(delivery)


def delivery(
    step: Annotated[
        str | None,
        typer.Argument(
            metavar="[resend|drop]", help="Send it again, or close it as known; chat does the same."
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Argument(metavar="[CODE]", help="Of one delivery, such as D-12; or all in review."),
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show how delivery stands, or what became of one and why; or send it again, or close it."""
    from bot.cli.shell import run

    if step in STEPS and code is None:
        raise typer.BadParameter(f"write {step} and a code such as D-12, or all", param_hint="CODE")
    if code is not None and step not in STEPS:
        raise typer.BadParameter("write resend or drop, then the code", param_hint="delivery")

    async def work(shell: Shell, store: Store) -> int:
        if step is None:
            await _show_all(shell, store)
        elif code is None:
            await _show_one(shell, store, step)
        else:
            return await _decide(shell, store, step, code)
        return 0

    raise typer.Exit(run(work, as_json=as_json, db=db, config=config, now=now))


async def _decide(shell: Shell, store: Store, step: str, code: str) -> int:
    """Say the line that chat knows, as the operator; what is refused is said on stderr."""
    from bot.cli.shell import FAILED
    from bot.dispatcher import Dispatcher
    from handlers.commands import COMMANDS
    from messages.render.text import render_text

    desk = Dispatcher(store, COMMANDS, shell.rules)
    answer = await desk.dispatch(_said(f"delivery {step} {code}", shell), shell.now)
    text = render_text(answer.message, shell.phrases)
    lines = list(answer.message.lines())
    counted_only = any(line.startswith(f"delivery {step} all-") for line in lines)
    if answer.refused:
        typer.echo(text, err=True)
    if shell.as_json or not answer.refused:
        done = not (answer.refused or counted_only)
        told = {"step": step, "code": code, "done": done, "text": text, "lines": lines}
        shell.show(told, text)
    return FAILED if answer.refused else 0


def _said(line: str, shell: Shell) -> Incoming:
    from handlers.answering import OPERATOR
    from messages.abilities import PlaceKind
    from messages.incoming import Incoming, Place
    from scoring.model import Platform
    from scoring.permissions import PlaceScope

    return Incoming(
        platform=Platform.TEXT,
        sender=OPERATOR.name,
        text=line,
        place=Place(Platform.TEXT, "terminal", PlaceScope.TERMINAL, PlaceKind.TEXT),
        operator=True,
        answer_in=shell.phrases.locale,
    )


async def _show_one(shell: Shell, store: Store, code: str) -> None:
    from handlers.delivery_stories import story_of
    from handlers.place_names import place_name
    from messages.cards.delivery_story import story_card
    from messages.render.text import render_text
    from scoring.permissions import Reach

    async with store.read() as tx:
        story = await story_of(tx, code, reach=Reach(every_team=True))
        place = await place_name(tx, story.platform, story.place)
    card = story_card(story, shell.phrases, place=place, now=shell.now)
    shell.show(_document(story, shell), render_text(card, shell.phrases))


async def _show_all(shell: Shell, store: Store) -> None:
    from bot.cli.shell import table
    from bot.delivery.steady import steady_time
    from storage.views.outstanding import outstanding

    async with store.read() as tx:
        counts = await tx.outbox.counts()
        steady = await steady_time(tx)
        found = await outstanding(tx.connection, now=shell.now, steady=steady)
        problems = await _problems(tx, shell)
    oldest = [queue.oldest_due_at for queue in found.queues if queue.oldest_due_at]
    figures: dict[str, Any] = {
        **{state.value: count for state, count in counts.items()},
        "due": sum(queue.due for queue in found.queues),
        "oldest_due_at": min(oldest, default=None),
        "expired_leases": found.expired,
        "paused_places": sum(found.paused.values()),
    }
    tables = [table(part) for part in (figures, problems) if part]
    shell.show({**figures, "problems": problems}, "\n\n".join(tables))


async def _problems(tx: Tx, shell: Shell) -> list[dict[str, Any]]:
    """What failed, is to be reviewed or waits past its time: the last of them first."""
    from handlers.place_names import place_name
    from handlers.proof import STUCK_AFTER
    from messages.delivery_words import explained
    from scoring.permissions import Reach
    from storage.views.problems import delivery_problems

    found = await delivery_problems(
        tx.connection,
        reach=Reach(every_team=True),
        overdue_at=shell.now - STUCK_AFTER,
        limit=LISTED,
    )
    return [
        {
            "code": one.code,
            "state": one.state.value,
            "account": one.account,
            "to": await place_name(tx, one.platform, one.place),
            "platform": one.platform,
            "due_at": one.due_at,
            "error": explained(one.error, shell.phrases) or None,
        }
        for one in found
    ]


def _document(story: DeliveryStory, shell: Shell) -> dict[str, Any]:
    from dataclasses import asdict

    from messages.delivery_words import explained

    waits = story.waits(shell.now)
    return {
        "code": story.code,
        **asdict(story),
        "error": explained(story.error, shell.phrases) or None,
        "rests": explained(story.rests, shell.phrases) or None,
        "waits": None if waits is None else waits.value,
    }
