"""`proof`, `simulate`, `reconcile`, `losses`: is everything told, what will be, why who left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from messages.i18n import Phrasebook
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(proof)
    app.command()(simulate)
    app.command()(reconcile)
    app.command()(losses)


def proof(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Show that every contract of the horizon has an owner and was announced; list exceptions."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.proof import prove

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            found = asdict(await prove(tx, shell.rules, shell.now, live=True))
        shell.show(found, _proven(found, shell.phrases))

    run(work, as_json=as_json, db=db, config=config, now=now)


def _proven(found: dict[str, Any], phrases: Phrasebook) -> str:
    """The figures in words, then a table of the exceptions and one of what the audit found."""
    from bot.cli.shell import table

    ended = [f"{phrases.label(state)} {n}" for state, n in found["deliveries"].items()]
    figures = {
        "contracts": found["contracts"],
        "owned": found["owned"],
        "told": found["told"],
        "delivered": found["delivered"],
        "problems": found["contracts_with_exceptions"],
        "rows": phrases.join(ended, ""),
        "found": len(found["findings"]),
    }
    told = table({phrases.t(f"proof.{name}"): value for name, value in figures.items()})
    lists = [table(list(found[name])) for name in ("exceptions", "findings") if found[name]]
    return "\n\n".join((f"{told}\n{phrases.t('proof.counted')}", *lists))


def simulate(
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How far ahead.")] = 90,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """List the alerts of the next days under the current rules; nothing is written or sent."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.simulate import simulate as foresee

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            alerts = await foresee(tx, shell.rules, shell.now, days=days)
        shell.show([asdict(alert) for alert in alerts])

    run(work, as_json=as_json, db=db, config=config, now=now)


def reconcile(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """List what is missing or contradictory in the book."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.reconcile import reconcile as compare

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            findings = await compare(tx, shell.rules, shell.now)
        shell.show([asdict(finding) for finding in findings])

    run(work, as_json=as_json, db=db, config=config, now=now)


def losses(
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day [a year ago].")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The last day [today].")
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show why customers left: by reason, segment, product and owner, with amounts."""
    from dataclasses import asdict
    from datetime import timedelta

    from bot.cli.options import read_date
    from bot.cli.shell import run
    from handlers.losses import USUAL_DAYS, losses_of
    from messages.cards.losses import losses_card
    from messages.render.text import render_text
    from scoring.permissions import Reach
    from storage.views.losses import LossAsk

    first = None if from_ is None else read_date(from_, hint="--from")
    last = None if to is None else read_date(to, hint="--to")

    async def work(shell: Shell, store: Store) -> None:
        to_on = last or shell.now.astimezone(shell.rules.zone).date()
        from_on = first or to_on - timedelta(days=USUAL_DAYS)
        if from_on > to_on:
            raise typer.BadParameter("the first day has to be before the last", param_hint="--from")
        everybody = Reach(every_team=True)
        async with store.read() as tx:
            report = await losses_of(tx, LossAsk(from_on, to_on), everybody, everybody)
        card = losses_card(report, shell.phrases)
        document = {
            "from": from_on,
            "to": to_on,
            **asdict(report.whole),
            "by": {view: [asdict(group) for group in groups] for view, groups in report.groups},
        }
        shell.show(document, render_text(card, shell.phrases))

    run(work, as_json=as_json, db=db, config=config, now=now)
