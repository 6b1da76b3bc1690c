"""Slack's error strings as what they mean for a message (docs.slack.dev/reference/methods)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from bot.adapters.wire import retry_after_s
from messages.render.words import flat
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
    Retryable,
)

TOKEN_REFUSED = frozenset({"invalid_auth", "token_expired", "token_revoked", "not_authed"})
"""The token is not (any more) one; whoever keeps several may have a newer one."""

BLOCKS_REFUSED = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_blocks_too_many"}
)
"""The blocks are at fault: the same is said plainer."""

_DETAIL_MOST = 300

MEANINGS: Mapping[str, type[DeliveryError]] = MappingProxyType(
    {
        # Nobody knows whether it was done: Slack says that some of it may have been.
        "internal_error": OutcomeUnknown,
        "fatal_error": OutcomeUnknown,
        "messaging_processing_failed": OutcomeUnknown,
        # Nothing was done, later it may be.
        "service_unavailable": PlatformDown,
        "request_timeout": PlatformDown,  # the body came in too slowly
        "team_added_to_org": PlatformDown,  # the workspace is being moved
        "external_channel_migrating": PlatformDown,
        "duplicate_request": PlatformDown,
        # Too many; lifts after Retry-After.
        "ratelimited": RateLimited,
        "rate_limited": RateLimited,
        "message_limit_exceeded": RateLimited,  # the whole workspace posts too much
        # Somebody has to set something up; the message can wait.
        "not_authed": BadCredentials,
        "invalid_auth": BadCredentials,
        "bad_token": BadCredentials,
        "invalid_token": BadCredentials,
        "account_inactive": BadCredentials,
        "token_revoked": BadCredentials,
        "token_expired": BadCredentials,
        "missing_scope": BadCredentials,
        "no_permission": BadCredentials,
        "not_allowed_token_type": BadCredentials,
        "access_denied": BadCredentials,
        "app_access_restricted": BadCredentials,
        "accesslimited": BadCredentials,
        "ekm_access_denied": BadCredentials,
        "enterprise_is_restricted": BadCredentials,
        "org_login_required": BadCredentials,
        "two_factor_setup_required": BadCredentials,
        "forbidden_team": BadCredentials,
        "team_access_not_granted": BadCredentials,
        "team_not_found": BadCredentials,
        "invalid_team": BadCredentials,
        "missing_team_id": BadCredentials,  # a whole organisation's token without a workspace
        "cannot_auth_user": BadCredentials,
        "restricted_action": BadCredentials,  # an admin's setting forbids posting
        "metadata_must_be_sent_from_app": BadCredentials,
        "messages_tab_disabled": BadCredentials,  # the app's set-up: nobody can be written to
        "not_enabled": BadCredentials,  # the same for the Home tab
        "file_uploads_disabled": BadCredentials,
        "storage_limit_reached": BadCredentials,
        "plan_upgrade_required": BadCredentials,
        "insecure_request": BadCredentials,
        "not_in_channel": BadCredentials,  # /invite mends it, and the alert goes out
        # Nobody is there.
        "channel_not_found": RecipientGone,
        "cannot_find_channel": RecipientGone,
        "invalid_channel": RecipientGone,
        "missing_channel": RecipientGone,
        "is_archived": RecipientGone,
        "is_inactive": RecipientGone,
        "user_not_found": RecipientGone,
        "users_not_found": RecipientGone,
        "user_not_visible": RecipientGone,
        "user_disabled": RecipientGone,
        "user_not_in_channel": RecipientGone,
        "user_is_bot": RecipientGone,
        "user_is_restricted": RecipientGone,
        "cannot_dm_bot": RecipientGone,
        "invalid_user_combination": RecipientGone,
        "channel_is_limited_access": RecipientGone,
        "channel_type_not_supported": RecipientGone,
        "method_not_supported_for_channel_type": RecipientGone,
        "restricted_action_read_only_channel": RecipientGone,
        "restricted_action_thread_only_channel": RecipientGone,
        "posting_to_channel_denied": RecipientGone,
        # What hung there does not any more, or stays as it is.
        "message_not_found": RecipientGone,
        "cannot_find_message": RecipientGone,
        "cant_update_message": RecipientGone,
        "edit_window_closed": RecipientGone,
        "message_not_owned_by_app": RecipientGone,
        "streaming_state_conflict": RecipientGone,
        "thread_not_found": RecipientGone,
        "invalid_thread_ts": RecipientGone,
        "cannot_reply_to_message": RecipientGone,
        "restricted_action_non_threadable_channel": RecipientGone,
        "restricted_action_thread_locked": RecipientGone,
        # What we said is at fault.
        "invalid_blocks": Rejected,
        "invalid_blocks_format": Rejected,
        "msg_blocks_too_long": Rejected,
        "msg_blocks_too_many": Rejected,
        "msg_too_long": Rejected,
        "no_text": Rejected,
        "block_mismatch": Rejected,
        "markdown_text_conflict": Rejected,
        "metadata_too_large": Rejected,
        "invalid_metadata_format": Rejected,
        "invalid_metadata_schema": Rejected,
        "invalid_attachments": Rejected,
        "too_many_attachments": Rejected,
        "attachment_payload_limit_exceeded": Rejected,
        "too_many_contact_cards": Rejected,
        "no_dual_broadcast_content_update": Rejected,
        "cant_broadcast_message": Rejected,
        "send_on_behalf_not_allowed": Rejected,
        "reserved_username": Rejected,
        "as_user_not_supported": Rejected,
        "invalid_arguments": Rejected,
        "invalid_arg_name": Rejected,
        "invalid_array_arg": Rejected,
        "invalid_charset": Rejected,
        "invalid_form_data": Rejected,
        "invalid_json": Rejected,
        "json_not_object": Rejected,
        "invalid_post_type": Rejected,
        "missing_post_type": Rejected,
        "missing_argument": Rejected,
        "unknown_method": Rejected,
        "method_deprecated": Rejected,
        "deprecated_endpoint": Rejected,
        "duplicate_channel_not_found": Rejected,
        "duplicate_message_not_found": Rejected,
        # Forms and Home tabs.
        "expired_trigger_id": Rejected,
        "exchanged_trigger_id": Rejected,
        "invalid_trigger_id": Rejected,
        "push_limit_reached": Rejected,
        "duplicate_external_id": Rejected,
        "view_too_large": Rejected,
        "hash_conflict": Rejected,
        "not_found": Rejected,
        # Previews of links.
        "cannot_find_service": Rejected,
        "cannot_parse_attachment": Rejected,
        "cannot_unfurl_url": Rejected,
        "cannot_unfurl_message": Rejected,
        "invalid_source": Rejected,
        "invalid_unfurl_id": Rejected,
        "invalid_unfurls_format": Rejected,
        # Files.
        "file_not_found": Rejected,
        "file_deleted": Rejected,
        "file_is_deleted": Rejected,
        "file_type_not_allowed": Rejected,
        "blocked_file_type": Rejected,
        "slack_connect_blocked_file_type": Rejected,
        "slack_connect_file_upload_sharing_blocked": Rejected,
        "slack_connect_file_link_sharing_blocked": Rejected,
        "file_upload_size_restricted": Rejected,
        "file_uploads_except_images_disabled": Rejected,
        "file_share_limit_reached": Rejected,
        "max_file_sharing_exceeded": Rejected,
        "missing_file_data": Rejected,
        "snippet_too_large": Rejected,
        "unknown_snippet_type": Rejected,
        "unknown_subtype": Rejected,
        "alt_txt_too_large": Rejected,
    }
)
"""A string that is not here is a plain Retryable: Slack refused, so nothing was sent."""

_QUOTED = re.compile(r'"[^"]*"?|`[^`]*`?|(?<!\w)\'[^\']*\'?')
"""What Slack quotes of what was sent; that may be a customer's words."""

_OF_THE_WORKSPACE = frozenset({"message_limit_exceeded"})


def raise_for_answer(
    method: str,
    body: Mapping[str, Any],
    *,
    retry_after: str | None = None,
    hide: Iterable[str] = (),
) -> None:
    """Raise what an answer means; nothing when it is `ok`. `hide` are secrets it might quote."""
    if body.get("ok") is True:
        return
    code = str(body.get("error") or "no_error")
    detail = _detail(method, body, hide)
    meaning = MEANINGS.get(code, Retryable)
    if meaning is RateLimited:
        raise RateLimited(
            detail,
            retry_after_s=retry_after_s(retry_after),
            whole_platform=code in _OF_THE_WORKSPACE,
            code=code,
        )
    raise meaning(detail, code=code)


def _detail(method: str, body: Mapping[str, Any], hide: Iterable[str]) -> str:
    """The method, the scope that lacks, and where in the payload the fault is."""
    parts = [method]
    if isinstance(needed := body.get("needed"), str):
        parts.append(f"needs {needed}")
    told = body.get("response_metadata")
    if isinstance(told, Mapping) and isinstance(told.get("messages"), list):
        parts += [_QUOTED.sub("…", str(one)) for one in told["messages"][:5]]
    words = "; ".join(parts)
    for secret in hide:
        if secret:
            words = words.replace(secret, "***")
    return flat(words)[:_DETAIL_MOST]
