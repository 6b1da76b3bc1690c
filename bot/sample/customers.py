"""Who the customers are: owner, mood, contacts, and the rows of people, accounts, contacts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bot.sample.draws import deck, stream, weighted
from bot.sample.vocabulary import Company, Headline, Row, names, table
from scoring.model import Locale, Segment

OUR_DOMAIN = "kestrelsoft.example"
_MOODS = (("good", 45), ("steady", 35), ("worry", 20))
_CONTACT_ROLES = ("champion", "decision_maker", "finance", "user")
_CONTACTS = {Segment.STRATEGIC: (3, 4), Segment.CORE: (2, 3), Segment.STANDARD: (1, 2)}
_UNOWNED_EVERY = 9
"""Every so many of the standard customers belong to nobody yet."""


@dataclass(frozen=True, slots=True)
class SampleContact:
    """Somebody at the customer; `called` is how a colleague refers to them."""

    name: str
    called: str
    role: str
    title: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A company together with what the rest of the book hangs on."""

    company: Company
    number: int
    mood: str
    owner: str
    executive: str
    signed_up_on: date
    contacts: tuple[SampleContact, ...]

    @property
    def champion(self) -> SampleContact:
        """The contact named in contracts."""
        return self.contacts[0]

    @property
    def name(self) -> str:
        """The company's full name."""
        return self.company.name


def colleagues() -> list[Row]:
    """The rows of kind `people`, reachable on both platforms."""
    return [
        {
            "name": row["name"],
            "role": row["role"],
            "team": row["team"],
            "slack_id": f"U07DEMO{n:04d}",
            "wecom_id": row["handle"],
            "email": f"{row['handle']}@{OUR_DOMAIN}",
            "locale": row["locale"],
            "time_zone": row["time_zone"],
            "manager": row["manager"],
        }
        for n, row in enumerate(table("people.csv"), start=1)
    ]


def build_customers(
    companies: list[Company], headlines: list[Headline], start_on: date, seed: int
) -> list[Customer]:
    """One customer a company; those in the headlines get the mood and owner written there."""
    draw = stream(seed, "customers")
    told = {headline.name: headline for headline in headlines}
    people = stream(seed, "contact names")
    chinese = _chinese_people(people)
    english = {at: deck(people, known) for at, known in names(Locale.EN)["names"].items()}
    customers, standard = [], 0
    for number, company in enumerate(companies, start=1001):
        headline = told.get(company.name)
        standard += company.segment is Segment.STANDARD
        mood = weighted(draw, _MOODS)
        reps = _members(company.team)
        owner = _owner(draw, reps, company.segment)
        unowned = company.segment is Segment.STANDARD and standard % _UNOWNED_EVERY == 0
        if headline:
            mood, unowned = headline.mood, not headline.owned
        others = [name for name in reps if name != owner]
        executive = draw.choice(others) if draw.random() < 0.5 else ""
        contacts = _contacts(company, draw, chinese, english)
        customers.append(
            Customer(
                company=company,
                number=number,
                mood=mood,
                owner="" if unowned else owner,
                executive="" if unowned else executive,
                signed_up_on=start_on - timedelta(days=draw.randint(420, 2100)),
                contacts=tuple(contacts),
            )
        )
    return customers


def account_rows(customers: list[Customer], known_since: Mapping[str, date]) -> list[Row]:
    """The rows of kind `accounts`; nobody signs a contract before `known_since`."""
    return [
        {
            "account": customer.name,
            "aliases": customer.company.alias,
            "industry": customer.company.industry,
            "segment": customer.company.segment.value,
            "csm": customer.owner,
            "account_executive": customer.executive,
            "region": customer.company.region,
            "external_id": f"C-{customer.number}",
            "signed_up_on": min(customer.signed_up_on, known_since[customer.name]).isoformat(),
        }
        for customer in customers
    ]


def contact_rows(customers: list[Customer], start_on: date, seed: int) -> list[Row]:
    """The rows of kind `contacts`; a few champions of unhappy customers have left."""
    draw = stream(seed, "contacts")
    rows = []
    for customer in customers:
        for contact in customer.contacts:
            left = customer.mood == "worry" and contact.role == "champion" and draw.random() < 0.25
            gone_on = start_on - timedelta(days=draw.randint(10, 80))
            rows.append(
                {
                    "account": customer.name,
                    "name": contact.name,
                    "role": contact.role,
                    "title": contact.title,
                    "email": contact.email,
                    "phone": contact.phone,
                    "left_on": gone_on.isoformat() if left else "",
                    "opted_out": "yes" if draw.random() < 0.03 else "",
                }
            )
    return rows


def lead_of(team: str) -> str:
    """The lead of a team, who speaks for customers without an owner."""
    return next(r["name"] for r in table("people.csv") if (r["team"], r["role"]) == (team, "lead"))


def _members(team: str) -> list[str]:
    rows = [row for row in table("people.csv") if row["team"] == team]
    return [row["name"] for row in sorted(rows, key=lambda row: row["role"] == "lead")]


def _owner(draw: Random, reps: list[str], segment: Segment) -> str:
    lead_share = 0.4 if segment is Segment.STRATEGIC or len(reps) == 2 else 0.08
    return reps[-1] if draw.random() < lead_share else draw.choice(reps[:-1])


def _contacts(
    company: Company,
    draw: Random,
    chinese: Iterator[tuple[str, str, str]],
    english: dict[str, Iterator[str]],
) -> Iterator[SampleContact]:
    roles = _CONTACT_ROLES[: draw.randint(*_CONTACTS[company.segment])]
    for role in roles:
        titles = names(company.locale)["titles"][role]
        if company.locale is Locale.ZH:
            surname, given, mailbox = next(chinese)
            title, address = draw.choice(titles)
            name, called = surname + given, surname + address
            code = names(Locale.ZH)["area_codes"].get(company.region)
            phone = f"{code}-5550 {draw.randint(100, 199):04d}" if code else ""
        else:
            name, title = next(english[_culture(company.region)]), draw.choice(titles)
            called, mailbox = name.split()[0], _ascii(".".join(name.split()).lower())
            american = company.region in names(Locale.EN)["american"]
            phone = f"+1 202 555 {draw.randint(100, 199):04d}" if american else ""
        yield SampleContact(
            name=name,
            called=called,
            role=role,
            title=title,
            email=f"{mailbox}@{company.domain}.example",
            phone=phone if role != "user" else "",
        )


def _chinese_people(draw: Random) -> Iterator[tuple[str, str, str]]:
    """Surname, given name and mailbox of one person after the other."""
    words = names(Locale.ZH)
    given = deck(draw, words["given"])
    for surname, sound in deck(draw, words["surnames"]):
        name, pinyin = next(given)
        yield surname, name, sound + pinyin


def _culture(region: str) -> str:
    regions: Mapping[str, list[str]] = names(Locale.EN)["regions"]
    return next(culture for culture, places in regions.items() if region in places)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum() or letter in ".-")
