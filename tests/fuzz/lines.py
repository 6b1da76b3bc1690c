"""Chat lines: commands by all their names with arguments of all kinds, and anything else."""

from __future__ import annotations

import random
from collections.abc import Sequence

from handlers.commands import COMMANDS
from messages.abilities import PlaceKind
from messages.incoming import Incoming, InFile, Place
from scoring.model import Locale, Platform
from scoring.permissions import PlaceScope
from tests.fuzz import damage

WORDS = (
    "R-1", "R-42", "E-1", "C-3", "A-1", "D-12", "12", "30d", "90天", "q1", "mine", "我的", "all", "team=华东", "owner=李雷",
    "acme", "云帆", "yunfan", "zjtd", "2026-12-31", "12月31日", "下周三", "next friday", "tomorrow", "15:30", "120万",
    "USD 12k", "¥1,200,000.00", "won", "lost", "price", "价格", "tel 王芳 谈了续约", "call Ann about price", "next=",
    "note='x y'", "stage=negotiation", "?", "3", "yes", "no", "是", "en", "zh", "csv", "xlsx", "band=risk", "|", "，", "。",
)  # fmt: skip
CHINESE = (
    "帮助", "到期", "我的", "增购", "风险", "提醒", "查看", "健康度", "认领", "放弃", "记录", "撤销", "暂缓", "阶段", "赢单", "流失",
    "新增", "修改", "导入", "导出", "分配", "绑定", "流失原因", "核对", "送达", "语言", "设置", "联系人", "心情",
)  # fmt: skip
PLACES = (
    Place(Platform.SLACK, "#renewals-east", PlaceScope.SHARED, PlaceKind.SLACK_CHANNEL, "renewals-east"),
    Place(Platform.SLACK, "user:U1", PlaceScope.DM, PlaceKind.SLACK_DM),
    Place(Platform.WECOM, "user:lilei", PlaceScope.DM, PlaceKind.WECOM_APP),
    Place(Platform.TEXT, "terminal", PlaceScope.TERMINAL, PlaceKind.TEXT),
)  # fmt: skip
FILES = ("book.csv", "book.xlsx", "a.zip", "notes.txt", "../x.csv", "")


def line(draw: random.Random) -> str:
    """What somebody might type, or nobody ever would."""
    if draw.random() < 0.1:
        return damage.text(draw)
    command = draw.choice(COMMANDS)
    words = [draw.choice((command.name, draw.choice(CHINESE)))]
    words += [draw.choice(WORDS) for _ in range(draw.randint(0, 5))]
    if draw.random() < 0.4:
        words[draw.randrange(len(words))] = damage.text(draw)
    if draw.random() < 0.1:
        draw.shuffle(words)
    said = draw.choice((" ", "  ", "\u3000", "，", "")).join(words)
    if draw.random() < 0.2:
        said = damage.data(draw, said.encode("utf-8", "replace")).decode("utf-8", "replace")
    return said


def incoming(draw: random.Random, senders: Sequence[str], number: int) -> Incoming:
    """A line said somewhere by somebody, sometimes with a file."""
    place = draw.choice(PLACES)
    files: tuple[InFile, ...] = ()
    if draw.random() < 0.05:
        content = damage.data(draw, b"account,ends_on\nAcme,2026-12-31\n")
        files = (InFile(draw.choice(FILES) or damage.text(draw), content),)
    return Incoming(
        place.platform,
        draw.choice(senders),
        line(draw),
        place,
        id=f"fuzz-{number}" if draw.random() < 0.9 else "",
        locale=draw.choice((None, Locale.EN, Locale.ZH)),
        files=files,
    )
