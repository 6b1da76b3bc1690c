"""The words of `due`: whose, which, and the small words around them."""

from __future__ import annotations

import re

MINE = frozenset({"mine", "my", "me", "own", "i", "我的", "我", "自己的", "本人"})

EVERYBODY = frozenset(
    {"all", "everyone", "everybody", "everything", "全部", "所有", "大家", "全员", "全公司", "公司"}
)

TEAM = frozenset(
    {"team", "our", "ours", "us", "team's", "团队", "我们", "我们的", "本组", "本团队", "组"}
)

UNCLAIMED = frozenset(
    {
        "unclaimed",
        "unassigned",
        "free",
        "未认领",
        "没认领",
        "没人认领",
        "无人认领",
        "待认领",
        "未认领的",
    }
)

SMALL = frozenset(
    {
        "a",
        "and",
        "are",
        "at",
        "by",
        "contracts",
        "customers",
        "due",
        "ending",
        "expiring",
        "for",
        "in",
        "is",
        "of",
        "on",
        "renewals",
        "segment",
        "the",
        "up",
        "what",
        "which",
        "with",
        "within",
        "的",
        "内",
        "有",
        "有哪些",
        "哪些",
        "合同",
        "客户",
        "客户等级",
        "等级",
        "续约",
        "续费",
        "到期",
        "到期的",
        "即将到期",
        "要到期",
        "要到期的",
        "快到期",
        "快到期的",
        "未来",
        "查",
        "看",
        "看看",
        "和",
        "产品",
        "?",
        ",",
        "、",
    }
)

SEGMENTS = {
    "战略": "strategic",
    "核心": "core",
    "标准": "standard",
    "普通": "standard",
}

AT_LEAST = re.compile(
    r"(?:>=?|≥|over |above |more than |at least |from |大于等于|大于|超过|高于|不少于|不低于|至少)\s?(.+)"
    r"|(.+?)\s?(?:以上|及以上|起|\+| or more| and more| and up)",
)
"""An amount that is a lower bound."""

BANDS = {
    "good": "healthy",
    "green": "healthy",
    "健康的": "healthy",
    "健康客户": "healthy",
    "stable": "steady",
    "稳定的": "steady",
    "稳定客户": "steady",
    "at-risk": "at_risk",
    "yellow": "at_risk",
    "有风险": "at_risk",
    "有风险的": "at_risk",
    "风险客户": "at_risk",
    "red": "critical",
    "危险的": "critical",
    "危险客户": "critical",
    "高危": "critical",
}
"""What bands are called beside their names."""

UNWELL = frozenset(
    {
        "risk",
        "risky",
        "in danger",
        "unhealthy",
        "endangered",
        "流失风险",
        "有流失风险",
        "有流失风险的",
        "不健康",
        "不健康的",
        "高风险",
    }
)
"""At risk or worse."""

_LIKELY = r"(?:(?:renewal )?(?:probability|likelihood|chance)|p|(?:续约|续费)?概率|可能性)?\s?"
_SHARE = r"(\d{1,3}(?:\.\d)?)\s?%"

LESS_LIKELY = re.compile(
    rf"{_LIKELY}(?:<=?|≤|under |below |less than |at most |小于等于|小于|低于|不到|不足|不超过)\s?{_SHARE}"
    rf"|{_LIKELY}{_SHARE}\s?(?:以下| or less)"
)
"""A renewal probability that is an upper bound."""

LIKELIER = re.compile(
    rf"{_LIKELY}(?:>=?|≥|over |above |more than |at least |from |大于等于|大于|超过|高于|不少于|不低于|至少)\s?{_SHARE}"
    rf"|{_LIKELY}{_SHARE}\s?(?:以上|及以上|起|\+| or more)"
)
"""The same as a lower bound."""
