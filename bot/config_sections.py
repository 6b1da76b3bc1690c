"""The parts of the configuration beside the platforms, each with its defaults."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, field_validator, model_validator

from bot.config_wecom import Section
from scoring.expansion import USUAL_SHARE
from scoring.health.model import Dimension
from scoring.model import Segment


def time_of_day(text: str) -> str:
    """The text, when it is a time of day by the clock on the wall."""
    from datetime import time

    try:
        read = time.fromisoformat(text)
    except ValueError:
        raise ValueError("write a time of day such as 09:00") from None
    if read.tzinfo is not None:
        raise ValueError("write a time of day without an offset, such as 09:00")
    return text


class Http(Section):
    """The one port."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    """Where people's browsers and the platforms reach us from outside; empty: nowhere."""

    monitoring: str = ""
    """HOST:PORT for /metrics and what /readyz says of parts; empty: the one port has them, too."""

    leaving_s: int = Field(default=0, ge=0, le=60)
    """How long requests are still answered when told to stop, while /readyz says 503 already."""

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("write an address such as https://renewals.example.com")
        return url.rstrip("/")

    @property
    def monitoring_at(self) -> tuple[str, int] | None:
        """Host and port of the second address, None where there is none."""
        host, _, port = self.monitoring.rpartition(":")
        return (host.strip("[]"), int(port)) if port else None

    @model_validator(mode="after")
    def _another_port(self) -> Http:
        _, colon, port = self.monitoring.rpartition(":")
        fits = colon and port.isascii() and port.isdecimal() and 0 < int(port) < 65536
        if self.monitoring and not (fits and int(port) != self.port):
            raise ValueError("monitoring: write a second address such as 127.0.0.1:9090")
        return self


class Team(Section):
    """Who hears of a team's contracts."""

    places: list[str] = Field(default=[])
    lead: str | None = None

    @field_validator("places")
    @classmethod
    def _known_platform(cls, places: list[str]) -> list[str]:
        from messages.places import kind_of_place

        for place in places:
            platform, _, address = place.partition(":")
            if platform not in ("slack", "wecom") or not address:
                raise ValueError(f'{place!r}: write "slack:#channel" or "wecom:robot:NAME"')
            kind_of_place(platform, address)
        return places


class Milestones(Section):
    """When contracts are announced, in days before the countdown's date."""

    strategic: list[int] = Field(default=[180, 120, 90, 60, 30, 14, 7])
    core: list[int] = Field(default=[90, 60, 30, 7])
    standard: list[int] = Field(default=[90, 60, 30, 7])
    correction_days: int = Field(default=14, ge=0)
    grace_days: int = Field(default=30, ge=0)

    @field_validator("strategic", "core", "standard")
    @classmethod
    def _days_before(cls, days: list[int]) -> list[int]:
        if not days or any(not 0 < day <= 730 for day in days) or len(set(days)) != len(days):
            raise ValueError("give different whole numbers of days between 1 and 730")
        return days


class Hours(Section):
    """When people may be disturbed, local time, `HH:MM`."""

    start: str = "09:00"
    end: str = "18:00"

    @field_validator("start", "end")
    @classmethod
    def _clock(cls, text: str) -> str:
        return time_of_day(text)

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        from datetime import time

        if time.fromisoformat(self.start) >= time.fromisoformat(self.end):
            raise ValueError("start has to be before end")
        return self


class OfferSection(Section):
    """A service or training that the next best step can propose."""

    name: str = Field(min_length=1, max_length=60)
    helps: str
    feature: str = Field(default="", max_length=60)
    segments: list[str] = Field(default=[])

    @field_validator("helps")
    @classmethod
    def _known_side(cls, side: str) -> str:
        if side not in set(Dimension):
            raise ValueError(f"{side!r}: one of {', '.join(Dimension)}")
        return side

    @field_validator("segments")
    @classmethod
    def _known_segments(cls, segments: list[str]) -> list[str]:
        for segment in segments:
            if segment not in set(Segment):
                raise ValueError(f"{segment!r}: one of {', '.join(Segment)}")
        return segments


class Playground(Section):
    """The local web page that looks like both platforms."""

    enabled: bool = False
    allow_remote: bool = False


class Delivery(Section):
    """What happens where a platform makes the outcome of sending unknowable."""

    repeat_unknown: bool = True
    settle_s: int = Field(default=120, ge=1, le=3600)
    lease_s: int = Field(default=60, ge=2, le=600)
    """A replica that is gone for so long loses what it was sending; a request may take half."""
    backoff_most_s: int = Field(default=600, ge=1, le=3600)


class Expansion(Section):
    """What is expected of customers that grow, and when they are left alone."""

    rest_days: int = Field(default=180, ge=0, le=3650)
    """After an expansion was won or lost, for so long no other one is opened at the customer."""
    usual_share: Decimal = Field(default=USUAL_SHARE, gt=0, le=1)
    """What an expansion is estimated to add to the annual amount, where seats say no more."""


class Alerts(Section):
    """How often alerts interrupt a person, and when the rest of them is told."""

    per_day: int = Field(default=5, ge=0, le=1000)
    digest_at: str = "09:30"
    quiet_days: int = Field(default=14, ge=0, le=365)
    acted_within_days: int = Field(default=7, ge=1, le=90)

    @field_validator("digest_at")
    @classmethod
    def _time_of_day(cls, text: str) -> str:
        return time_of_day(text)
