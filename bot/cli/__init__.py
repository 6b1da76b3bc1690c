"""The command line: `renewals`. Bodies import what they need when they run, so help is instant."""

from __future__ import annotations

import typer

from bot.cli import (
    audit,
    book,
    chat,
    clock,
    copies,
    delivery,
    health,
    learning,
    manifest,
    model,
    noise,
    operate,
    reports,
    score,
    setup,
    sources,
    wecom,
)

app = typer.Typer(
    name="renewals",
    help="The renewal bot for WeCom and Slack: announces, claims, proves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for module in (
    operate,
    setup,
    health,
    copies,
    book,
    chat,
    clock,
    delivery,
    model,
    learning,
    reports,
    noise,
    score,
    wecom,
    manifest,
    sources,
    audit,
):
    module.add_to(app)
