"""Addresses that tell of people and of the app itself."""

from __future__ import annotations

from bot.loopback.wecom.api import Answer, Asking
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.company import Member
from bot.loopback.wecom.world import World

ROOT = 1
CONVERTED_MOST = 1_000
PAGE_MOST = 10_000


def user_get(world: World, asking: Asking) -> Answer:
    """A member; private fields are not returned to apps any more (90196)."""
    userid = asking.query.get("userid", "")
    member = world.company.member(userid)
    if member is None:
        raise Refusal(Code.NO_SUCH_USER)
    if not member.visible:
        raise Refusal(Code.OUT_OF_SCOPE)
    return {**_listed(member), "position": "", "status": 1, "isleader": 0, "enable": 1}


def user_simplelist(world: World, asking: Asking) -> Answer:
    """Everybody of a department; there is only the root."""
    if asking.query.get("department_id", str(ROOT)) != str(ROOT):
        raise Refusal(Code.OUT_OF_SCOPE)
    return {"userlist": [_listed(member) for member in _visible(world)]}


def user_list_id(world: World, asking: Asking) -> Answer:
    """Ids alone, page by page (96067)."""
    limit = asking.body.get("limit", PAGE_MOST)
    start = asking.text("cursor") or "0"
    if not isinstance(limit, int) or not 1 <= limit <= PAGE_MOST or not start.isdigit():
        raise Refusal(Code.BAD_PARAMETER)
    members = _visible(world)
    end = int(start) + limit
    found = [{"userid": one.userid, "department": ROOT} for one in members[int(start) : end]]
    return {"dept_user": found, "next_cursor": str(end) if end < len(members) else ""}


def openuserid_to_userid(world: World, asking: Asking) -> Answer:
    """Ids as an AI bot hears them, in plain; what is plain already counts as invalid (101521)."""
    given = asking.texts("open_userid_list")
    if not 1 <= len(given) <= CONVERTED_MOST:
        raise Refusal(Code.BAD_PARAMETER, f"open_userid_list: 1 to {CONVERTED_MOST}")
    known = {member.open_userid: member.userid for member in _visible(world)}
    found = [{"open_userid": one, "userid": known[one]} for one in given if one in known]
    answer: Answer = {"userid_list": found}
    unknown = [one for one in given if one not in known]
    return {**answer, "invalid_open_userid_list": unknown}


def agent_get(world: World, asking: Asking) -> Answer:
    """The app as its page of the administration shows it."""
    asking.check_agent(asking.query.get("agentid"))
    visible = [{"userid": member.userid} for member in _visible(world)]
    parties = [ROOT] if asking.app.whole_company else []
    return {
        "agentid": asking.app.agent_id,
        "name": asking.app.name,
        "description": "",
        "allow_userinfos": {"user": [] if parties else visible},
        "allow_partys": {"partyid": parties},
        "close": 0,
        "redirect_domain": "",
        "isreportenter": 1,
        "home_url": "",
    }


def menu_create(world: World, asking: Asking) -> Answer:
    """Replace the app's menu: one to three entries, each with up to five below it (90231)."""
    asking.check_agent(asking.query.get("agentid"))
    buttons = asking.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refusal(Code.BAD_PARAMETER, "button: 1 to 3 entries")
    for button in buttons:
        below = button.get("sub_button", []) if isinstance(button, dict) else None
        if not isinstance(below, list) or len(below) > 5 or not button.get("name"):
            raise Refusal(Code.BAD_PARAMETER, "an entry without name, or with more than 5 below")
    world.company.menus[asking.app.agent_id] = buttons
    return {}


def callback_ips(world: World, asking: Asking) -> Answer:
    """Where callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


def _visible(world: World) -> list[Member]:
    return [member for member in world.company.members.values() if member.visible]


def _listed(member: Member) -> Answer:
    return {
        "userid": member.userid,
        "name": member.name or member.userid,
        "department": [ROOT],
        "main_department": ROOT,
    }
