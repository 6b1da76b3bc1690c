"""Which mention of a line is the bot's and goes, and which are colleagues and stay."""

from __future__ import annotations

import pytest

from bot.wecom.aibot_json import without_mention

BOT = "续约助手"


@pytest.mark.parametrize("gap", [" ", "\u2005", "\u3000", "\xa0", "  ", "\n", ", ", "，", "："])
@pytest.mark.parametrize("name", ["", BOT, f"@{BOT}"])
def test_a_leading_mention_is_left_out_with_what_follows_it(gap: str, name: str) -> None:
    assert without_mention(f"@{BOT}{gap}续约 到期", name) == "续约 到期"
    assert without_mention(f" ＠{BOT}{gap}续约 到期", name) == "续约 到期"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("renewals due @续约助手", "renewals due"),
        ("renewals due @续约助手 ", "renewals due"),
        ("续约 @续约助手\u2005到期", "续约 到期"),
        ("续约 到期@续约助手", "续约 到期"),
        ("到期@续约助手 30天", "到期 30天"),
        ("@续约助手 @续约助手 到期", "到期"),
        ("@续约助手", ""),
        ("", ""),
        ("到期", "到期"),
        ("@续约助手 assign R-42 @张伟", "assign R-42 @张伟"),
        ("assign R-42 @张伟 @续约助手", "assign R-42 @张伟"),
        ("@续约助手 认领 42\n备注 @张伟 已知", "认领 42\n备注 @张伟 已知"),
        ("跟进 华为 邮件 li@huawei.example @续约助手", "跟进 华为 邮件 li@huawei.example"),
    ],
)
def test_the_mention_of_the_bot_goes_and_the_rest_stays(text: str, line: str) -> None:
    assert without_mention(text, BOT) == line
    if text.count(BOT) == 1:
        assert without_mention(text, "") == line


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("assign R-42 @张伟", BOT, "assign R-42 @张伟"),
        ("assign R-42 @张伟 @续约助手 please", BOT, "assign R-42 @张伟 please"),
        ("log touch li@huawei.example", "", "log touch li@huawei.example"),
        ("@Renewal Bot renewals due", "Renewal Bot", "renewals due"),
        ("@renewal bot renewals due", "Renewal Bot", "renewals due"),
        ("@Renewal Bot\u2005renewals due", "", "renewals due"),
        ("@续约助手二号 到期", "续约助手", "到期"),
        ("到期 @续约助手二号", "续约助手", "到期 @续约助手二号"),
        ("@新名字 到期", BOT, "到期"),
        ("@a.*(b 到期", "a.*(b", "到期"),
    ],
)
def test_a_name_that_is_known_is_the_only_one_left_out(text: str, name: str, line: str) -> None:
    assert without_mention(text, name) == line


def test_in_a_direct_conversation_only_a_leading_mention_goes() -> None:
    assert without_mention("assign R-42 @张伟", "", group=False) == "assign R-42 @张伟"
    assert without_mention("@续约助手 到期", "", group=False) == "到期"
