from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.desks import desk

pytestmark = pytest.mark.needs("chromium", "chinese font")

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_claim_on_one_side_shows_on_the_other(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as priya, desk(browser, demo) as tom:
        tom.sit_down("Tom Becker")
        tom.open("wecom", "Global renewals")
        priya.open("slack", "renewals-global")
        alert = priya.page.locator(".slack .post", has_text="renewals to look after").first
        expect(alert).to_contain_text("unclaimed")
        expect(tom.told("wecom", "renewals to look after")).to_be_visible()

        priya.say("slack", "/renewals due")
        listing = priya.told("slack", "Due within")
        expect(listing.locator(".only-you")).to_be_visible()
        claim = listing.locator('button[data-line^="claim "]').first
        code = (claim.get_attribute("data-line") or "").removeprefix("claim ")
        claim.click()

        aside = priya.page.locator(".slack .post.ephemeral", has_text=code).last
        expect(aside.locator(".only-you")).to_be_visible()
        # Slack edits the alert; in a WeCom group nobody tapped it, so the group is told.
        expect(alert.locator(".edited")).to_be_visible()
        expect(alert.locator(f'button[data-line="claim {code}"]')).to_have_count(0)
        told = tom.last("wecom")
        expect(told).to_contain_text("Priya Nair")

        tom.open("wecom", "续约助手")
        tom.say("wecom", f"claim {code}")
        expect(tom.told("wecom", "Priya Nair")).to_be_visible()


def test_the_clock_moves_and_alerts_arrive_by_themselves(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as one:
        one.open("slack", "renewals-global")
        before = one.time()
        hung = one.page.locator(".slack .posts > .post")
        expect(hung).not_to_have_count(0)
        count = hung.count()
        one.page.locator('[data-step="week"]').click()
        expect(one.page.locator(".clock-face")).not_to_have_text(before)
        expect(one.page.locator(".clock-face")).to_contain_text("Mar 9")
        expect(hung.nth(count)).to_be_visible()


def test_each_person_reads_their_own_language(browser: Browser, demo: str) -> None:
    with desk(browser, demo, locale="zh-CN") as one:
        expect(one.page.locator("html")).to_have_attribute("lang", "zh-CN")
        one.read_in("en")
        one.open("slack", "Renewals")
        one.say("slack", "help")
        expect(one.last("slack")).to_contain_text(re.compile("claim", re.IGNORECASE))
        one.read_in("zh_CN")
        one.say("slack", "帮助")
        expect(one.last("slack")).to_contain_text("认领")


def test_a_dropped_spreadsheet_is_previewed_and_imported_after_a_yes(
    browser: Browser, demo: str
) -> None:
    with desk(browser, demo) as admin:
        admin.sit_down("吴昊")
        admin.open("slack", "续约助手")
        picker = admin.page.locator(".slack input[type=file]")
        picker.set_input_files(str(EXAMPLES / "contracts-20-en.csv"))
        yes = admin.page.locator('.slack .posts button[data-line^="import confirm"]').last
        expect(yes).to_be_visible()
        yes.click()
        expect(admin.told("slack", "已导入")).to_be_visible()
        expect(admin.told("slack", "新增 20")).to_be_visible()
        admin.say("slack", "Larkspur Solar")
        expect(admin.told("slack", "Larkspur Solar")).to_be_visible()


def test_a_form_fills_a_line_and_payloads_can_be_looked_at(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as one:
        one.open("slack", "renewals-global")
        one.page.locator(".payload-switch").click()
        expect(one.page.locator(".slack .payload").first).to_contain_text('"blocks"')
        one.say("slack", "/renewals claim")
        expect(one.page.locator("dialog.modal")).to_be_visible()
        one.page.keyboard.press("Escape")
        expect(one.page.locator("dialog.modal")).to_have_count(0)


def test_a_group_hears_a_mention_and_what_is_tapped_changes_for_everybody(
    browser: Browser, demo: str
) -> None:
    with desk(browser, demo) as priya, desk(browser, demo) as tom:
        tom.sit_down("Tom Becker")
        for one in (priya, tom):
            one.open("wecom", "Global renewals")
        priya.say("wecom", "due")
        expect(priya.page.locator(".toast")).to_contain_text("@续约助手")
        expect(tom.last("wecom")).to_have_text(re.compile(r"Priya Nair.*due\s*$"))

        priya.page.locator(".wecom .mention").click()
        expect(priya.page.locator("#line-wecom")).to_be_focused()
        priya.page.keyboard.type("due")
        priya.page.keyboard.press("Enter")
        for one in (priya, tom):
            expect(one.page.locator(".wecom .post", has_text="Due within")).to_have_count(2)

        alert = tom.page.locator(".wecom .post", has_text="renewals to look after").last
        claim = alert.locator('button[data-line^="claim "]').first
        line = claim.get_attribute("data-line")
        claim.click()
        for one in (tom, priya):
            card = one.page.locator(".wecom .post", has_text="renewals to look after").last
            expect(card.locator(f'button[data-line="{line}"]')).to_have_count(0)
            expect(card.locator(".edited")).to_be_visible()


def test_the_next_line_answers_a_question_and_a_list_is_picked_from(
    browser: Browser, demo: str
) -> None:
    with desk(browser, demo, locale="zh-CN") as one:
        one.open("wecom", "续约助手")
        one.say("wecom", "跟进")
        asked = one.told("wecom", "是哪个客户")
        asked.locator('button[data-line^="log customer="]').first.click()
        expect(one.told("wecom", "聊了什么")).to_be_visible()
        one.say("wecom", "和李总通了电话，预算已批")
        logged = one.told("wecom", "您的回复")
        expect(logged).to_contain_text("李总")
        expect(logged).to_contain_text("电话")

        one.say("wecom", "流失 苏州工业园区慧眼")
        card = one.told("wecom", "请选择")
        card.locator("select").select_option(index=1)
        card.locator(".wx-button").click()
        expect(one.told("wecom", "已登记为丢单")).to_be_visible()


def test_files_go_both_ways_through_wecom(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as lead:
        lead.sit_down("Grace Holloway")
        lead.open("wecom", "续约助手")
        picker = lead.page.locator(".wecom input[type=file]")
        picker.set_input_files(str(EXAMPLES / "contracts-20-en.csv"))
        preview = lead.page.locator(".wecom .post", has_text="Preview of")
        expect(preview).not_to_have_count(0)
        lead.say("wecom", "export")
        file = lead.page.locator(".wecom .wx-file a", has_text=".xlsx").last
        with lead.page.expect_download() as download:
            file.click()
        assert Path(download.value.path()).read_bytes()[:2] == b"PK"
