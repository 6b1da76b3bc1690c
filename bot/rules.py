"""From the configuration to the rules that use cases are handed."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.working_calendar import LocalDays, country_of, load_calendar
from handlers.rules import AlertRules, Rules, TeamPlaces
from scoring.health.model import Dimension
from scoring.milestones import Schedule
from scoring.model import Locale, Segment
from scoring.offers import DEFAULT_OFFERS, Offer
from scoring.workdays import QuietHours


def rules_of(config: Config, now: datetime) -> Rules:
    """The rules as of now; holidays are loaded for last year to the year after next."""
    year = now.year
    local = LocalDays(
        off_days=frozenset(date.fromisoformat(day) for day in config.off_days),
        working_days=frozenset(date.fromisoformat(day) for day in config.working_days),
    )
    country = config.country or country_of(config.time_zone) or "CN"
    steps = config.milestones
    offsets = {
        Segment.STRATEGIC: tuple(sorted(steps.strategic, reverse=True)),
        Segment.CORE: tuple(sorted(steps.core, reverse=True)),
        Segment.STANDARD: tuple(sorted(steps.standard, reverse=True)),
    }
    return Rules(
        zone=ZoneInfo(config.time_zone),
        locale=Locale.of(config.locale, Locale.ZH),
        base_currency=config.base_currency,
        schedule=Schedule(
            offsets=offsets,
            correction_days=steps.correction_days,
            grace_days=steps.grace_days,
        ),
        hours=QuietHours(
            start=time.fromisoformat(config.hours.start), end=time.fromisoformat(config.hours.end)
        ),
        calendar=load_calendar(country, range(year - 1, year + 3), local=local),
        teams=tuple(
            TeamPlaces(
                team=name,
                places=tuple(_place(place) for place in team.places),
                lead=team.lead,
            )
            for name, team in config.teams.items()
        ),
        escalate_after_h=config.escalate_after_hours,
        undo_minutes=config.undo_minutes,
        amounts_in_shared_places=config.amounts_in_shared_places,
        platform_order=_platform_order(config),
        wecom_direct="bot" if config.wecom.only_aibot else "user",
        wecom_bot_pushes=not config.wecom.aibot.by_callback,
        public_url=config.http.public_url,
        audit_every=config.monitoring.audit_every,
        offers=_offers(config) or DEFAULT_OFFERS,
        expansion_rest_days=config.expansion.rest_days,
        expansion_share=config.expansion.usual_share,
        alerts=AlertRules(
            per_day=config.alerts.per_day,
            digest_at=time.fromisoformat(config.alerts.digest_at),
            quiet_days=config.alerts.quiet_days,
            acted_within_days=config.alerts.acted_within_days,
        ),
    )


def _offers(config: Config) -> tuple[Offer, ...]:
    """The house's own services and trainings; without any, ours stand."""
    return tuple(
        Offer(
            name=offer.name,
            helps=Dimension(offer.helps),
            feature=offer.feature,
            segments=frozenset(map(Segment, offer.segments)),
        )
        for offer in config.offers
    )


def _platform_order(config: Config) -> tuple[str, ...]:
    """Platforms that can write to one person come first; robots and callbacks cannot."""
    writes = {"wecom": config.wecom.writes_to_people, "slack": config.slack.set_up}
    return tuple(sorted(writes, key=lambda platform: not writes[platform]))


def _place(text: str) -> tuple[str, str]:
    platform, _, address = text.partition(":")
    return platform, address
