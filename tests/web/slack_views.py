"""Views with everything that Block Kit lets one pick and type, in both languages."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _english(en: str, zh: str) -> str:
    return en


def _chinese(en: str, zh: str) -> str:
    return zh


def plain(text: str) -> Json:
    """A plain text."""
    return {"type": "plain_text", "text": text}


def option(text: str, value: str, note: str = "") -> Json:
    """An option."""
    noted = {"description": plain(note)} if note else {}
    return {"text": plain(text), "value": value, **noted}


def ask(name: str, label: str, element: Json, *, hint: str = "", optional: bool = False) -> Json:
    """A question whose block and action have one name."""
    block: Json = {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": {"action_id": name, **element},
        "optional": optional,
    }
    return {**block, "hint": plain(hint)} if hint else block


KINDS = [option("Call", "call"), option("Meeting", "meeting"), option("Visit", "visit")]


def log_view(*, hash_: str = "1.a", zh: bool = False) -> Json:
    """The form of a touch with a select, a search, a person, a date, texts, circles and boxes."""
    t = _chinese if zh else _english
    kinds = [option("电话", "call"), option("会议", "meeting")] if zh else KINDS
    return {
        "type": "modal",
        "id": "V1",
        "hash": hash_,
        "callback_id": "line",
        "title": plain(t("Log a touch", "记一笔跟进")),
        "submit": plain(t("Save", "保存")),
        "close": plain(t("Cancel", "取消")),
        "blocks": [
            {
                "type": "section",
                "block_id": "intro",
                "text": {
                    "type": "mrkdwn",
                    "text": t("*Larkspur Solar* · R-12", "*苏州慧眼* · R-12"),
                },
            },
            ask(
                "customer",
                t("Customer", "客户"),
                {"type": "external_select", "min_query_length": 0},
            ),
            ask("kind", t("Kind", "方式"), {"type": "static_select", "options": kinds}),
            ask(
                "owner",
                t("Owner", "负责人"),
                {"type": "users_select", "initial_user": "U0ADA"},
                optional=True,
            ),
            ask(
                "note",
                t("What happened?", "聊了什么？"),
                {"type": "plain_text_input", "multiline": True, "max_length": 3000},
                hint=t("One or two sentences.", "一两句话即可。"),
            ),
            ask(
                "next_on",
                t("Next step on", "下次跟进"),
                {"type": "datepicker", "initial_date": "2026-03-09"},
                optional=True,
            ),
            ask(
                "mood",
                t("Mood", "客户态度"),
                {
                    "type": "radio_buttons",
                    "options": [
                        option(t("Good", "积极"), "2", t("wants to stay", "愿意续约")),
                        option(t("Doubtful", "犹豫"), "-1"),
                    ],
                },
                optional=True,
            ),
            ask(
                "topics",
                t("Topics", "话题"),
                {
                    "type": "checkboxes",
                    "options": [
                        option(t("Price", "价格"), "price"),
                        option(t("Usage", "使用"), "usage"),
                    ],
                },
                optional=True,
            ),
            ask(
                "amount",
                t("Amount", "金额"),
                {"type": "number_input", "is_decimal_allowed": True},
                optional=True,
            ),
            ask("with", t("With", "参加人"), {"type": "multi_users_select"}, optional=True),
            ask("email", t("E-mail", "邮箱"), {"type": "email_text_input"}, optional=True),
            ask(
                "at",
                t("At", "时间"),
                {"type": "timepicker", "initial_time": "09:30"},
                optional=True,
            ),
        ],
    }


def loading_view(*, zh: bool = False) -> Json:
    """What stands there while the form is being made."""
    text = "正在加载…" if zh else "Loading…"
    return {
        "type": "modal",
        "id": "V1",
        "hash": "0.a",
        "callback_id": "line",
        "title": plain("记一笔跟进" if zh else "Log a touch"),
        "blocks": [{"type": "section", "block_id": "l", "text": plain(text)}],
    }


def home_view(*, zh: bool = False) -> Json:
    """A Home tab with lists, buttons beside them, and settings."""
    t = _chinese if zh else _english
    end = {
        "title": plain(t("Mark as lost?", "确定登记为丢单？")),
        "text": plain(t("This cannot be undone after 10 minutes.", "10 分钟后无法撤销。")),
        "confirm": plain(t("Mark lost", "丢单")),
        "deny": plain(t("Keep", "再想想")),
        "style": "danger",
    }
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [
            option(t("Open summary", "查看客户"), "show Larkspur"),
            option(t("Mark as lost", "丢单"), "lost R-12"),
        ],
        "confirm": end,
    }
    claim = {
        "type": "button",
        "action_id": "line:0",
        "text": plain(t("Claim", "认领")),
        "value": "claim R-13",
        "style": "primary",
    }
    lost = {
        "type": "button",
        "action_id": "line:1",
        "text": plain(t("Mark lost", "丢单")),
        "value": "lost R-13",
        "style": "danger",
        "confirm": end,
    }

    def line(block_id: str, text: str, accessory: Json) -> Json:
        mrkdwn = {"type": "mrkdwn", "text": text}
        return {"type": "section", "block_id": block_id, "text": mrkdwn, "accessory": accessory}

    language = {
        "type": "static_select",
        "action_id": "language",
        "options": [option("English", "en"), option("中文", "zh")],
        "initial_option": option("中文", "zh") if zh else option("English", "en"),
    }
    return {
        "type": "home",
        "id": "V9",
        "hash": "1.h",
        "blocks": [
            {"type": "header", "block_id": "h1", "text": plain(t("Your renewals", "我的续约"))},
            line(
                "r1",
                t(
                    "*Larkspur Solar* · R-12\nends 30 Mar 2026 · USD 48,000 · critical",
                    "*苏州慧眼科技* · R-12\n2026年3月30日到期 · ¥48 万 · 危险",
                ),
                menu,
            ),
            {"type": "divider", "block_id": "d1"},
            line(
                "r2",
                t(
                    "*Harbor & Pine Foods* · R-13\nends 12 Apr 2026",
                    "*华东食品* · R-13\n4月12日到期",
                ),
                claim,
            ),
            {"type": "actions", "block_id": "a1", "elements": [lost]},
            {"type": "header", "block_id": "h2", "text": plain(t("Preferences", "偏好设置"))},
            line("p1", t("Language", "语言"), language),
            {
                "type": "context",
                "block_id": "c1",
                "elements": [{"type": "mrkdwn", "text": t("Updated 09:20", "更新于 09:20")}],
            },
        ],
    }
