"""The names and values of the explicit fields in a touch line."""

from __future__ import annotations

from scoring.model import TouchKind

FIELD_NAMES = {
    "kind": "kind",
    "type": "kind",
    "类型": "kind",
    "方式": "kind",
    "contact": "contact",
    "联系人": "contact",
    "next": "next",
    "next_on": "next",
    "下次": "next",
    "跟进": "next",
    "on": "on",
    "at": "on",
    "日期": "on",
}
KIND_NAMES = {
    **{kind.value: kind for kind in TouchKind},
    "phone": TouchKind.CALL,
    "电话": TouchKind.CALL,
    "会议": TouchKind.MEETING,
    "开会": TouchKind.MEETING,
    "拜访": TouchKind.VISIT,
    "上门": TouchKind.VISIT,
    "邮件": TouchKind.EMAIL,
    "mail": TouchKind.EMAIL,
    "e-mail": TouchKind.EMAIL,
    "消息": TouchKind.MESSAGE,
    "微信": TouchKind.MESSAGE,
    "企微": TouchKind.MESSAGE,
    "短信": TouchKind.MESSAGE,
    "活动": TouchKind.EVENT,
    "备注": TouchKind.NOTE,
    "记录": TouchKind.NOTE,
}
NOTHING = frozenset({"none", "-", "无", "没有", "clear", "清除"})
