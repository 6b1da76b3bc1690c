"""Words that stand in cells for one of a few things, in both languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scoring.model import ContactRole, ContractStatus, Role, Segment, TouchKind


class SurveyKind(StrEnum):
    """Which question was asked; the two are never added up."""

    NPS = "nps"
    CSAT = "csat"


class EventResponse(StrEnum):
    """What a customer made of an invitation."""

    INVITED = "invited"
    REGISTERED = "registered"
    ATTENDED = "attended"
    IGNORED = "ignored"


class Outcome(StrEnum):
    """How a term ended."""

    RENEWED = "renewed"
    EXPANDED = "expanded"
    DOWNGRADED = "downgraded"
    CHURNED = "churned"


_NOISE = re.compile(r"[\W_]+")


def normalise_word(text: str) -> str:
    """A word without case, width, spaces and punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class Choices:
    """The members one may choose from, by normalised word; `shown` is what a refusal offers."""

    words: Mapping[str, StrEnum]
    shown: str

    def find(self, text: str) -> StrEnum | None:
        """The member that `text` names."""
        return self.words.get(normalise_word(text))


def _choices(table: Mapping[StrEnum, str]) -> Choices:
    words: dict[str, StrEnum] = {}
    shown = []
    for member, line in table.items():
        spellings = line.split()
        shown.append(f"{member.value} ({spellings[0]})")
        for spelling in (member.value, *spellings):
            words[normalise_word(spelling)] = member
    return Choices(words, ", ".join(shown))


SEGMENTS = _choices(
    {
        Segment.STRATEGIC: "战略 战略客户 战略级 大客户 ka 重点 重点客户 vip a a类 a级 s tier1",
        Segment.CORE: "核心 核心客户 核心级 重要 重要客户 中型 b b类 b级 tier2",
        Segment.STANDARD: "标准 标准客户 标准级 普通 普通客户 一般 一般客户 小客户 c c类 c级 tier3",
    }
)

# A term that ran out without a decision is `active`: that it lapsed follows from its date.
STATUSES = _choices(
    {
        ContractStatus.ACTIVE: "有效 生效 生效中 已生效 执行中 履行中 履约中 正常 进行中 在用 服务中 "
        "到期 已到期 过期 已过期 live current signed valid running expired lapsed",
        ContractStatus.RENEWED: "已续约 续约 已续签 已续费 续签",
        ContractStatus.LOST: "流失 已流失 不续约 未续约 不续签 丢失 churned churn notrenewed closedlost",
        ContractStatus.CANCELLED: "终止 已终止 解约 已解约 取消 已取消 作废 已作废 退订 "
        "canceled terminated void",
    }
)

TEAM_ROLES = _choices(
    {
        Role.REP: "销售 客户成功 客户经理 客户成功经理 员工 成员 代表 csm ae am sales "
        "accountexecutive accountmanager customersuccess member",
        Role.LEAD: "主管 组长 经理 团队负责人 负责人 总监 销售主管 销售经理 leader manager teamlead head",
        Role.ADMIN: "管理员 系统管理员 administrator owner operator 运维",
        Role.VIEWER: "只读 查看者 观察者 访客 readonly guest 产品 市场 支持 客服",
        Role.FINANCE: "财务 会计 accounting accountant",
    }
)

CONTACT_ROLES = _choices(
    {
        ContactRole.CHAMPION: "关键支持人 支持者 内部支持者 拥护者 关键人 推动者 sponsor advocate",
        ContactRole.DECISION_MAKER: "决策人 决策者 拍板人 负责人 老板 decider buyer economicbuyer",
        ContactRole.USER: "使用者 用户 使用人 管理员 admin enduser",
        ContactRole.FINANCE: "财务 财务联系人 付款人 billing accounting payer",
    }
)

TOUCH_KINDS = _choices(
    {
        TouchKind.CALL: "电话 通话 致电 phone phonecall tel",
        TouchKind.MEETING: "会议 开会 线上会议 视频会议 meet onlinemeeting video",
        TouchKind.VISIT: "拜访 上门 走访 现场拜访 实地拜访 onsite sitevisit",
        TouchKind.EMAIL: "邮件 电子邮件 mail",
        TouchKind.MESSAGE: "消息 微信 企业微信 短信 im chat wechat wecom sms slack",
        TouchKind.EVENT: "活动 参会 沙龙 峰会 webinar",
        TouchKind.NOTE: "备注 记录 其他 笔记 memo other",
    }
)

SURVEY_KINDS = _choices(
    {
        SurveyKind.NPS: "净推荐值 净推荐 推荐意愿 推荐度",
        SurveyKind.CSAT: "满意度 客户满意度 服务满意度 satisfaction",
    }
)

EVENT_RESPONSES = _choices(
    {
        EventResponse.INVITED: "已邀请 邀请 受邀 invite sent",
        EventResponse.REGISTERED: "已报名 报名 注册 已注册 register signedup accepted",
        EventResponse.ATTENDED: "已参加 参加 出席 到场 已到场 已出席 attend joined present",
        EventResponse.IGNORED: "未回应 无回应 忽略 未参加 未出席 缺席 未响应 noresponse noshow absent declined",
    }
)

OUTCOMES = _choices(
    {
        Outcome.RENEWED: "续约 已续约 续签 已续签 续费 已续费 平续 renew renewal flat won",
        Outcome.EXPANDED: "增购 扩容 增购续约 升级 扩展 expansion expand upsell upgrade upgraded",
        Outcome.DOWNGRADED: "降级 缩减 减购 降级续约 downgrade downsell contraction reduced",
        Outcome.CHURNED: "流失 已流失 不续约 未续约 终止 churn lost cancelled canceled notrenewed",
    }
)

YES = frozenset(
    [
        "是",
        "有",
        "对",
        "√",
        "✓",
        "✔",
        "☑",
        "y",
        "yes",
        "true",
        "t",
        "1",
        "on",
        "自动",
        "自动续约",
        "自动续费",
        "自动续签",
        "启用",
        "开启",
        "已开启",
        "需要",
        "已退订",
    ]
)
NO = frozenset(
    [
        "否",
        "无",
        "非",
        "不",
        "没有",
        "×",
        "✗",
        "✘",
        "☐",
        "x",
        "n",
        "no",
        "false",
        "f",
        "0",
        "off",
        "手动",
        "不自动续约",
        "非自动续约",
        "人工",
        "停用",
        "关闭",
        "未开启",
        "不需要",
    ]
)

_EMPTY = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "―",
        "/",
        "//",
        "\\",
        ".",
        "。",
        "…",
        "...",
        "无",
        "空",
        "暂无",
        "没有",
        "不详",
        "不明",
        "未知",
        "待定",
        "未定",
        "待确认",
        "待补充",
        "n/a",
        "n.a.",
        "null",
        "none",
        "nil",
        "nan",
        "unknown",
        "tbd",
        "tbc",
        "tba",
        "(blank)",
        "(空白)",
        "(空)",
        "<null>",
        "?",
        "？",
    ]
)

OPEN_ENDED = frozenset(
    [
        "长期",
        "长期有效",
        "永久",
        "永久有效",
        "无固定期限",
        "无期限",
        "无到期日",
        "不限",
        "不定期",
        "持续",
        "按月",
        "按月续",
        "月付",
        "openended",
        "open",
        "indefinite",
        "indefinitely",
        "ongoing",
        "evergreen",
        "perpetual",
        "unlimited",
        "rolling",
        "monthtomonth",
        "monthly",
        "never",
        "noenddate",
        "noend",
    ]
)

_ERROR_WORDS = frozenset(
    [
        "#n/a",
        "#ref!",
        "#div/0!",
        "#value!",
        "#name?",
        "#num!",
        "#null!",
        "#spill!",
        "#calc!",
        "#getting_data",
        "#field!",
        "#blocked!",
        "#connect!",
        "#unknown!",
        "#busy!",
    ]
)
_LIBREOFFICE_ERROR = re.compile(r"err:\d{3}")


def stands_for_nothing(text: str) -> bool:
    """Whether a cell holds one of the marks that people write where nothing is known."""
    return len(text) <= 12 and (not text or text.casefold() in _EMPTY)


def is_formula_error(text: str) -> bool:
    """Whether a cell shows the error of a formula (`#N/A`, `#REF!`, `Err:502`)."""
    if text[:1] not in ("#", "E", "e"):
        return False
    folded = text.casefold()
    return folded in _ERROR_WORDS or _LIBREOFFICE_ERROR.fullmatch(folded) is not None


def is_open_ended(text: str) -> bool:
    """Whether an end date says in words that there is none."""
    return normalise_word(text) in OPEN_ENDED
