"""What warnings say when they are told, and what the morning's digest says of all alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from handlers.announcing_truth import EXPANSION
from handlers.models.in_force import file_in_force
from handlers.rules import Rules
from handlers.taps import asking
from handlers.veiling import Shows, veil_customer, veil_line
from handlers.warning import WARNING, warning_id_of
from messages.cards.alert import headline_of
from messages.cards.digest import DigestLine
from messages.cards.expansion import expansion_headline
from messages.cards.parts import Mentions
from messages.cards.warning import WarningView, warning_card, warning_line, warning_list
from messages.i18n import Phrasebook
from messages.model import Message
from scoring.health.worry import Warned
from scoring.offers import features_of
from scoring.views import AlertView, RenewalLine
from storage.outbox import Delivery
from storage.transaction import Tx


async def warned_by(tx: Tx, rows: Sequence[Delivery]) -> dict[int, Warned]:
    """The warnings that rows tell, by the rows' ids; those that are gone are left out."""
    about = {row.id: warning_id_of(row) for row in rows if row.kind == WARNING}
    warned = await tx.warnings.of(set(about.values()))
    return {row_id: warned[number] for row_id, number in about.items() if number in warned}


def warning_views(
    rows: Sequence[Delivery],
    lines: Mapping[int, RenewalLine],
    warned: Mapping[int, Warned],
    shows: Shows,
    today: date,
) -> list[WarningView]:
    """What warnings say, as its reader may see it."""
    return [
        WarningView(veil_line(lines[row.about], shows), warned[row.id], today)
        for row in rows
        if row.id in warned
    ]


async def warning_message(
    tx: Tx,
    views: Sequence[WarningView],
    shows: Shows,
    phrases: Phrasebook,
    called: Mentions,
    rules: Rules,
    *,
    mine: bool,
) -> Message:
    """One card, or the list of several; `mine`: for one person."""
    if len(views) > 1:
        return warning_list(views, phrases, mine=mine)
    (view,) = views
    line, today = view.renewal, view.today
    customer = await tx.customers.view(line.account_id, today, features_of(rules.offers))
    band = line.health.band if line.health else view.warned.band
    _, file = await file_in_force(tx)
    view = replace(
        view,
        customer=veil_customer(customer, shows) if customer else None,
        play=file.plays.of(band, line.segment) if band else None,
        change=await _moved(tx, line, today),
    )
    return warning_card(view, phrases, asks=asking(phrases), mentions=called, offers=rules.offers)


async def _moved(tx: Tx, line: RenewalLine, today: date) -> float | None:
    """By how much the score moved in a week, by the same model."""
    if line.health is None:
        return None
    past = await tx.health.week_ago(line.account_id, today)
    standing = await tx.health.standing(line.account_id)
    if past is None or standing is None or past.model_id != standing.model_id:
        return None
    return standing.score - past.score


def digest_lines(
    rows: Sequence[Delivery],
    alerts: Mapping[int, AlertView],
    lines: Mapping[int, RenewalLine],
    warned: Mapping[int, Warned],
    shows: Shows,
    phrases: Phrasebook,
    today: date,
) -> list[DigestLine]:
    """A line an alert, the gravest first; `alerts` are views by the rows' ids."""
    found: list[tuple[tuple[int, int], DigestLine]] = []
    for row in rows:
        line = veil_line(lines[row.about], shows)
        if row.id in warned:
            view = WarningView(line, warned[row.id], today)
            rank = (3, 0) if warned[row.id].mild else (1, 10 * view.gravity[0] + view.gravity[1])
            found.append((rank, DigestLine(warning_line(view, phrases), line)))
        elif row.kind == EXPANSION:
            found.append(((4, 0), DigestLine(expansion_headline(line, phrases), line)))
        elif row.id in alerts:
            on = line.next_on(today)
            rank = (0 if alerts[row.id].escalated else 2, on.toordinal() if on else 0)
            found.append((rank, DigestLine(headline_of(alerts[row.id], phrases), line)))
    found.sort(key=lambda one: one[0])
    return [line for _, line in found]
