"""One transaction and the repositories that work in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.accounts import Accounts
from storage.api_sources import ApiSources
from storage.audit import AuditTrail
from storage.auditing import Auditing
from storage.bindings import Bindings
from storage.connections import Connections
from storage.contracts import Contracts
from storage.countdown import Countdown
from storage.dispatches import Dispatches
from storage.doubting import Doubting
from storage.engine import CACHE_KIB, LONG_CACHE_KIB, LONG_STATEMENT_TIMEOUT_S
from storage.erasing import Erasing
from storage.escalations import Escalations
from storage.fact_sources import FactSources
from storage.facts import Facts
from storage.health import Health
from storage.health_models import HealthModels
from storage.health_thinning import HealthThinning
from storage.hearings import Hearings
from storage.inbox import Inbox
from storage.interruptions import Interruptions
from storage.ledger import Ledger
from storage.marks import Marks
from storage.moods import Moods
from storage.opportunities import Opportunities
from storage.outbox import Outbox
from storage.pacing import Pacing
from storage.parcels import Parcels
from storage.people import People
from storage.posts import Posts
from storage.questions import Questions
from storage.sealing import Sealing
from storage.settings import Settings
from storage.settling import Settling
from storage.slack_homes import SlackHomes
from storage.slack_installations import SlackInstallations
from storage.slack_places import SlackPlaces
from storage.staged import StagedFiles
from storage.streams import Streams
from storage.tokens import Tokens
from storage.touches import Touches
from storage.undoing import Undoing
from storage.uploads import Uploads
from storage.vanishing import Vanishing
from storage.views.customer import Customers
from storage.views.due import Due
from storage.views.export import Exports
from storage.views.losses import Losses
from storage.views.promises import Promises
from storage.views.renewal_lines import RenewalLines
from storage.warnings import Warnings

if TYPE_CHECKING:
    from storage.health_facts import HealthFacts
    from storage.health_priority import HealthPriority
    from storage.health_scores import HealthScores


class Tx:
    """What can be done within one transaction, a repository a noun."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._long = False

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.connection.dialect.name

    async def allow_long_statements(self) -> None:
        """Let statements of this transaction work on the whole book; a chat line never needs it.

        They may take long on PostgreSQL, and keep more of the file in memory with SQLite.
        """
        if self.dialect == "postgresql":
            await self.connection.exec_driver_sql(
                f"SET LOCAL statement_timeout = {LONG_STATEMENT_TIMEOUT_S * 1000}"
            )
        else:
            self._long = True
            await self.connection.exec_driver_sql(f"PRAGMA cache_size = -{LONG_CACHE_KIB}")

    async def end_long_statements(self) -> None:
        """The connection outlives the transaction: what it kept beyond the usual is given up."""
        if self._long:
            await self.connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")

    @cached_property
    def connections(self) -> Connections:
        return Connections(self.connection)

    @cached_property
    def people(self) -> People:
        return People(self.connection)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.connection)

    @cached_property
    def contracts(self) -> Contracts:
        return Contracts(self.connection)

    @cached_property
    def opportunities(self) -> Opportunities:
        return Opportunities(self.connection)

    @cached_property
    def touches(self) -> Touches:
        return Touches(self.connection)

    @cached_property
    def countdown(self) -> Countdown:
        return Countdown(self.connection)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.connection)

    @cached_property
    def doubting(self) -> Doubting:
        return Doubting(self.connection)

    @cached_property
    def dispatches(self) -> Dispatches:
        return Dispatches(self.connection)

    @cached_property
    def parcels(self) -> Parcels:
        return Parcels(self.connection)

    @cached_property
    def settling(self) -> Settling:
        return Settling(self.connection)

    @cached_property
    def auditing(self) -> Auditing:
        return Auditing(self.connection)

    @cached_property
    def pacing(self) -> Pacing:
        return Pacing(self.connection)

    @cached_property
    def posts(self) -> Posts:
        return Posts(self.connection)

    @cached_property
    def questions(self) -> Questions:
        return Questions(self.connection)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.connection)

    @cached_property
    def hearings(self) -> Hearings:
        return Hearings(self.connection)

    @cached_property
    def streams(self) -> Streams:
        return Streams(self.connection)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.connection)

    @cached_property
    def health_models(self) -> HealthModels:
        return HealthModels(self.connection)

    @cached_property
    def health(self) -> Health:
        return Health(self.connection)

    @cached_property
    def health_facts(self) -> HealthFacts:
        # Imported here: columns need numpy, which takes longer to load than a chat line.
        from storage.health_facts import HealthFacts

        return HealthFacts(self.connection)

    @cached_property
    def health_scores(self) -> HealthScores:
        from storage.health_scores import HealthScores

        return HealthScores(self.connection)

    @cached_property
    def health_priority(self) -> HealthPriority:
        from storage.health_priority import HealthPriority

        return HealthPriority(self.connection)

    @cached_property
    def health_thinning(self) -> HealthThinning:
        return HealthThinning(self.connection)

    @cached_property
    def fact_sources(self) -> FactSources:
        return FactSources(self.connection)

    @cached_property
    def api_sources(self) -> ApiSources:
        return ApiSources(self.connection)

    @cached_property
    def audit(self) -> AuditTrail:
        return AuditTrail(self.connection)

    @cached_property
    def sealing(self) -> Sealing:
        return Sealing(self.connection)

    @cached_property
    def erasing(self) -> Erasing:
        return Erasing(self.connection)

    @cached_property
    def marks(self) -> Marks:
        return Marks(self.connection)

    @cached_property
    def moods(self) -> Moods:
        return Moods(self.connection)

    @cached_property
    def settings(self) -> Settings:
        return Settings(self.connection)

    @cached_property
    def bindings(self) -> Bindings:
        return Bindings(self.connection)

    @cached_property
    def staged(self) -> StagedFiles:
        return StagedFiles(self.connection)

    @cached_property
    def undoing(self) -> Undoing:
        return Undoing(self.connection)

    @cached_property
    def customers(self) -> Customers:
        return Customers(self.connection)

    @cached_property
    def due(self) -> Due:
        return Due(self.connection)

    @cached_property
    def renewal_lines(self) -> RenewalLines:
        return RenewalLines(self.connection)

    @cached_property
    def exports(self) -> Exports:
        return Exports(self.connection)

    @cached_property
    def escalations(self) -> Escalations:
        return Escalations(self.connection)

    @cached_property
    def losses(self) -> Losses:
        return Losses(self.connection)

    @cached_property
    def warnings(self) -> Warnings:
        return Warnings(self.connection)

    @cached_property
    def interruptions(self) -> Interruptions:
        return Interruptions(self.connection)

    @cached_property
    def promises(self) -> Promises:
        return Promises(self.connection)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.connection)

    @cached_property
    def slack_homes(self) -> SlackHomes:
        return SlackHomes(self.connection)

    @cached_property
    def slack_places(self) -> SlackPlaces:
        return SlackPlaces(self.connection)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self.connection)

    @cached_property
    def vanishing(self) -> Vanishing:
        return Vanishing(self.connection)

    @cached_property
    def slack_installations(self) -> SlackInstallations:
        return SlackInstallations(self.connection)
