"""Whatever stands in the book, Slack accepts every card, form, answer and Home in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.taps import asking
from messages.cards.alert import alert_card, alert_list
from messages.cards.customer import customer_card
from messages.cards.due import due_list
from messages.cards.followup import followup_card, followup_list
from messages.cards.home import home_page, stranger_page
from messages.i18n import Phrasebook
from messages.model import Choice, FieldKind, Form, FormField, Message, Paragraph, Table, plain
from messages.page import Page, Part, Row
from messages.render.check import check_slack
from messages.render.slack import render_slack
from messages.render.slack_answer import answer_view
from messages.render.slack_form import (
    errors_of,
    line_of_submission,
    loading_view,
    options_of,
    origin_of,
    refilled,
    view_of,
)
from messages.render.slack_home import home_view
from messages.render.slack_tables import without_tables
from scoring.health.model import Band
from scoring.home import AtRisk, HomeView, RiskSign, Sign, Task
from scoring.lists import DueAsk, DuePage
from scoring.model import (
    Anchor,
    ContractStatus,
    Locale,
    Money,
    Person,
    Role,
    Segment,
    Stage,
    TouchKind,
)
from scoring.permissions import Right
from scoring.views import (
    AlertView,
    ContactLine,
    CustomerView,
    EventLine,
    FeatureUse,
    GoalLine,
    HealthLine,
    MoodLine,
    OverdueLine,
    RenewalLine,
    SurveyLine,
    TicketLine,
    TouchLine,
)
from scoring.workdays import QuietHours
from tests.messages import strategies
from tests.messages.strategies import texts

TODAY = date(2026, 11, 23)
BOOKS = {locale: Phrasebook(locale, UTC) for locale in Locale}
quick = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
books = st.sampled_from(list(BOOKS.values()))

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
instants = st.builds(
    datetime.fromtimestamp, st.integers(1_700_000_000, 1_795_000_000), st.just(UTC)
)
moneys = st.builds(
    Money,
    st.decimals(Decimal(0), Decimal(10) ** 15, places=2),
    st.sampled_from(["CNY", "USD", "JPY"]),
)
optional = st.none() | texts
numbers = st.integers(0, 10**12)
healths = st.none() | st.builds(
    HealthLine,
    st.floats(0, 100),
    st.none() | st.sampled_from(Band),
    days,
    st.floats(0, 1),
    st.frozensets(st.sampled_from(["R1", "R2", "R3", "R4", "O1"])),
    st.none() | st.floats(0, 1),
)
renewals = st.builds(
    RenewalLine,
    contract_id=numbers,
    contract_no=texts,
    account_id=numbers,
    account=texts,
    segment=st.sampled_from(Segment),
    status=st.sampled_from(ContractStatus),
    product=optional,
    ends_on=st.none() | days,
    cancel_by_on=st.none() | days,
    arr=st.none() | moneys,
    auto_renew=st.booleans(),
    team=optional,
    owner_id=st.none() | numbers,
    owner=optional,
    opportunity_id=st.none() | numbers,
    stage=st.none() | st.sampled_from(Stage),
    claimed_by_id=st.none() | numbers,
    claimed_by=optional,
    snoozed_until=st.none() | days,
    snooze_reason=optional,
    reason=optional,
    shows_amount=st.booleans(),
    health=healths,
)


def some(strategy: st.SearchStrategy[Any], most: int = 8) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to so many of them."""
    return st.lists(strategy, max_size=most).map(tuple)


kinds = st.sampled_from(TouchKind)
customers = st.builds(
    CustomerView,
    account_id=numbers,
    name=texts,
    segment=st.sampled_from(Segment),
    team=optional,
    csm=optional,
    account_executive=optional,
    industry=optional,
    region=optional,
    custom=st.dictionaries(texts, texts, max_size=4),
    renewals=some(renewals, 3),
    contracts_n=st.integers(0, 99),
    contacts=some(st.builds(ContactLine, texts, optional, optional, optional, optional)),
    touches=some(st.builds(TouchLine, kinds, instants, optional, optional, optional)),
    tickets=some(st.builds(TicketLine, texts, days, optional, optional)),
    overdue=some(st.builds(OverdueLine, texts, days, st.none() | moneys)),
    surveys=some(st.builds(SurveyLine, texts, st.floats(0, 10), days, optional, optional)),
    events=some(st.builds(EventLine, texts, days, optional)),
    goals=some(st.builds(GoalLine, texts, st.none() | days, optional)),
    health=healths,
    features=st.builds(FeatureUse, st.none() | numbers, st.none() | numbers, some(texts, 2)),
    mood=st.none() | st.builds(MoodLine, st.floats(-2, 2), days, optional, optional),
)
alerts = st.builds(
    AlertView,
    renewal=renewals,
    anchor=st.sampled_from(Anchor),
    offset=st.integers(-60, 200),
    today=st.just(TODAY),
    since_on=st.none() | days,
    customer=st.none() | customers,
    escalated=st.booleans(),
)
people = st.builds(Person, id=numbers, name=texts, role=st.sampled_from(Role))
signs = st.builds(
    RiskSign, st.sampled_from(Sign), st.integers(0, 999), st.floats(-1, 10), about=texts
)
homes = st.builds(
    HomeView,
    person=people,
    today=st.just(TODAY),
    locale=st.sampled_from(Locale),
    hours=st.just(QuietHours(time(9), time(18))),
    zone=texts,
    rows=some(renewals, 40),
    mine=st.booleans(),
    total=st.integers(0, 99),
    more_than_counted=st.booleans(),
    tasks=some(st.builds(Task, numbers, texts, kinds, days, optional)),
    at_risk=some(
        st.builds(
            AtRisk,
            renewals,
            st.lists(signs, max_size=6).map(tuple),
            some(st.sampled_from(["R1", "R2", "R3", "R4"]), 4),
        ),
        5,
    ),
    newcomer=st.booleans(),
    may=st.sets(st.sampled_from(Right)).map(frozenset),
)
OURS = re.compile(r"\A\*[^*\n]+\*(?=\n|\Z)|<@U0LAN0Z89>|<https?://[^<>|]+\|[^<>|]+>")


def parsed_by_slack(value: object) -> Iterator[str]:
    """Every text that Slack reads markup in."""
    match value:
        case {"type": "mrkdwn", "text": str(text)}:
            yield text
        case dict():
            for item in value.values():
                yield from parsed_by_slack(item)
        case list() | tuple():
            for item in value:
                yield from parsed_by_slack(item)


def accepted(payload: dict[str, Any]) -> None:
    """Slack takes it, and nothing of it is markup but ours."""
    assert check_slack(payload) == []
    for text in parsed_by_slack(payload):
        assert not re.search(r"[*~`<>]|&(?!amp;\s)", OURS.sub("", text))


def accepted_everywhere(message: Message, book: Phrasebook) -> None:
    """As posts, to be shared, without tables, and in a modal, with the forms of its buttons."""
    for number, post in enumerate(render_slack(message, book, share="show A-1")):
        payload = post.payload()
        accepted(payload)
        accepted(without_tables(payload))
        shared = [action for action in actions_of(payload) if action.startswith("share:")]
        assert len(shared) == (number == 0)
    accepted(answer_view(message, book, title=message.summary, origin="C1"))
    for button in message.buttons:
        if button.form:
            accepted(view_of(button.form, book, origin="C1"))


def actions_of(payload: dict[str, Any]) -> list[str]:
    """The action_ids under a message or in a view."""
    blocks = payload["blocks"]
    found = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    found += [block["accessory"] for block in blocks if "accessory" in block]
    return [one["action_id"] for one in found]


@quick
@given(alerts, books)
def test_any_alert(view: AlertView, book: Phrasebook) -> None:
    accepted_everywhere(alert_card(view, book, asks=asking(book)), book)


@quick
@given(st.lists(alerts, min_size=1, max_size=30), st.integers(0, 9), books)
def test_any_list_of_alerts(views: list[AlertView], more: int, book: Phrasebook) -> None:
    accepted_everywhere(alert_list(views, book, more=more), book)


@quick
@given(customers, books)
def test_any_customer(view: CustomerView, book: Phrasebook) -> None:
    accepted_everywhere(customer_card(view, book, TODAY, asks=asking(book)), book)


@quick
@given(st.lists(renewals, max_size=20), texts, some(texts, 3), books)
def test_any_list_of_what_is_due(
    rows: list[RenewalLine], title: str, filters: tuple[str, ...], book: Phrasebook
) -> None:
    page = DuePage(DueAsk(TODAY, TODAY), tuple(rows), len(rows))
    accepted_everywhere(due_list(page, book, TODAY, title=title, filters=filters), book)


@quick
@given(renewals, texts, texts, books)
def test_any_followup(renewal: RenewalLine, who: str, to: str, book: Phrasebook) -> None:
    facts = {"what": "claimed", "who": who, "to": to}
    accepted_everywhere(followup_card(renewal, facts, book, TODAY), book)
    accepted_everywhere(followup_list([who, to], book), book)


@quick
@given(homes, books)
def test_any_home(view: HomeView, book: Phrasebook) -> None:
    accepted(home_view(home_page(view, book, asks=asking(book)), book))


rows = st.builds(Row, texts, strategies.lines(strategies.spans), st.none() | strategies.buttons)
parts = st.builds(
    Part,
    texts,
    some(strategies.blocks(strategies.spans), 4),
    some(rows, 30),
    some(strategies.buttons, 8),
    strategies.lines(strategies.spans),
)


@quick
@given(st.lists(parts, max_size=8).map(tuple), books)
def test_any_page(each: tuple[Part, ...], book: Phrasebook) -> None:
    accepted(home_view(Page(each), book))


@quick
@given(strategies.messages(strategies.spans), books)
def test_any_message_in_a_modal_and_without_tables(message: Message, book: Phrasebook) -> None:
    accepted(answer_view(message, book, title=message.summary))
    for post in render_slack(message, book):
        payload = post.payload()
        redrawn = without_tables(payload)
        accepted(redrawn)
        assert all(block["type"] != "table" for block in redrawn["blocks"])
        assert actions_of(redrawn) == actions_of(payload)


@quick
@given(strategies.forms, books, texts, texts)
def test_any_form_comes_back_with_its_line_and_origin(
    form: Form, book: Phrasebook, origin: str, sentence: str
) -> None:
    view = view_of(form, book, origin=origin)
    accepted(view)
    assert line_of_submission(view) == form.line.strip()
    assert origin_of(view) in (origin, "")
    assert origin_of(view) == origin or len(origin) > 400
    accepted(refilled(view, sentence))
    assert origin_of(refilled(view, sentence)) == origin_of(view)
    field = form.fields[0].name if form.fields else "x"
    answer = errors_of(view, field, sentence)
    if answer["response_action"] == "errors":
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        assert set(answer["errors"]) <= inputs
        assert all(answer["errors"].values())
    else:
        accepted(answer["view"])
        assert origin_of(answer["view"]) == origin_of(view)


@quick
@given(st.lists(st.builds(Choice, texts, texts), max_size=130))
def test_any_choices_are_options_of_a_search(choices: list[Choice]) -> None:
    options = options_of(choices)["options"]
    if options:
        select = {"type": "static_select", "action_id": "s", "options": options}
        view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": "x"}, "accessory": select}
        ]}  # fmt: skip
        accepted(view)
    kept = {choice.value for choice in choices if choice.value.strip() and len(choice.value) < 75}
    assert len(options) >= min(len(kept), 100)


@pytest.mark.parametrize("book", BOOKS.values(), ids=[locale.value for locale in Locale])
@pytest.mark.parametrize(
    "make",
    [
        lambda book: loading_view(book),
        lambda book: loading_view(book, "x" * 99, origin="C1"),
        lambda book: home_view(stranger_page(book), book),
        lambda book: home_view(stranger_page(book, admitted=False), book),
    ],
)
def test_what_is_always_the_same(
    make: Callable[[Phrasebook], dict[str, Any]], book: Phrasebook
) -> None:
    accepted(make(book))


def test_a_refused_table_is_read_row_by_row() -> None:
    table = Table(("客户", "ARR"), ((plain("华为 & Co"), plain("¥9")), (plain("Acme"), ())))
    (post,) = render_slack(Message("x", (Paragraph(plain("a")), table)), BOOKS[Locale.EN])
    redrawn = without_tables(post.payload())
    text = redrawn["blocks"][1]["elements"][0]["elements"][0]["text"]
    assert text.splitlines() == [
        "客户       ARR",
        "---------  ---",
        "华为 & Co  ¥9",
        "Acme       –",
    ]
    assert redrawn["text"] == post.text
    assert without_tables(redrawn) is redrawn


def test_a_refused_table_that_grows_too_large_loses_its_columns_before_its_rows() -> None:
    rows = tuple((plain(f"Customer {n}"), plain("x" * (280 if n == 0 else 1))) for n in range(90))
    (post, *_) = render_slack(Message("x", (Table(("Customer", "Note"), rows),)), BOOKS[Locale.EN])
    redrawn = without_tables(post.payload())
    assert check_slack(redrawn) == []
    assert "Customer 89" in str(redrawn)


def test_a_search_names_what_is_known_already() -> None:
    known = FormField(
        "customer", "Customer", FieldKind.SEARCH, choices=(Choice("华为", "A-1"),), initial="A-1"
    )
    view = view_of(Form("t", "log", "s", "c", (known,)), BOOKS[Locale.ZH])
    accepted(view)
    element = view["blocks"][0]["element"]
    assert element["type"] == "external_select"
    assert element["initial_option"]["text"]["text"] == "华为"
    picked = {"type": "external_select", "selected_option": {"value": "A-1"}}
    view["state"] = {"values": {"customer": {"search:customer": picked}}}
    assert line_of_submission(view) == "log customer=A-1"
