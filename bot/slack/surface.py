"""What the app shows of itself in Slack: its command, its shortcuts, what it listens to, its addresses."""

from __future__ import annotations

COMMAND = "/renewals"

LOG_AS_TOUCH = "log_as_touch"
"""The `callback_id` of the shortcut on messages."""

LOOK_UP = "look_up"
"""The `callback_id` of the shortcut beside the message field, and of the search."""

EVENTS_PATH = "/slack/events"
"""Everything comes here: events, commands, taps, forms, options."""

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

EVENTS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_left": ("channels:read",),
    "group_left": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
"""What is listened to, with the scopes that Slack wants for it."""

LINK_EVENTS: dict[str, tuple[str, ...]] = {"link_shared": ("links:read",)}
"""Only where the bot has an address of its own that can be linked to."""
