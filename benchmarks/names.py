"""Believable customer names, as many as are wanted, all different."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_PLACES = (
    "上海",
    "北京",
    "深圳",
    "杭州",
    "苏州",
    "成都",
    "武汉",
    "重庆",
    "厦门",
    "青岛",
    "",
    "",
    "",
)
_FIRST = "华云海星天恒瑞金东宏远博新中安泰盛凯嘉鼎长信德润联创智通达科"
_SECOND = "为帆岳河辰通达源景兴拓元航信康隆升利捷丰虹峰泽宇晟弘威正佳翔"
_THIRD = ("", "", "", "斯", "特", "尔", "宝", "美", "诺", "维")
_TRADES = ("科技", "网络", "物流", "医疗器械", "精密制造", "食品", "新能源", "软件", "贸易", "环保")
_FORMS = ("有限公司", "有限公司", "股份有限公司", "集团", "集团有限公司")
_ENGLISH = (
    ("North", "Blue", "Silver", "Bright", "Iron", "Golden", "Swift", "Clear", "Summit", "Harbor"),
    ("wind", "stone", "field", "bridge", "peak", "lake", "line", "forge", "point", "gate"),
    ("Logistics", "Systems", "Foods", "Medical", "Robotics", "Energy", "Trading", "Software"),
    ("Ltd", "Inc", "GmbH", "LLC", "AG", "Group"),
)


def names(count: int) -> list[str]:
    """The first `count` names; the same for everybody who asks. One in five is English."""
    found: dict[str, None] = {}
    for name in _drawn(Random(7)):
        found.setdefault(name)
        if len(found) == count:
            break
    return list(found)


def _drawn(random: Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if number % 5:
            yield (
                random.choice(_PLACES)
                + random.choice(_FIRST)
                + random.choice(_SECOND)
                + random.choice(_THIRD)
                + random.choice(_TRADES)
                + random.choice(_FORMS)
            )
        else:
            first, second, trade, form = (random.choice(words) for words in _ENGLISH)
            yield f"{first}{second} {number // 5 % 997} {trade} {form}"
