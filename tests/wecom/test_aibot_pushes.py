"""What the AI bot pushes, and what becomes of it: cards, their plainer form, files, faults."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from bot.adapters.base import Adapter
from bot.adapters.wecom_aibot import WecomAibot
from bot.adapters.wecom_aibot_files import Uploads
from bot.adapters.wecom_errors import raise_for_code
from messages.i18n import Phrasebook
from messages.limits import WECOM_CHUNK_BYTES, WECOM_CHUNKS
from messages.model import (
    Attachment,
    Button,
    Choice,
    FieldKind,
    Fields,
    Form,
    FormField,
    Heading,
    Message,
    Paragraph,
    plain,
)
from messages.places import kind_of_place
from messages.render.wecom_check import check_wecom
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
    Retryable,
)
from scoring.model import Locale
from storage.posts import Post
from tests.messages import strategies

Json = dict[str, Any]
ZH = Phrasebook(Locale.ZH)
EN = Phrasebook(Locale.EN)

CARD = Message(
    "华为 30 天后到期",
    (Heading("华为 续约"), Fields((("金额", plain("¥1,200,000")), ("到期", plain("4月1日"))))),
    (Button("认领", "claim R-42"), Button("稍后", "snooze R-42 3d")),
)
LONG = Message(
    "今天到期 30 份",
    (Heading("今天到期"), *(Paragraph(plain(f"第 {n} 份合同 " * 8)) for n in range(30))),
    (Button("认领", "claim R-42"),),
)


class Wire:
    """The long connection as pushes see it: takes everything, or does what it is told to."""

    def __init__(self, *outcomes: Json | DeliveryError) -> None:
        self.connected = True
        self.outcomes = deque(outcomes)
        self.sent: list[tuple[str, Json, str | None]] = []

    async def request(
        self,
        cmd: str,
        body: Json,
        *,
        req_id: str | None = None,
        chat: str | None = None,
        timeout_s: float = 5.0,
    ) -> Json:
        self.sent.append((cmd, body, chat))
        outcome = self.outcomes.popleft() if self.outcomes else {"errcode": 0}
        if isinstance(outcome, DeliveryError):
            raise outcome
        raise_for_code(outcome)
        return outcome

    def bodies(self, cmd: str = "aibot_send_msg") -> list[Json]:
        return [body for sent, body, _ in self.sent if sent == cmd]


def bot(*outcomes: Json | DeliveryError, people: bool = False) -> tuple[WecomAibot, Wire]:
    wire = Wire(*outcomes)
    return WecomAibot(wire, people=people), wire


def refusal(code: int) -> Json:
    return {"errcode": code, "errmsg": "refused"}


def test_it_is_an_adapter() -> None:
    adapter: Adapter = bot()[0]
    assert adapter.platform == "wecom"


@pytest.mark.parametrize(
    ("place", "alone", "with_people"),
    [
        ("group:wrA", True, True),
        ("bot:lisi", True, True),
        ("user:lisi", False, True),
        ("robot:east", False, False),
        ("appchat:x", False, False),
        ("group:", False, False),
        ("lisi", False, False),
    ],
)
def test_it_serves_its_chats_and_people_when_told_so(
    place: str, alone: bool, with_people: bool
) -> None:
    assert bot()[0].serves(place) is alone
    assert bot(people=True)[0].serves(place) is with_people


def test_it_is_ready_while_the_connection_is_here() -> None:
    adapter, wire = bot()
    assert adapter.ready("group:wrA")
    wire.connected = False
    assert not adapter.ready("group:wrA")


def test_answers_and_pushes_to_a_person_count_against_one_scope() -> None:
    adapter, _ = bot(people=True)
    assert [pace.scope for pace in adapter.pace("user:lisi")] == ["bot:lisi"]
    (pace,) = adapter.pace("group:wrA")
    assert [(window.posts, window.seconds) for window in pace.windows] == [(30, 61), (1_000, 3_601)]


@pytest.mark.parametrize(
    ("place", "chat", "chat_type"),
    [("group:wrA", "wrA", 2), ("bot:lisi", "lisi", 1), ("user:lisi", "lisi", 1)],
)
async def test_a_push_names_the_chat_and_its_kind(place: str, chat: str, chat_type: int) -> None:
    adapter, wire = bot(people=True)
    (payload,) = adapter.render(Message("你好"), place, ZH, "k1")
    receipt = await adapter.send(place, payload, "k1.0")
    assert wire.sent == [
        (
            "aibot_send_msg",
            {
                "chatid": chat,
                "chat_type": chat_type,
                "msgtype": "markdown",
                "markdown": {"content": "你好"},
            },
            chat,
        )
    ]
    assert receipt.message_id == "k1.0"


async def test_a_card_is_found_by_its_task_id() -> None:
    adapter, wire = bot()
    (payload,) = adapter.render(CARD, "group:wrA", ZH, "k1")
    receipt = await adapter.send("group:wrA", payload, "k1.0")
    (body,) = wire.bodies()
    assert receipt.message_id == body["template_card"]["task_id"] == "k1"
    assert set(body) == {"chatid", "chat_type", "msgtype", "template_card"}


def contents(payloads: tuple[Json, ...]) -> str:
    assert all(payload["msgtype"] == "markdown" for payload in payloads)
    return "\n".join(payload["markdown"]["content"] for payload in payloads)


@pytest.mark.parametrize(("book", "word"), [(ZH, "华为"), (EN, "华为")])
def test_a_refused_card_says_everything_with_lines_to_type(book: Phrasebook, word: str) -> None:
    adapter, _ = bot()
    (payload,) = adapter.render(CARD, "group:wrA", book, "k1")
    said = contents(adapter.simplified(payload))
    for part in (word, "¥1,200,000", "4月1日", "claim R-42", "snooze R-42 3d"):
        assert part in said
    assert adapter.simplified(adapter.simplified(payload)[0]) == ()


def test_a_refused_card_after_a_long_text_does_not_repeat_it() -> None:
    adapter, _ = bot()
    *texts, card = adapter.render(LONG, "group:wrA", ZH, "k1")
    assert texts
    said = contents(adapter.simplified(card))
    assert "claim R-42" in said
    assert "第 1 份" not in said


def test_a_refused_form_asks_its_questions() -> None:
    form = Form(
        "记录跟进",
        "log R-42",
        "提交",
        "取消",
        (
            FormField(
                "channel",
                "方式",
                FieldKind.CHOICE,
                choices=(Choice("电话", "call"), Choice("邮件", "mail")),
            ),
        ),
    )
    adapter, _ = bot()
    *_, card = adapter.render(Message("记录跟进", form=form), "bot:lisi", ZH, "k1")
    assert card["msgtype"] == "template_card"
    assert "log R-42" in contents(adapter.simplified(card))


@given(message=strategies.messages(strategies.spans))
def test_whatever_is_said_keeps_to_the_limits_also_in_its_plainer_form(message: Message) -> None:
    adapter, _ = bot()
    for place in ("group:wrA", "bot:lisi"):
        kind = kind_of_place("wecom", place)
        for payload in adapter.render(message, place, ZH, "k1"):
            assert check_wecom(payload, kind) == []
            for plainer in adapter.simplified(payload):
                assert check_wecom(plainer, kind) == []
            for begun in adapter.marked(payload, "可能重复"):
                assert check_wecom(begun, kind) == []


def test_a_possible_repetition_says_so() -> None:
    adapter, _ = bot()
    (text,) = adapter.render(Message("你好"), "bot:lisi", ZH, "k1")
    assert contents(adapter.marked(text, "可能重复")).startswith("可能重复\n")
    (card,) = adapter.render(CARD, "bot:lisi", ZH, "k1")
    first, second = adapter.marked(card, "可能重复")
    assert contents((first,)) == "可能重复"
    assert second == card


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (refusal(40008), Rejected),
        (refusal(99999), Rejected),
        (refusal(45009), RateLimited),
        (refusal(846607), BadCredentials),
        (refusal(93006), RecipientGone),
        (refusal(-1), PlatformDown),
        (OutcomeUnknown("no acknowledgement in time"), OutcomeUnknown),
        (PlatformDown("not connected"), PlatformDown),
        ({"errmsg": "ok"}, OutcomeUnknown),
    ],
)
async def test_what_a_card_is_answered_with(
    outcome: Json | DeliveryError, expected: type[DeliveryError]
) -> None:
    adapter, _ = bot(outcome)
    (payload,) = adapter.render(CARD, "group:wrA", ZH, "k1")
    with pytest.raises(DeliveryError) as caught:
        await adapter.send("group:wrA", payload, "k1.0")
    assert type(caught.value) is expected


async def test_an_unknown_code_for_a_text_may_be_tried_again() -> None:
    adapter, _ = bot(refusal(99999))
    (payload,) = adapter.render(Message("你好"), "group:wrA", ZH, "k1")
    with pytest.raises(Retryable) as caught:
        await adapter.send("group:wrA", payload, "k1.0")
    assert type(caught.value) is Retryable


async def test_it_neither_edits_nor_reads() -> None:
    adapter, _ = bot()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    post = Post(
        id=1,
        platform="wecom",
        place="group:wrA",
        message_id="k1",
        kind="alert",
        contract_id=None,
        opportunity_id=None,
        attempt_key=None,
        batch=None,
        facts={},
        revision=0,
        response_code=None,
        editable_until=None,
        posted_at=at,
    )
    ability = adapter.ability("group:wrA")
    assert [ability.edit, ability.read_back, ability.dedupe] == [False, False, False]
    with pytest.raises(Rejected):
        await adapter.edit(post, {})
    with pytest.raises(Rejected):
        await adapter.find("group:wrA", "k1", at)


def uploads(size: int, *more: Json | DeliveryError) -> tuple[Json | DeliveryError, ...]:
    pieces = -(-size // WECOM_CHUNK_BYTES)
    return (
        {"errcode": 0, "body": {"upload_id": "UP1"}},
        *({"errcode": 0} for _ in range(pieces)),
        {"errcode": 0, "body": {"media_id": "MEDIA1", "type": "file"}},
        *more,
    )


async def test_a_file_goes_in_pieces_and_then_by_its_media_id() -> None:
    content = bytes(range(256)) * 2_400
    adapter, wire = bot(*uploads(len(content)))
    await adapter.give("group:wrA", Attachment("到期.xlsx", "application/x", content))
    assert wire.bodies("aibot_upload_media_init") == [
        {
            "type": "file",
            "filename": "到期.xlsx",
            "total_size": 614_400,
            "total_chunks": 2,
            "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        }
    ]
    chunks = wire.bodies("aibot_upload_media_chunk")
    assert [chunk["chunk_index"] for chunk in chunks] == [0, 1]
    assert b"".join(base64.b64decode(chunk["base64_data"]) for chunk in chunks) == content
    assert wire.bodies("aibot_upload_media_finish") == [{"upload_id": "UP1"}]
    assert wire.bodies() == [
        {"chatid": "wrA", "chat_type": 2, "msgtype": "file", "file": {"media_id": "MEDIA1"}}
    ]


@pytest.mark.parametrize("size", [0, WECOM_CHUNK_BYTES * WECOM_CHUNKS + 1])
async def test_a_file_that_cannot_go_is_refused_before_anything_is_sent(size: int) -> None:
    adapter, wire = bot()
    with pytest.raises(Rejected):
        await adapter.give("bot:lisi", Attachment("a", "b", bytes(size)))
    assert wire.sent == []


class Sleeper:
    """A clock that runs only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


async def upload(wire: Wire, sleeper: Sleeper, size: int = 10) -> str:
    made = Uploads(wire, sleep=sleeper.sleep, clock=sleeper.clock)
    return await made.upload(Attachment("a.txt", "text/plain", b"x" * size))


async def test_a_piece_that_is_refused_for_now_is_sent_again() -> None:
    first, *rest = uploads(10)
    wire = Wire(first, refusal(-1), refusal(6000), *rest)
    sleeper = Sleeper()
    assert await upload(wire, sleeper) == "MEDIA1"
    chunks = wire.bodies("aibot_upload_media_chunk")
    assert [chunk["chunk_index"] for chunk in chunks] == [0, 0, 0]
    assert sleeper.slept == [1.0, 2.0]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([refusal(-1)] * 3, PlatformDown),
        ([refusal(45009)], RateLimited),
        ([refusal(40006)], Rejected),
        ([PlatformDown("not connected")], PlatformDown),
        ([OutcomeUnknown("no acknowledgement in time")], Retryable),
        ([{"errcode": 0}], Retryable),
        ([{"errcode": 0, "body": {"upload_id": 7}}], Retryable),
    ],
)
async def test_an_upload_that_fails_has_posted_nothing(
    outcomes: list[Json | DeliveryError], expected: type[DeliveryError]
) -> None:
    wire = Wire(*outcomes)
    with pytest.raises(DeliveryError) as caught:
        await upload(wire, Sleeper())
    assert type(caught.value) is expected
    assert wire.bodies() == []


async def test_only_the_last_step_of_a_file_can_leave_the_outcome_unknown() -> None:
    adapter, _ = bot(*uploads(10, OutcomeUnknown("no acknowledgement in time")))
    with pytest.raises(OutcomeUnknown):
        await adapter.give("bot:lisi", Attachment("a", "b", b"x" * 10))


async def test_uploads_keep_to_thirty_requests_a_minute() -> None:
    sleeper = Sleeper()
    at: list[float] = []

    class Noting(Wire):
        async def request(self, cmd: str, body: Json, **options: Any) -> Json:
            at.append(sleeper.at)
            return await super().request(cmd, body, **options)

    size = WECOM_CHUNK_BYTES * 68 + 1
    assert await upload(Noting(*uploads(size)), sleeper, size) == "MEDIA1"
    assert len(at) == 71
    assert all(later - earlier >= 60 for earlier, later in zip(at, at[30:], strict=False))
    assert sleeper.at == pytest.approx(122)
