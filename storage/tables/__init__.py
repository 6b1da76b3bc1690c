"""The schema, a file a subject; `metadata` knows all of it."""

from storage.tables.book import (
    account_keys,
    accounts,
    arr_steps,
    contacts,
    contracts,
    people,
    renewals,
)
from storage.tables.channels import connections, questions, streams, tokens, uploads
from storage.tables.clock import clock_marks, ledger, schema_versions
from storage.tables.delivery import deliveries, inbox, paces, parcels, pauses, posts, vanished
from storage.tables.facts import (
    events,
    goals,
    outcomes,
    payments,
    rates,
    signals,
    surveys,
    tickets,
)
from storage.tables.health import (
    api_sources,
    fact_sources,
    health_due,
    health_history,
    health_models,
    health_scores,
    renewal_models,
    risk_warnings,
)
from storage.tables.naming import metadata
from storage.tables.shop import audit, audit_seals, bindings, settings, staged_files
from storage.tables.slack import (
    hearings,
    slack_homes,
    slack_installations,
    slack_places,
    slack_states,
)
from storage.tables.work import opportunities, touches

__all__ = [
    "account_keys",
    "accounts",
    "api_sources",
    "arr_steps",
    "audit",
    "audit_seals",
    "bindings",
    "clock_marks",
    "connections",
    "contacts",
    "contracts",
    "deliveries",
    "events",
    "fact_sources",
    "goals",
    "health_due",
    "health_history",
    "health_models",
    "health_scores",
    "hearings",
    "inbox",
    "ledger",
    "metadata",
    "opportunities",
    "outcomes",
    "paces",
    "parcels",
    "pauses",
    "payments",
    "people",
    "posts",
    "questions",
    "rates",
    "renewal_models",
    "renewals",
    "risk_warnings",
    "schema_versions",
    "settings",
    "signals",
    "slack_homes",
    "slack_installations",
    "slack_places",
    "slack_states",
    "staged_files",
    "streams",
    "surveys",
    "tickets",
    "tokens",
    "touches",
    "uploads",
    "vanished",
]
