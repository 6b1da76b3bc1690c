"""From rows of the outbox to the message of a place: re-checked, in its readers' language.

Rows are facts; what they say is looked up when they are sent. A place that gets many alerts at
once gets one message with a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from handlers.announcing_truth import ALERTS, EXPANSION, anchor_of, judge, outdated
from handlers.announcing_types import Composed
from handlers.announcing_warnings import digest_lines, warned_by, warning_message, warning_views
from handlers.budget import held_back
from handlers.followups import HISTORY
from handlers.notices import NOTICE, noticed, together
from handlers.redirecting import redirected, strayed
from handlers.rules import Rules
from handlers.taps import asking
from handlers.veiling import Shows, shown_to, veil_customer, veil_line
from handlers.warning import no_news
from messages.cards.alert import alert_card, alert_list
from messages.cards.digest import digest_card
from messages.cards.expansion import expansion_alerts, expansion_card
from messages.cards.followup import followup_card, followup_list, followup_words
from messages.cards.history import history_message
from messages.i18n import Phrasebook
from messages.model import Bullets, Divider, Mention, Message, plain
from scoring.health.worry import Warned
from scoring.model import Locale, Person
from scoring.offers import features_of
from scoring.views import AlertView, RenewalLine
from storage.outbox import THREAD, Delivery
from storage.transaction import Tx
from storage.views.expansions import ExpansionLines

REPAINT = "repaint"

_DATED = frozenset({"milestone", "escalation"})
"""Alerts about a term's dates."""


async def compose(tx: Tx, deliveries: Sequence[Delivery], now: datetime, rules: Rules) -> Composed:
    """The message that tells the rows of one place which still hold; reads only."""
    if any(row.kind == REPAINT for row in deliveries):
        return await _repainted(tx, deliveries, now, rules)
    if any(row.kind == HISTORY for row in deliveries):
        return await _happened(tx, deliveries, rules)
    person = await _reader(tx, deliveries)
    notices = [row for row in deliveries if row.kind == NOTICE]
    if not notices:
        return await _announced(tx, deliveries, person, now, rules)
    said = await noticed(tx, notices, person, rules, now)
    others = [row for row in deliveries if row.kind != NOTICE]
    if not others:
        return said
    announced = await _announced(tx, others, person, now, rules)
    parts = [part for part in (said.message, announced.message) if part is not None]
    return replace(
        announced,
        message=together(parts),
        kept=(*said.kept, *announced.kept),
        superseded=(*said.superseded, *announced.superseded),
    )


async def _announced(
    tx: Tx, deliveries: Sequence[Delivery], person: Person | None, now: datetime, rules: Rules
) -> Composed:
    lines = await lines_about(tx, deliveries)
    locale = await _locale(tx, person, lines.values(), rules)
    lost = await strayed(tx, deliveries, lines, person, rules)
    warned = await warned_by(tx, deliveries)
    over = await outdated(tx, deliveries) | no_news(deliveries, warned)
    true = [row for row in deliveries if row.id not in over]
    verdicts = judge(true, lines, person, rules, now, strayed=lost)
    mild = {row_id for row_id, warning in warned.items() if warning.mild}
    held = await held_back(tx, verdicts.told, person, rules, now, mild=mild)
    told = [row for row in verdicts.told if row.id not in held.until]
    message = None
    if told:
        phrases = Phrasebook(locale, rules.zone)
        message = await _message(
            tx, told, lines, person, phrases, rules, now, warned, in_digest=held.in_digest
        )
    return Composed(
        message,
        locale,
        kept=tuple(row.id for row in told),
        superseded=(*verdicts.superseded, *over),
        deferred={**verdicts.deferred, **held.until},
        redirected=await redirected(tx, verdicts.strayed, lines, rules, now),
        for_digest=held.days(rules.zone_of(person)),
    )


async def _repainted(
    tx: Tx, deliveries: Sequence[Delivery], now: datetime, rules: Rules
) -> Composed:
    """The new face of a post: what it told, as it stands now, decided or not."""
    ids = tuple(row.id for row in deliveries)
    post = await tx.posts.get(int(deliveries[0].facts["post"]))
    told = [row for row in await tx.posts.told_by(post) if row.kind in ALERTS] if post else []
    lines = await lines_about(tx, told)
    told = [row for row in told if row.about in lines]
    person = await _reader(tx, told)
    lost = await strayed(tx, told, lines, person, rules)
    told = [row for row in told if row.id not in lost]
    locale = await _locale(tx, person, lines.values(), rules)
    if post is None or not told:
        return Composed(None, locale, superseded=ids)
    locale = Locale.of(post.facts.get("locale"), locale)
    phrases = Phrasebook(locale, rules.zone)
    warned = await warned_by(tx, told)
    message = await _message(tx, told, lines, person, phrases, rules, now, warned)
    return Composed(message, locale, kept=ids)


async def _happened(tx: Tx, deliveries: Sequence[Delivery], rules: Rules) -> Composed:
    """What a thread is told, in the language of the card above it; such a row is always alone."""
    ids = tuple(row.id for row in deliveries)
    row = deliveries[-1]
    post = await tx.posts.get(int(row.facts[THREAD]))
    lines = await lines_about(tx, [row])
    line = lines.get(row.about)
    locale = await _locale(tx, None, lines.values(), rules)
    if post is None or line is None or len(deliveries) > 1:
        return Composed(None, locale, superseded=ids)
    locale = Locale.of(post.facts.get("locale"), locale)
    said = history_message(line, row.facts, Phrasebook(locale, rules.zone))
    return Composed(said, locale, kept=ids)


async def lines_about(tx: Tx, rows: Iterable[Delivery]) -> dict[int, RenewalLine]:
    """What rows tell of as the book has it, by `Delivery.about`."""
    about = {row.about for row in rows}
    lines = await tx.renewal_lines.of([one for one in about if one > 0])
    expansions = await ExpansionLines(tx.connection).of([-one for one in about if one < 0])
    return lines | {-number: line for number, line in expansions.items()}


async def _reader(tx: Tx, rows: Sequence[Delivery]) -> Person | None:
    """The one person a direct place belongs to; None for a channel or group."""
    person_id = next((row.person_id for row in rows if row.person_id is not None), None)
    return None if person_id is None else await tx.people.get(person_id)


async def _locale(
    tx: Tx, person: Person | None, lines: Iterable[RenewalLine], rules: Rules
) -> Locale:
    """The person's language; in a team's place that of most of the team."""
    if person is not None:
        return person.locale or rules.locale
    teams = Counter(line.team for line in lines if line.team)
    if not teams:
        return rules.locale
    members = await tx.people.team(teams.most_common(1)[0][0])
    spoken = Counter(member.locale or rules.locale for member in members).most_common(1)
    return spoken[0][0] if spoken and spoken[0][1] * 2 > len(members) else rules.locale


async def _message(
    tx: Tx,
    rows: Sequence[Delivery],
    lines: dict[int, RenewalLine],
    person: Person | None,
    phrases: Phrasebook,
    rules: Rules,
    now: datetime,
    warned: Mapping[int, Warned],
    *,
    in_digest: Collection[int] = (),
) -> Message:
    today = now.astimezone(rules.zone).date()
    shows = shown_to(person, rules)
    followups = _each_once(row for row in rows if row.kind not in ALERTS)
    views = alert_views(rows, lines, shows, today)
    fresh = [row for row in rows if row.id not in in_digest]
    alerts = [row for row in fresh if row.id in views]
    worries = warning_views(fresh, lines, warned, shows, today)
    lines_called = [views[row.id].renewal for row in alerts] + [view.renewal for view in worries]
    called = await _called(tx, lines_called) if person is None else {}
    parts: list[Message] = []
    if len(alerts) == 1:
        view = await _with_customer(tx, alerts[0], views[alerts[0].id], shows, rules, today)
        asks, offers = asking(phrases), rules.offers
        parts.append(alert_card(view, phrases, asks=asks, mentions=called, offers=offers))
    elif alerts:
        ordered = sorted((views[row.id] for row in alerts), key=_urgency)
        parts.append(alert_list(ordered, phrases, mentions=called))
    growing = [row for row in fresh if row.kind == EXPANSION]
    parts += await _growing(tx, growing, lines, person, shows, phrases, today)
    if worries:
        mine = person is not None
        parts.append(await warning_message(tx, worries, shows, phrases, called, rules, mine=mine))
    morning = [row for row in rows if row.id in in_digest]
    if morning:
        held = digest_lines(morning, views, lines, warned, shows, phrases, today)
        parts.append(digest_card(held, phrases, today))
    message = together(parts)
    if message is None:
        return _followups(followups, lines, shows, phrases, today)
    if followups:
        sentences = tuple(
            plain(followup_words(lines[row.about], row.facts, phrases)) for row in followups
        )
        message = replace(message, blocks=(*message.blocks, Divider(), Bullets(sentences)))
    return message


async def _growing(
    tx: Tx,
    rows: Sequence[Delivery],
    lines: dict[int, RenewalLine],
    person: Person | None,
    shows: Shows,
    phrases: Phrasebook,
    today: date,
) -> list[Message]:
    """The one message that tells of new expansions; nothing when there are none."""
    told = [veil_line(lines[row.about], shows) for row in rows]
    if len(told) > 1:
        return [expansion_alerts(told, phrases, today)]
    called = await _called(tx, told) if person is None else {}
    asks = asking(phrases)
    return [expansion_card(line, phrases, today, asks=asks, mentions=called) for line in told]


async def _called(tx: Tx, lines: Iterable[RenewalLine]) -> dict[int, Mention]:
    """Who is notified by a message for everybody: who answers for a renewal, and who works on it."""
    ids = {i for line in lines for i in (line.owner_id, line.claimed_by_id) if i is not None}
    people = await tx.people.many(ids)
    return {
        person.id: Mention(person.name, person.slack_id, person.wecom_id)
        for person in people.values()
        if person.linked
    }


def alert_views(
    rows: Iterable[Delivery], lines: dict[int, RenewalLine], shows: Shows, today: date
) -> dict[int, AlertView]:
    """What alerts about a term's dates say, by the rows' ids, as their reader may see it."""
    return {row.id: _view(row, lines, shows, today) for row in rows if row.kind in _DATED}


def _view(row: Delivery, lines: dict[int, RenewalLine], shows: Shows, today: date) -> AlertView:
    line = veil_line(lines[row.about], shows)
    return AlertView(
        renewal=line,
        anchor=anchor_of(row, line),
        offset=int(row.facts.get("offset", 0)),
        today=today,
        escalated=row.kind == "escalation",
    )


def _urgency(view: AlertView) -> tuple[bool, date]:
    return not view.escalated, view.renewal.next_on(view.today) or date.max


async def _with_customer(
    tx: Tx, row: Delivery, view: AlertView, shows: Shows, rules: Rules, today: date
) -> AlertView:
    """The alert with what is known of the customer, and since when things have changed."""
    features = features_of(rules.offers)
    customer = await tx.customers.view(view.renewal.account_id, today, features)
    fired = sorted({on for _, _, on in await tx.contracts.told(view.renewal.contract_id)})
    announced_on = row.created_at.astimezone(rules.zone).date()
    earlier = [on for on in fired if on < announced_on]
    return replace(
        view,
        customer=veil_customer(customer, shows) if customer else None,
        since_on=earlier[-1] if earlier else None,
    )


def _each_once(rows: Iterable[Delivery]) -> list[Delivery]:
    """Follow-ups that say different things: a place can be told twice of one change, because of
    a post in it and because of whom it belongs to."""
    told = {(row.about, *map(row.facts.get, ("what", "who", "to"))): row for row in rows}
    return list(told.values())


def _followups(
    rows: Sequence[Delivery],
    lines: dict[int, RenewalLine],
    shows: Shows,
    phrases: Phrasebook,
    today: date,
) -> Message:
    if len(rows) == 1:
        line = veil_line(lines[rows[0].about], shows)
        return followup_card(line, rows[0].facts, phrases, today)
    sentences = [followup_words(lines[r.about], r.facts, phrases) for r in rows]
    return followup_list(sentences, phrases)
