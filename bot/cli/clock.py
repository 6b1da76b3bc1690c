"""`tick`, `deliver`, `outbox`, `ledger`: the clock's work by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(tick)
    app.command()(ledger)
    app.command()(outbox)
    app.command()(deliver)


def tick(
    now: Now = None,
    job: Annotated[str | None, typer.Option("--job", help="Only this job.")] = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Do once what the clock starts: milestones, escalations, scores, warnings, expansions."""
    from bot.cli.shell import run
    from handlers.jobs.tick import JOBS, tick_once

    if job is not None and job not in JOBS:
        raise typer.BadParameter(f"known jobs: {', '.join(JOBS)}", param_hint="--job")

    async def work(shell: Shell, store: Store) -> None:
        if now is None:
            await _compare(shell, store)
        shell.show(await tick_once(store, shell.rules, shell.now, only=job))

    run(work, as_json=as_json, db=db, config=config, now=now)


async def _compare(shell: Shell, store: Store) -> None:
    """As before a service's tick. UserError when other clocks contradict the machine's."""
    from bot.clock import Clock
    from bot.outside_time.clocks import OutsideClocks
    from bot.outside_time.opening import clock_watch
    from scoring.errors import UserError

    watch = clock_watch(shell.config, store, shell.rules, Clock(), OutsideClocks())
    verdict = await watch.look()
    if not verdict.trusted:
        worst = verdict.worst
        raise UserError("notice.clock", source=worst.source, minutes=worst.minutes)


def ledger(
    account: Annotated[str | None, typer.Option("--account", help="Only this customer.")] = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """List the milestones told and superseded."""
    from bot.cli.shell import run

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            shell.show(await tx.ledger.rows(account))

    run(work, as_json=as_json, db=db, config=config)


def outbox(
    state: Annotated[str | None, typer.Option("--state", help="Only this state.")] = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """List deliveries: what waits, was sent, failed."""
    from bot.cli.shell import run
    from messages.delivery_words import explained, shortly
    from scoring.model import DeliveryState

    if state is not None and state not in list(DeliveryState):
        known = ", ".join(DeliveryState)
        raise typer.BadParameter(f"known states: {known}", param_hint="--state")

    async def work(shell: Shell, store: Store) -> None:
        wanted = None if state is None else DeliveryState(state)
        async with store.read() as tx:
            rows = await tx.outbox.rows(state=wanted)
        # A table cuts its cells: there the platform's word alone, which the documentation explains.
        told = explained if shell.as_json else shortly
        shell.show(
            [
                {
                    "key": row.key,
                    "kind": row.kind,
                    "to": {"platform": row.platform, "id": row.place},
                    "state": row.state,
                    "attempts": row.attempts,
                    "due_at": row.due_at,
                    "sent_at": row.sent_at,
                    "receipt": row.receipt,
                    "error": told(row.error, shell.phrases) or None,
                }
                for row in rows
            ]
        )

    run(work, as_json=as_json, db=db, config=config)


def deliver(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Send what is due through the configured adapters, once."""
    from bot.cli.shell import run
    from bot.sending import deliver_now

    async def work(shell: Shell, store: Store) -> None:
        shell.show(await deliver_now(store, shell.config, shell.rules, shell.now))

    run(work, as_json=as_json, db=db, config=config, now=now)
