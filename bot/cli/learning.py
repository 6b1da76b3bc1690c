"""`model fit|backtest|forget`, `factors`: what decided renewals teach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.model import model
from bot.cli.options import AsJson, By, ConfigFile, Database, Now, read_name

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file; the others of `model` are in their own."""
    model.command("fit")(fit)
    model.command("backtest")(backtest)
    model.command("forget")(forget)
    app.command()(factors)


def fit(
    activate: Annotated[
        bool, typer.Option("--activate", help="Let it predict from now on.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also when it did not prove better.")
    ] = False,
    by: By = "operator",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Learn from decided renewals how likely the next ones are; used only with --activate."""
    from bot.cli.shell import run
    from handlers.learning import factors as find
    from handlers.learning import fit as learn
    from handlers.learning_report import fit_document, report_lines

    who = read_name(by)
    if anyway and not activate:
        raise typer.BadParameter("says something only beside --activate", param_hint="--anyway")

    async def work(shell: Shell, store: Store) -> None:
        done = await learn(store, shell.rules, shell.now, by=who, activate=activate, anyway=anyway)
        lines = [*report_lines(done.lesson, done.report, shell.phrases)]
        lines.append(
            shell.phrases.t(
                "learning.activated" if done.active else "learning.kept", id=done.kept_as
            )
        )
        found = await find(done.lesson) if shell.as_json else ()
        shell.show(fit_document(done, found), "\n".join(lines))

    run(work, as_json=as_json, db=db, config=config, now=now)


def backtest(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Predict decided renewals that were not seen, and compare with what happened."""
    from bot.cli.shell import run
    from handlers.learning import backtest as test
    from handlers.learning import factors as find
    from handlers.learning_report import factor_lines, report_document, report_lines

    async def work(shell: Shell, store: Store) -> None:
        lesson, report = await test(store, shell.rules, shell.now)
        found = await find(lesson)
        _, *of_factors = factor_lines(lesson, found, shell.phrases)
        lines = [*report_lines(lesson, report, shell.phrases), "", *of_factors]
        shell.show(report_document(lesson, report, found), "\n".join(lines))

    run(work, as_json=as_json, db=db, config=config, now=now)


def forget(
    by: By = "operator",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Stop using what was learned: back to the hand-set score and the base rate."""
    from bot.cli.shell import run
    from handlers.learning import forget as put_aside

    who = read_name(by)

    async def work(shell: Shell, store: Store) -> None:
        done = await put_aside(store, shell.now, by=who)
        key = "learning.forgotten" if done else "learning.none_active"
        shell.show({"forgotten": done}, shell.phrases.t(key))

    run(work, as_json=as_json, db=db, config=config, now=now)


def factors(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Show which signals go with renewal, with effect, interval and sample, if any do."""
    from bot.cli.shell import run
    from handlers.learning import factors as find
    from handlers.learning import read_lesson
    from handlers.learning_report import factor_lines, factors_document

    async def work(shell: Shell, store: Store) -> None:
        lesson = await read_lesson(store, shell.rules, shell.now)
        found = await find(lesson)
        lines = factor_lines(lesson, found, shell.phrases)
        shell.show(factors_document(lesson, found), "\n".join(lines))

    run(work, as_json=as_json, db=db, config=config, now=now)
