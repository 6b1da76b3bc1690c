"""`delivery`: how the outbox stands; `delivery D-12`: the story of one delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from scoring.delivery_story import DeliveryStory
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(delivery)


def delivery(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Of one delivery, such as D-12.")
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show how delivery stands, or what became of one delivery, why, and what put it."""
    from bot.cli.shell import run
    from bot.delivery.steady import steady_time
    from handlers.delivery_stories import story_of
    from messages.cards.delivery_story import story_card
    from messages.render.text import render_text
    from scoring.permissions import Reach
    from storage.views.outstanding import outstanding

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            if code is not None:
                story = await story_of(tx, code, reach=Reach(every_team=True))
                card = story_card(story, shell.phrases, now=shell.now)
                shell.show(_document(story, shell), render_text(card, shell.phrases))
                return
            counts = await tx.outbox.counts()
            steady = await steady_time(tx)
            found = await outstanding(tx.connection, now=shell.now, steady=steady)
        oldest = [queue.oldest_due_at for queue in found.queues if queue.oldest_due_at]
        shell.show(
            {
                **{state.value: count for state, count in counts.items()},
                "due": sum(queue.due for queue in found.queues),
                "oldest_due_at": min(oldest, default=None),
                "expired_leases": found.expired,
                "paused_places": sum(found.paused.values()),
            }
        )

    run(work, as_json=as_json, db=db, config=config, now=now)


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
