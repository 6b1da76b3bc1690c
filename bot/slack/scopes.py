"""Which permissions the app asks for: those that its events, calls and features need, no others.

A test holds the calls against the code, so that nothing is called that is not granted, and nothing
is granted that nobody calls.
"""

from __future__ import annotations

from bot.slack.surface import EVENTS, LINK_EVENTS

METHODS: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.revoke": (),
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "oauth.v2.access": (),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""What is called, with the scopes of a bot's token that it takes."""

LINK_METHODS: dict[str, tuple[str, ...]] = {"chat.unfurl": ("links:write",)}

FEATURES: dict[str, tuple[str, ...]] = {
    "slash command and shortcuts": ("commands",),
    "files that people drop": ("files:read",),
}
"""What is neither an event nor a call."""


def scopes_for(*, links: bool) -> list[str]:
    """The scopes, in order. `links`: there is an address of ours whose links can be previewed."""
    uses = [*EVENTS.values(), *METHODS.values(), *FEATURES.values()]
    if links:
        uses += [*LINK_EVENTS.values(), *LINK_METHODS.values()]
    return sorted({scope for use in uses for scope in use})


def reason_key(scope: str) -> str:
    """The key of the sentence that says what a scope is for."""
    return f"slack_scope.{scope.replace(':', '_').replace('.', '_')}"
