"""What Slack's directory would say, in memory, for tests of who somebody is."""

from __future__ import annotations

from typing import Any

from scoring.errors import DeliveryError, Rejected


class Directory:
    """Accounts by id; counts how often it was asked. `fault` is raised instead of an answer."""

    def __init__(self, *users: dict[str, Any]) -> None:
        self.users = {str(user["id"]): user for user in users}
        self.asked: list[str] = []
        self.fault: DeliveryError | None = None

    async def call(
        self, method: str, arguments: dict[str, Any], *, team: str = "", place: str = ""
    ) -> dict[str, Any]:
        assert method == "users.info"
        self.asked.append(arguments["user"])
        if self.fault is not None:
            raise self.fault
        user = self.users.get(arguments["user"])
        if user is None:
            raise Rejected("nobody", code="user_not_found")
        return {"ok": True, "user": user}


def account(user: str, **fields: Any) -> dict[str, Any]:
    """A `user` object as Slack spells it; `email` and `name` land where they belong."""
    profile = {"real_name": fields.pop("name", ""), "email": fields.pop("email", "")}
    return {"id": user, "team_id": "T1", "deleted": False, "profile": profile, **fields}
