"""The kinds of table that can be brought, one declaration each.

To add a kind: declare it here, its headers and sheet names in `header_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from handlers.importing import choices
from handlers.importing.columns import CellType as T
from handlers.importing.columns import Column, KindSpec
from handlers.importing.columns import Presence as Need
from handlers.importing.still_open import STILL_OPEN

CONTRACTS = KindSpec(
    "contracts",
    (
        Column("account", T.NAME, Need.MUST),
        Column("ends_on", T.DATE, Need.COLUMN_MUST),
        Column("contract_no", T.CODE),
        Column("product", T.NAME),
        Column("starts_on", T.DATE),
        # Three headings for one amount: a year's, the whole term's, a month's. Rows carry `arr`.
        Column("arr", T.MONEY),
        Column("term_value", T.MONEY),
        Column("mrr", T.MONEY),
        Column("currency", T.CURRENCY),
        Column("seats", T.COUNT),
        Column("owner", T.NAME),
        Column("segment", T.CHOICE, choices=choices.SEGMENTS),
        Column("auto_renew", T.YES_NO),
        Column("notice_days", T.COUNT, high=3_660),
        Column("contact_name", T.NAME),
        Column("contact_email", T.NAME),
        Column("contact_phone", T.CODE),
        Column("signed_on", T.DATE),
        Column("cancelled_on", T.DATE),
        Column("status", T.CHOICE, choices=choices.STATUSES),
        Column("renewed_from", T.NAMES),
        Column("team", T.NAME),
        # What a flat sheet says of the account beside the contract.
        Column("contact_title", T.NAME),
        Column("csm", T.NAME),
        Column("account_executive", T.NAME),
        Column("industry", T.NAME),
        Column("region", T.NAME),
        Column("aliases", T.NAMES),
        Column("external_id", T.CODE),
    ),
    key=("contract_no",),
)

ARR_STEPS = KindSpec(
    "arr_steps",
    (
        Column("contract_no", T.CODE, Need.MUST),
        Column("from_on", T.DATE, Need.MUST),
        Column("arr", T.MONEY, Need.MUST),
    ),
    key=("contract_no", "from_on"),
)

RATES = KindSpec(
    "rates",
    (
        Column("currency", T.CURRENCY, Need.MUST),
        Column("on", T.DATE, Need.MUST),
        Column("rate", T.RATE, Need.MUST),
    ),
    key=("currency", "on"),
)

ACCOUNTS = KindSpec(
    "accounts",
    (
        Column("account", T.NAME, Need.MUST),
        Column("aliases", T.NAMES),
        Column("industry", T.NAME),
        Column("segment", T.CHOICE, choices=choices.SEGMENTS),
        Column("csm", T.NAME),
        Column("account_executive", T.NAME),
        Column("region", T.NAME),
        Column("team", T.NAME),
        Column("external_id", T.CODE),
        Column("signed_up_on", T.DATE),
    ),
    key=("account",),
)

CONTACTS = KindSpec(
    "contacts",
    (
        Column("account", T.NAME, Need.MUST),
        Column("name", T.NAME, Need.MUST),
        Column("role", T.CHOICE, choices=choices.CONTACT_ROLES),
        Column("title", T.NAME),
        Column("email", T.NAME),
        Column("phone", T.CODE),
        Column("left_on", T.DATE),
        Column("opted_out", T.YES_NO),
    ),
    key=("account", "name"),
)

GOALS = KindSpec(
    "goals",
    (
        Column("account", T.NAME, Need.MUST),
        Column("goal", T.NAME, Need.MUST),
        Column("due_on", T.DATE),
        Column("value_delivered", T.NOTE),
        Column("confirmed_by", T.NAME),
    ),
    key=("account", "goal"),
)

PEOPLE = KindSpec(
    "people",
    (
        Column("name", T.NAME, Need.MUST),
        Column("role", T.CHOICE, choices=choices.TEAM_ROLES),
        Column("team", T.NAME),
        Column("slack_id", T.CODE),
        Column("wecom_id", T.CODE),
        Column("email", T.NAME),
        Column("locale", T.NAME),
        Column("time_zone", T.NAME),
        Column("manager", T.NAME),
    ),
    key=("name",),
)

SIGNALS = KindSpec(
    "signals",
    (
        Column("account", T.NAME, Need.MUST),
        Column("signal", T.NAME, Need.MUST),
        Column("observed_on", T.DATE, Need.MUST),
        Column("value", T.MEASURE, Need.MUST),
        Column("source", T.NAME),
        Column("note", T.NOTE),
    ),
    key=("account", "signal", "observed_on"),
)

TICKETS = KindSpec(
    "tickets",
    (
        Column("account", T.NAME, Need.MUST),
        Column("ticket_no", T.CODE, Need.MUST),
        Column("opened_on", T.DATE, Need.MUST),
        Column("closed_on", T.DATE, nothing=STILL_OPEN),
        Column("severity", T.NAME),
        Column("subject", T.NAME),
        Column("csat", T.MEASURE, low=1, high=5),
    ),
    key=("account", "ticket_no"),
)

PAYMENTS = KindSpec(
    "payments",
    (
        Column("account", T.NAME, Need.MUST),
        Column("invoice_no", T.CODE, Need.MUST),
        Column("due_on", T.DATE, Need.MUST),
        Column("paid_on", T.DATE),
        Column("amount", T.MONEY, Need.MUST),
        Column("currency", T.CURRENCY),
        Column("contract_no", T.CODE),
    ),
    key=("account", "invoice_no"),
)

SURVEYS = KindSpec(
    "surveys",
    (
        Column("account", T.NAME, Need.MUST),
        Column("kind", T.CHOICE, Need.MUST, choices=choices.SURVEY_KINDS),
        Column("answered_on", T.DATE, Need.MUST),
        Column("score", T.MEASURE, Need.MUST, low=0, high=10),
        Column("respondent", T.NAME),
        Column("comment", T.NOTE),
    ),
    key=("account", "kind", "answered_on", "respondent"),
)

EVENTS = KindSpec(
    "events",
    (
        Column("account", T.NAME, Need.MUST),
        Column("event", T.NAME, Need.MUST),
        Column("held_on", T.DATE, Need.MUST),
        Column("response", T.CHOICE, choices=choices.EVENT_RESPONSES),
    ),
    key=("account", "event", "held_on"),
)

TOUCHES = KindSpec(
    "touches",
    (
        Column("account", T.NAME, Need.MUST),
        Column("kind", T.CHOICE, Need.MUST, choices=choices.TOUCH_KINDS),
        Column("at", T.MOMENT, Need.MUST),
        Column("who", T.NAME),
        Column("contact", T.NAME),
        Column("note", T.NOTE),
        Column("next_on", T.DATE),
    ),
    key=(),
)

OUTCOMES = KindSpec(
    "outcomes",
    (
        Column("contract_no", T.CODE, Need.MUST),
        Column("decided_on", T.DATE, Need.MUST),
        Column("outcome", T.CHOICE, Need.MUST, choices=choices.OUTCOMES),
        Column("new_arr", T.MONEY),
        Column("reason", T.NAME),
    ),
    key=("contract_no",),
)

KINDS: Mapping[str, KindSpec] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            CONTRACTS,
            ARR_STEPS,
            RATES,
            ACCOUNTS,
            CONTACTS,
            GOALS,
            PEOPLE,
            SIGNALS,
            TICKETS,
            PAYMENTS,
            SURVEYS,
            EVENTS,
            TOUCHES,
            OUTCOMES,
        )
    }
)
"""Every kind by name; the first is what a sheet is taken for when nothing says otherwise."""
