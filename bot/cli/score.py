"""`score`: the health of one customer or of all, with the parts that add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from handlers.scores import NamedView
    from messages.i18n import Phrasebook
    from scoring.health.scored import Part
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(score)


def score(
    account: Annotated[str | None, typer.Option("--account", help="Only this customer.")] = None,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show how customers stand and what each score consists of; nothing is written."""
    from bot.cli.shell import run
    from handlers.scores import scores

    async def work(shell: Shell, store: Store) -> None:
        found = [one async for one in scores(store, shell.rules, shell.now, account=account)]
        if shell.as_json:
            shell.show([_document(one, shell.phrases) for one in found])
        elif account is not None:
            shell.show(None, _lines(found[0], shell.phrases))
        else:
            shell.show([_row(one, shell.phrases) for one in found])

    run(work, as_json=as_json, db=db, config=config, now=now)


def _document(one: NamedView, phrases: Phrasebook) -> dict[str, Any]:
    view = one.view
    return {
        "account": one.account,
        "score": view.score,
        "band": view.band,
        "confidence": view.confidence,
        "coverage": round(view.coverage, 4),
        "parts": [
            {
                "dimension": part.dimension or "base",
                "signal": part.signal,
                "points": part.points,
                "because": _because(part, phrases),
            }
            for part in view.parts
        ],
        "missing": list(view.missing),
        "stale": list(view.stale),
        "rules": {verdict.rule: verdict.truth for verdict in view.verdicts},
        "model": view.model,
        "as_of": view.as_of,
    }


def _row(one: NamedView, phrases: Phrasebook) -> dict[str, Any]:
    from messages.health_words import band_words

    view = one.view
    return {
        "account": one.account,
        "score": view.score,
        "band": band_words(phrases, view.band),
        "coverage": phrases.percent(view.coverage),
        "missing": len(view.missing),
    }


def _lines(one: NamedView, phrases: Phrasebook) -> str:
    """Sentences under each other: a table would cut them."""
    from messages.health_words import band_words

    view = one.view
    total = phrases.t(
        "score.total",
        account=one.account,
        band=band_words(phrases, view.band),
        coverage=phrases.percent(view.coverage),
        model=view.model,
    )
    parts = [f"{part.points:+6.1f}  {_because(part, phrases)}" for part in view.parts]
    return "\n".join([*parts, f"{view.score:6.1f}  {total}"])


def _because(part: Part, phrases: Phrasebook) -> str:
    from messages.health_words import signal_words, value_words

    if part.dimension is None:
        return phrases.t("score.because.base")
    signal = signal_words(phrases, part.signal)
    if part.x is None:
        return phrases.t("score.because.unknown", signal=signal)
    return phrases.t(
        f"score.because.{part.because}",
        signal=signal,
        value=value_words(phrases, part.signal, part.x),
        on=phrases.day(part.observed_on),
    )
