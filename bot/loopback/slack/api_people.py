"""users.*, usergroups.*, team.info, auth.*: who is who."""

from __future__ import annotations

from typing import Any

from bot.loopback.slack.api import Asking, page
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.lines import Lines, app_token_door
from bot.loopback.slack.workspace import User, Workspace

Json = dict[str, Any]


def auth_test(asking: Asking) -> Json:
    """auth.test."""
    workspace, installed = asking.workspace, asking.installed
    told: Json = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": asking.world.app.name.lower(),
        "team_id": workspace.id if installed.team else installed.enterprise,
        "user_id": installed.bot_user,
        "bot_id": installed.bot_id,
        "is_enterprise_install": not installed.team,
    }
    if workspace.enterprise:
        told["enterprise_id"] = workspace.enterprise
    return told


def auth_revoke(asking: Asking) -> Json:
    """auth.revoke."""
    test = bool(asking.arguments.get("test"))
    asking.installed.revoked = asking.installed.revoked or not test
    return {"revoked": not test}


def connections_open(asking: Asking, lines: Lines) -> Json:
    """apps.connections.open, with the app-level token."""
    if not asking.token:
        raise Refusal("not_authed")
    app_token_door(asking.world, asking.token)
    if asking.world.app.request_url:
        raise Refusal("forbidden_team", "[ERROR] Socket Mode is not turned on")
    return {"url": lines.ticket()}


def user_info(asking: Asking) -> Json:
    """users.info."""
    workspace, user = asking.user(asking.text("user"))
    return {"user": user_json(asking, workspace, user)}


def user_list(asking: Asking) -> Json:
    """users.list: a page of everybody, deactivated people too."""
    workspace = asking.workspace
    people = [user_json(asking, workspace, user) for user in workspace.users.values()]
    return {**page(asking, people, "members", 1_000), "cache_ts": asking.world.now_s()}


def by_email(asking: Asking) -> Json:
    """users.lookupByEmail: active people of the workspace itself."""
    workspace, wanted = asking.workspace, asking.text("email").lower()
    for user in workspace.users.values():
        if user.email.lower() == wanted and not user.deleted and not user.team:
            return {"user": user_json(asking, workspace, user)}
    raise Refusal("users_not_found")


def usergroup_list(asking: Asking) -> Json:
    """usergroups.list."""
    groups = asking.workspace.usergroups.values()
    return {
        "usergroups": [
            {
                "id": group.id,
                "team_id": asking.workspace.id,
                "is_usergroup": True,
                "name": group.handle,
                "handle": group.handle,
                **({"users": list(group.users)} if asking.arguments.get("include_users") else {}),
            }
            for group in groups
        ]
    }


def usergroup_users(asking: Asking) -> Json:
    """usergroups.users.list."""
    group = asking.workspace.usergroups.get(asking.text("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}


def team_info(asking: Asking) -> Json:
    """team.info."""
    workspace = asking.workspace
    return {"team": {"id": workspace.id, "name": workspace.name, "domain": workspace.domain}}


def user_json(asking: Asking, workspace: Workspace, user: User) -> Json:
    """Somebody as Slack's answers have them; the address only with the scope for it."""
    return person_json(workspace, user, email="users:read.email" in asking.installed.scopes)


def person_json(workspace: Workspace, user: User, *, email: bool) -> Json:
    """The same for events, which carry what the app may read."""
    profile: Json = {"real_name": user.real_name, "display_name": user.name}
    if email and user.email and not user.team:
        profile["email"] = user.email
    told: Json = {
        "id": user.id,
        "team_id": user.team or workspace.id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.bot,
        "is_app_user": False,
        "locale": user.locale,
    }
    if user.deleted:
        return told
    told |= {
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": user.tz_offset,
        "is_restricted": bool(user.guest),
        "is_ultra_restricted": user.guest == "single",
        "is_admin": False,
        "is_owner": False,
    }
    if user.team:
        told["is_stranger"] = True
    if workspace.enterprise and not user.team:
        told["enterprise_user"] = {"id": user.id, "enterprise_id": workspace.enterprise}
    return told
