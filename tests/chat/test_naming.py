"""Search keys of names: few, short, and from every place where somebody may begin to type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.naming import LONGEST_KEY, Forms, key_of, keys_of


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("华为技术有限公司", {"华为技术有限公司", "华为技术", "huaweijishu", "hwjs"}),
        ("北京星河科技有限公司", {"星河科技", "xinghekeji", "xhkj", "bjxhkj", "北京星河科技"}),
        ("星河12科技", {"xh12kj", "xinghe12keji", "12科技"}),
        ("Blue Ocean Ltd.", {"blueoceanltd", "blueocean", "ocean", "bo"}),
        ("厦门乐视", {"xiamenleshi", "xiamenyueshi", "leshi", "yueshi", "xmls", "xmys"}),
        ("Müller & Söhne", {"mullersohne", "sohne", "ms"}),
        ("O'Reilly", {"oreilly"}),
    ],
)
def test_a_name_has_keys(name: str, keys: set[str]) -> None:
    assert keys <= keys_of(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("北京星河科技有限公司", "科技"),
        ("北京星河科技有限公司", "京星河科技"),
        ("华为技术有限公司", "有限公司"),
        ("重庆长安", "zhongqingchangan"),
        ("招商银行", "zhaoshangyinxing"),
    ],
)
def test_a_name_has_no_key_that_nobody_types(name: str, key: str) -> None:
    assert key not in keys_of(name)


def test_aliases_count_as_names() -> None:
    assert {"bigblue", "lsjr"} <= keys_of("IBM", ["Big Blue", "蓝色巨人"])


def test_typical_names_have_few_keys() -> None:
    names = [
        "华为技术有限公司",
        "北京星河科技有限公司",
        "上海鼎盛贸易集团",
        "Blue Ocean Logistics Inc",
    ]
    assert max(len(keys_of(name)) for name in names) <= 14


@given(st.text(max_size=60))
def test_any_text_gives_bounded_keys(name: str) -> None:
    keys = keys_of(name)
    assert all(0 < len(key) <= LONGEST_KEY for key in keys)
    assert len(keys) <= 8 * 9 + 2


@given(st.text(max_size=30))
def test_a_name_is_found_by_its_own_key(name: str) -> None:
    if key_of(name):
        assert key_of(name)[:LONGEST_KEY] in keys_of(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("北京星河科技有限公司", "星河"),
        ("上海浦东发展银行股份有限公司", "浦东"),
        ("长江电力集团", "长江电力"),
        ("中国银行", "中国"),
    ],
)
def test_people_leave_out_place_trade_and_legal_form(name: str, said: str) -> None:
    assert Forms(name).proper == said
