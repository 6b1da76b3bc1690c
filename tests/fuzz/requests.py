"""Requests to every door: mostly let in by their signature, token or seal, and wrong inside."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tests.fuzz import damage
from tests.fuzz.lines import line
from tests.fuzz.site import NOW, SLACK_SECRET, Kind, Site, pick
from tests.slack.payloads import NAMES, body_of, payload
from tests.slack.payloads import signed as signed_by_slack
from tests.wecom import forging, vectors

_SLACK_USERS = re.compile(r'"[WU]\d{3,}"')
_WECOM_USERS = re.compile(rb'(<FromUserName><!\[CDATA\[|"userid": ?")[^\]"]+')
_MESSAGE_ID = re.compile(rb'(<MsgId>|"msgid": ?")[^<"]+')
STAMP = str(int(NOW.timestamp()))


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `door` is the route it is meant for."""

    door: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Maker = Callable[[random.Random, Site], Request]


def slack(draw: random.Random, site: Site) -> Request:
    """What Slack sends, damaged, mostly of somebody in the book and with the right signature."""
    written = json.dumps(payload(draw.choice(NAMES)))
    somebody = pick(draw, site.slack_ids) or "U0"
    told = json.loads(_SLACK_USERS.sub(f'"{somebody}"', written))
    for name in ("text", "command_text"):
        if name in told and draw.random() < 0.7:
            told[name] = line(draw)
    if "event_id" in told:  # a repeat of what is being answered is asked to come again
        told["event_id"] = f"Ev{draw.randrange(10**12)}"
    told = damage.tree(draw, told) if draw.random() < 0.9 else told
    try:
        body = body_of(told) if isinstance(told, dict) else json.dumps(told).encode()
    except (TypeError, UnicodeEncodeError):
        body = json.dumps(told).encode()
    if draw.random() < 0.15:
        body = damage.data(draw, body)
    headers = signed_by_slack(body, NOW, SLACK_SECRET)
    if draw.random() < 0.1:
        name = draw.choice(list(headers))
        headers[name] = _header(damage.text(draw))
    return Request("/slack/events", "POST", "/slack/events", headers, body)


def wecom_app(draw: random.Random, site: Site) -> Request:
    """A message to the app, damaged within its seal, or its seal damaged."""
    inside = _wecom_user(draw, site, draw.choice(_APP))
    inside = damage.data(draw, inside) if draw.random() < 0.6 else inside
    sealed = forging.encrypted(forging.packed(inside))
    body = f"<xml><ToUserName>{forging.CORP}</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()
    return _sealed(draw, "/wecom/callback", sealed, body)


def wecom_aibot(draw: random.Random, site: Site) -> Request:
    """A message to the AI bot, likewise."""
    inside = _wecom_user(draw, site, draw.choice(_AIBOT))
    inside = damage.encoded(draw, damage.tree(draw, json.loads(inside)))
    sealed = forging.encrypted(forging.packed(inside, ""))
    return _sealed(draw, "/wecom/aibot", sealed, json.dumps({"encrypt": sealed}).encode())


def _sealed(draw: random.Random, path: str, sealed: str, body: bytes) -> Request:
    query = forging.signed(sealed, timestamp=STAMP)
    if draw.random() < 0.1:
        query[draw.choice(list(query))] = damage.text(draw)
    if draw.random() < 0.1:
        body = damage.data(draw, body)
    method = "POST"
    if draw.random() < 0.1:
        method, query["echostr"] = "GET", draw.choice((sealed, damage.text(draw)))
    return Request(path, method, f"{path}?{_query(query)}", {}, b"" if method == "GET" else body)


_ROWS: dict[str, dict[str, Any]] = {
    "signals": {"account": "Acme", "signal": "logins", "observed_on": "2026-11-20", "value": 3},
    "tickets": {"account": "Acme", "ticket_no": "T-1", "opened_on": "2026-11-01", "severity": 2},
    "payments": {"account": "Acme", "invoice_no": "I-1", "due_on": "2026-11-01", "amount": "12万"},
    "surveys": {"account": "Acme", "kind": "nps", "answered_on": "2026-11-01", "score": 9},
    "events": {"account": "Acme", "event": "webinar", "held_on": "2026-11-01"},
    "touches": {"account": "Acme", "kind": "call", "at": "2026-11-20T09:00+08:00", "note": "hi"},
    "contracts": {"account": "Acme", "contract_no": "A-1", "ends_on": "2027-01-31", "arr": 1000},
}


def api(draw: random.Random, site: Site) -> Request:
    """Rows for the API, with a token that is good."""
    kind = draw.choice(list(_ROWS))
    rows: Any = [
        {**_ROWS[kind], "account": pick(draw, site.accounts)} for _ in range(draw.randint(1, 3))
    ]
    if draw.random() < 0.9:
        rows = damage.tree(draw, {"rows": rows} if draw.random() < 0.3 else rows)
    headers = {
        "Authorization": f"Bearer {pick(draw, site.tokens)}",
        "Content-Type": "application/json",
    }
    if draw.random() < 0.2:
        headers["Idempotency-Key"] = _header(damage.text(draw))
    if draw.random() < 0.1:
        headers["Content-Type"] = _header(damage.text(draw))
    path = f"/api/v1/{kind}"
    return Request(path, "POST", path, headers, damage.encoded(draw, rows))


_ASKED: dict[str, dict[str, Any]] = {
    "say": {"person": "1", "place": "", "line": "due 30d"},
    "click": {"person": "1", "place": "", "post": "1", "line": "claim R-1", "button": "0"},
    "submit": {"person": "1", "place": "", "post": "1", "verb": "log", "values": {"note": "hi"}},
    "clock": {"days": 1},
    "locale": {"person": "1", "locale": "en"},
    "slack/act": {"person": "1", "spot": {"post": "1", "block": "b", "action": "a"}, "state": {}},
    "slack/seek": {"person": "1", "spot": {"view": "V1", "block": "b", "action": "a"}, "text": "a"},
    "slack/submit": {"person": "1", "view": "V1", "values": {"b": {"a": "1"}}},
    "slack/close": {"person": "1", "view": "V1"},
    "slack/home": {"person": "1"},
    "slack/shortcut": {"person": "1", "callback": "log", "post": "1"},
    "slack/react": {"person": "1", "post": "1", "reaction": "pushpin"},
}


def playground(draw: random.Random, site: Site) -> Request:
    """What the page sends, with its token."""
    name = draw.choice(list(_ASKED))
    asked = dict(_ASKED[name])
    if "person" in asked:
        asked["person"] = pick(draw, site.people)
    person = str(asked.get("person", ""))
    if "place" in asked:
        asked["place"] = pick(draw, site.rooms.get(person, []))
    if "post" in asked:
        asked["post"] = pick(draw, site.posts.get(person, []))
    if name == "say":
        asked["line"] = line(draw)
    if draw.random() < 0.6:
        asked = damage.tree(draw, asked)
    path = f"/playground/{name}"
    headers = {"X-CSRF-Token": site.csrf, "Content-Type": "application/json"}
    return Request(path, "POST", path, headers, damage.encoded(draw, asked))


def any_route(draw: random.Random, site: Site) -> Request:
    """Any route with anything in its path, query, headers and body."""
    method, path = draw.choice(site.routes)
    method = draw.choice(("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")) if draw.random() < 0.2 else method  # fmt: skip
    method = "POST" if method == "*" else method
    parts = ["".join(_filled(draw, part)) for part in path.split("/")]
    query = {damage.text(draw)[:40]: damage.text(draw)[:400] for _ in range(draw.randint(0, 3))}
    if draw.random() < 0.5:
        query["person"] = pick(draw, site.people) or "1"
    headers = {"X-CSRF-Token": site.csrf} if draw.random() < 0.5 else {}
    if draw.random() < 0.3:
        headers["Content-Type"] = draw.choice(
            ("application/json", "multipart/form-data; boundary=x", "text/xml", _header(damage.text(draw)))
        )  # fmt: skip
    if draw.random() < 0.1:
        headers["Content-Encoding"] = draw.choice(("gzip", "deflate", "br", "nonsense"))
    body = b"" if method in ("GET", "HEAD") else damage.data(draw, b'{"a": [1, "b"]}')
    return Request(path, method, f"{'/'.join(parts)}?{_query(query)}", headers, body)


def _filled(draw: random.Random, part: str) -> Iterator[str]:
    if "{" in part:
        yield quote(damage.text(draw).encode("utf-8", "surrogatepass")[:200], safe="")
    else:
        yield part


def _query(of: dict[str, str]) -> str:
    return urlencode({k.encode("utf-8", "replace"): v.encode("utf-8", "replace") for k, v in of.items()})  # fmt: skip


def _header(text: str) -> str:
    """What a client can send at all: no line breaks, nothing beyond Latin-1."""
    kept = "".join(c for c in text if c.isprintable() and ord(c) < 256)
    return kept[:2_000]


def _wecom_user(draw: random.Random, site: Site, inside: bytes) -> bytes:
    somebody = pick(draw, site.wecom_ids) or "nobody"
    numbered = _MESSAGE_ID.sub(rb"\g<1>%d" % draw.randrange(10**15), inside)
    return _WECOM_USERS.sub(rb"\g<1>" + somebody.encode(), numbered)


def _inside(each: vectors.Vector) -> bytes:
    return str(each["plaintext"]).encode()


_OPEN = [one for one in vectors.INBOUND if one["method"] == "POST" and "plaintext" in one]
_APP = [_inside(one) for one in _OPEN if one["mode"] == "app_xml"]
_AIBOT = [
    _inside(one) for one in _OPEN if one["mode"] == "aibot_json" and _inside(one).startswith(b"{")
]
MAKERS: dict[Kind, tuple[Maker, ...]] = {
    Kind.ONE_WORKSPACE: (slack, wecom_app, wecom_aibot, api, any_route),
    Kind.WORKSPACES: (slack, wecom_app, any_route),
    Kind.PLAYGROUND: (playground, any_route),
}
