"""What we can offer a customer besides the product: services and trainings, by what is amiss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.health.model import Dimension
from scoring.model import Segment


@dataclass(frozen=True, slots=True)
class Offer:
    """A service or training that helps with one side of health.

    `name` is the house's own word for it, or one of `BUILT_IN`. `feature` is the feature it is
    about, when it is about one; `segments` are the customers it is for, empty: all.
    """

    name: str
    helps: Dimension
    feature: str = ""
    segments: frozenset[Segment] = frozenset()


BUILT_IN = (
    "refresher_training",
    "feature_training",
    "support_review",
    "feedback_call",
    "executive_meeting",
)
"""Offers that have words in the catalogues."""

DEFAULT_OFFERS = tuple(
    Offer(name, helps)
    for name, helps in zip(
        BUILT_IN,
        (
            Dimension.USAGE,
            Dimension.ADOPTION,
            Dimension.SUPPORT,
            Dimension.SENTIMENT,
            Dimension.RELATIONSHIP,
        ),
        strict=True,
    )
)


def offer_for(
    offers: Sequence[Offer], helps: Dimension, segment: Segment, feature: str = ""
) -> Offer | None:
    """The first offer that fits, one about that very feature before the others."""
    fitting = [
        offer
        for offer in offers
        if offer.helps is helps and (not offer.segments or segment in offer.segments)
    ]
    about = [offer for offer in fitting if feature and offer.feature == feature]
    general = [offer for offer in fitting if not offer.feature]
    return next(iter((*about, *general)), None)


def features_of(offers: Iterable[Offer]) -> tuple[str, ...]:
    """The features that offers are about: those whose use is worth looking at by name."""
    return tuple(dict.fromkeys(offer.feature for offer in offers if offer.feature))
