"""Finding a customer, a renewal or a colleague by what somebody remembers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from handlers.naming import keys_of
from scoring.model import ContractStatus, Segment
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import EAST, MONDAY, NORTH, TODAY

CROWD = {
    101: ("星河12科技有限公司", ("银河系",), EAST),
    102: ("上海星河传媒有限公司", (), EAST),
    103: ("重庆长安汽车股份有限公司", (), EAST),
    104: ("浦发银行股份有限公司", (), EAST),
    105: ("厦门乐视网络有限公司", (), EAST),
    106: ("Blue Ocean Logistics GmbH", (), EAST),
    107: ("Müller & Söhne KG", (), EAST),
    108: ("鼎盛实业集团", (), EAST),
    109: ("北方重工集团有限公司", (), NORTH),
    110: ("Siemens Healthineers AG", (), EAST),
    111: ("360安全科技", (), EAST),
}


@pytest.fixture
async def crowd(store: Store, chat: Chat) -> Chat:
    """The sample book with names that are hard to tell apart or to spell."""
    async with store.begin() as tx:
        await tx.accounts.add_many(
            [
                {"id": number, "name": name, "aliases": list(aliases), "team": team}
                for number, (name, aliases, team) in CROWD.items()
            ],
            [
                (key, number)
                for number, (name, aliases, _) in CROWD.items()
                for key in keys_of(name, aliases)
            ],
            now=MONDAY,
        )
    return chat


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("华为", "华为技术有限公司"),
        ("华为技术有限公司", "华为技术有限公司"),
        ("技术华为", None),
        ("hwjs", "华为技术有限公司"),
        ("huawei", "华为技术有限公司"),
        ("HuaWei JiShu", "华为技术有限公司"),
        ("花为", "华为技术有限公司"),
        ("华位技术", "华为技术有限公司"),
        ("云帆", "云帆网络股份有限公司"),
        ("云帆网咯", "云帆网络股份有限公司"),
        ("yunfang", "云帆网络股份有限公司"),
        ("xh12", "星河12科技有限公司"),
        ("xh12kj", "星河12科技有限公司"),
        ("星河12", "星河12科技有限公司"),
        ("银河系", "星河12科技有限公司"),
        ("yhx", "星河12科技有限公司"),
        ("chongqingchangan", "重庆长安汽车股份有限公司"),
        ("changan", "重庆长安汽车股份有限公司"),
        ("cqca", "重庆长安汽车股份有限公司"),
        ("pufayinhang", "浦发银行股份有限公司"),
        ("pfyh", "浦发银行股份有限公司"),
        ("xiamenleshi", "厦门乐视网络有限公司"),
        ("yueshi", "厦门乐视网络有限公司"),
        ("blue ocean", "Blue Ocean Logistics GmbH"),
        ("ocean", "Blue Ocean Logistics GmbH"),
        ("bleu ocaen", "Blue Ocean Logistics GmbH"),
        ("BOL", "Blue Ocean Logistics GmbH"),
        ("muller", "Müller & Söhne KG"),
        ("Mueller & Söhne", "Müller & Söhne KG"),
        ("鼎胜", "鼎盛实业集团"),
        ("seimens", "Siemens Healthineers AG"),
        ("northwnd", "Northwind Traders"),
        ("Ｎｏｒｔｈｗｉｎｄ", "Northwind Traders"),
        ("360", "360安全科技"),
        ("HT-3", "云帆网络股份有限公司"),
        ("ht-3", "云帆网络股份有限公司"),
        ("ＨＴ－3", "云帆网络股份有限公司"),
        ("A-103", "重庆长安汽车股份有限公司"),
        ("C#6", "长江电力集团"),
    ],
)
async def test_a_customer_is_found_by(crowd: Chat, typed: str, meant: str | None) -> None:
    reply = await crowd(f"show {typed}")
    if meant is None:
        assert reply.refused
    else:
        assert not reply.refused, reply.text
        assert reply.text.splitlines()[0] == meant


async def test_several_that_fit_are_offered_as_buttons(crowd: Chat) -> None:
    reply = await crowd("查看 星河")
    assert reply.refused
    assert "有多个客户符合“星河”" in reply
    assert set(reply.lines) >= {"show A-102", "show A-2"}
    picked = await crowd("show A-102")
    assert picked.text.startswith("上海星河传媒有限公司")


async def test_an_option_keeps_the_rest_of_the_line(crowd: Chat) -> None:
    reply = await crowd("log 星河 电话聊了预算")
    assert "log A-102 电话聊了预算" in reply.lines


async def test_none_that_fits_names_the_nearest(crowd: Chat) -> None:
    reply = await crowd("show 云帆科技城")
    assert reply.refused
    assert "没找到客户“云帆科技城”" in reply
    assert "show A-3" in reply.lines


async def test_nothing_alike_offers_nothing(crowd: Chat) -> None:
    for typed in ("zzzzqqqq", "没有这家"):
        reply = await crowd(f"show {typed}")
        assert reply.refused
        assert reply.lines == []


async def test_a_name_alone_is_a_look_up(crowd: Chat) -> None:
    reply = await crowd("blue ocean logistics")
    assert reply.text.startswith("Blue Ocean Logistics GmbH")


async def test_a_name_of_several_words_is_told_from_what_follows(crowd: Chat) -> None:
    reply = await crowd("log Blue Ocean called Sam, will decide in Q3")
    assert reply.understood["account"] == "Blue Ocean Logistics GmbH"


async def test_another_teams_customer_is_only_admitted_to_when_named_exactly(crowd: Chat) -> None:
    assert "其他团队" in await crowd("show 北方重工")
    vague = await crowd("show 北方")
    assert vague.refused
    assert "北方重工" not in vague.text
    assert not (await crowd("show 北方重工", as_="Root Chen")).refused


async def test_a_renewal_is_found_by_its_customer(chat: Chat) -> None:
    await chat.tick()
    code = await chat.code("HT-1")
    assert code in await chat("claim hwjs")


@pytest.mark.parametrize("word", ["{code}", "{number}", "#{number}", "HT-2", "ht-2", "星河"])
async def test_a_renewal_is_named_in_many_ways(chat: Chat, word: str) -> None:
    await chat.tick()
    code = await chat.code("HT-2")
    reply = await chat(f"claim {word.format(code=code, number=code[2:])}")
    assert code in reply
    assert "星河科技" in reply


@pytest.mark.parametrize(
    ("number", "typed", "options"),
    [
        ("C-1", "c-1", {"show C#40", "show C#1"}),
        ("A-1", "A-1", {"show C#40", "show A#1"}),
        ("R-1", "R-1", {"show C#40", "show C#{first}"}),
        ("1", "1", {"show C#40", "show C#{first}"}),
        ("华为技术有限公司", "华为技术有限公司", {"show C#40", "show A#1"}),
        ("Acme Robotics", "acme robotics", {"show C#40", "show A#8"}),
    ],
)
async def test_a_number_that_names_something_else_too_is_asked_about(
    store: Store, chat: Chat, number: str, typed: str, options: set[str]
) -> None:
    await chat.tick()
    async with store.read() as tx:
        opened = await tx.opportunities.get(1)
    assert opened is not None
    await _second_number(store, 40, number, 9)
    reply = await chat(f"show {typed}")
    assert reply.refused
    assert set(reply.lines) == {line.format(first=opened.contract_id) for line in options}
    assert not (await chat("show C#40")).refused
    assert (await chat("show A#1")).text.startswith("华为技术有限公司")
    assert (await chat("show C#1")).text.startswith("华为技术有限公司")


@pytest.mark.parametrize("line", ["claim HT 1", "claim ht 1", "snooze HT 1 2026-12-20 客户出差"])
async def test_a_number_of_several_words_wins_over_what_its_first_word_names(
    store: Store, chat: Chat, line: str
) -> None:
    await _second_number(store, 40, "HT 1", 2)
    await _second_number(store, 41, "HT", 3)
    reply = await chat(line)
    assert not reply.refused, reply.text
    assert "星河科技" in reply


async def test_a_number_of_letters_alone_is_found(store: Store, chat: Chat) -> None:
    await _second_number(store, 40, "FRAME", 2)
    assert "星河科技" in await chat("claim frame")


@pytest.mark.parametrize("line", ["claim northwnd", "log northwnd called, wants a quote"])
async def test_nothing_is_changed_for_a_name_typed_only_alike(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert reply.refused
    assert line.replace("northwnd", "A-4", 1) in reply.lines
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 0
    assert not (await chat("show northwnd")).refused


async def test_nothing_is_handed_to_a_colleague_whose_name_was_typed_only_alike(
    chat: Chat,
) -> None:
    reply = await chat("assign HT-2 hanmeimie", as_="Ada Park")
    assert reply.refused
    assert "assign HT-2 P-2" in reply.lines


async def test_two_running_contracts_are_offered_with_product_and_end(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        await tx.contracts.add_many(
            [
                {
                    "id": 50,
                    "account_id": 1,
                    "contract_no": "HT-1B",
                    "product": "数据版",
                    "starts_on": None,
                    "ends_on": TODAY.replace(year=2027),
                    "arr": Decimal(5),
                    "currency": "CNY",
                    "owner_id": None,
                    "team": EAST,
                    "segment": Segment.STANDARD,
                    "auto_renew": False,
                    "notice_days": None,
                    "known_on": TODAY,
                    "clock_rev": rev,
                    "status": ContractStatus.ACTIVE,
                    "custom": {},
                    "created_at": MONDAY,
                }
            ]
        )
    reply = await chat("claim 华为")
    assert reply.refused
    assert "华为技术有限公司 · 数据版 · 2027年11月23日" in reply
    assert "claim C#50" in reply.lines
    assert "HT-1B" not in " ".join(reply.lines)
    assert not (await chat("claim C#50")).refused


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("韩梅梅", "韩梅梅"),
        ("@韩梅梅", "韩梅梅"),
        ("hanmeimei", "韩梅梅"),
        ("hmm", "韩梅梅"),
        ("梅梅", "韩梅梅"),
        ("<@U2HMM>", "韩梅梅"),
        ("P-2", "韩梅梅"),
        ("Ada Park", "Ada Park"),
        ("ada", "Ada Park"),
        ("me", "Ada Park"),
    ],
)
async def test_a_colleague_is_found_by(chat: Chat, typed: str, meant: str) -> None:
    await chat.tick()
    reply = await chat(f"assign HT-2 {typed}", as_="Ada Park")
    assert not reply.refused, reply.text
    assert meant in reply


async def test_a_colleague_nobody_knows_is_not_guessed(chat: Chat) -> None:
    reply = await chat("assign HT-2 Zebra", as_="Ada Park")
    assert "nobody called “Zebra”" in reply


@pytest.mark.parametrize("typed", ["Ab-7/cd", "AB-7/CD", "ab-7/cD", "ａＢ-７/ｃｄ"])
async def test_a_number_in_mixed_case_is_found_however_it_is_typed(
    store: Store, chat: Chat, typed: str
) -> None:
    await _second_number(store, 21, "Ab-7/cd", 2)
    assert "星河科技" in (await chat(f"show {typed}")).text


async def test_of_two_numbers_that_differ_in_case_the_one_typed_is_meant(
    store: Store, chat: Chat
) -> None:
    await _second_number(store, 21, "k-7x", 2)
    await _second_number(store, 22, "K-7X", 3)
    assert "星河科技" in (await chat("show k-7x")).text
    assert "云帆" in (await chat("show K-7X")).text


async def _second_number(store: Store, number: int, contract_no: str, account_id: int) -> None:
    async with store.begin() as tx:
        row = await tx.contracts.row(account_id)
        await tx.contracts.add_many(
            [{**row, "id": number, "contract_no": contract_no, "account_id": account_id}]
        )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Renewals Inc", "Renewals Inc"),
        ("renewal partners", "Renewal Partners"),
        ("@bot Renewals Inc", "Renewals Inc"),
        ("/renewals Renewals Inc", "Renewals Inc"),
        ("续约 华为", "华为技术有限公司"),
        ("renewals show 华为", "华为技术有限公司"),
        ("renewals", "可以这样问我"),
        ("续约助手", "可以这样问我"),
        ("续约 到期40天", "华为技术有限公司"),
    ],
)
async def test_a_customer_may_be_called_like_the_bot(
    store: Store, chat: Chat, line: str, says: str
) -> None:
    async with store.begin() as tx:
        for number, name in ((201, "Renewals Inc"), (202, "Renewal Partners")):
            await tx.accounts.add_many(
                [{"id": number, "name": name, "team": EAST}],
                [(key, number) for key in keys_of(name, ())],
                now=MONDAY,
            )
    reply = await chat(line)
    assert not reply.refused
    assert says in reply.text
