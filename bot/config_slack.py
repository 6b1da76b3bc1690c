"""Slack's part of the configuration, and what in it does not go together."""

from __future__ import annotations

import re

from pydantic import Field, SecretStr, field_validator

from bot.config_wecom import Section, is_here, parts_of_address

_WORKSPACE = re.compile(r"[TE][A-Z0-9]{1,30}")
_EMOJI = re.compile(r"[^\s:]{1,100}")
_HOSTS = ("slack.com", "slack-gov.com")
_BOT_TOKEN = re.compile(r"(xoxe\.)?xoxb-[A-Za-z0-9-]+")
_APP_TOKEN = re.compile(r"xapp-[A-Za-z0-9_-]+")
_LIKE_A_SECRET = re.compile(r"[0-9a-f]{32}")


class Slack(Section):
    """Slack: one workspace by token, in Socket Mode (app_token) or HTTP mode (signing_secret); or
    several that install the app by OAuth (client_id, client_secret).

    `workspaces` are the ids of those that may; without it any may, but only those named there are
    believed when they say whose an e-mail address is. `reaction` is the emoji, by name, under a
    message that files it as a touch.
    """

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    former_client_secret: SecretStr = SecretStr("")
    """The one before it was rotated, until every workspace's token is sealed with the new one."""
    workspaces: list[str] = Field(default=[])
    reaction: str = "pushpin"
    api_url: str = "https://slack.com/api/"

    @field_validator("reaction")
    @classmethod
    def _name(cls, reaction: str) -> str:
        name = reaction.strip().strip(":").lower()
        if not _EMOJI.fullmatch(name):
            raise ValueError(f"{reaction!r}: write the emoji's name, such as pushpin")
        return name

    @field_validator("workspaces")
    @classmethod
    def _ids(cls, workspaces: list[str]) -> list[str]:
        for each in workspaces:
            if not _WORKSPACE.fullmatch(each):
                raise ValueError(f"{each!r}: write the workspace's id, such as T0123ABCD")
        return workspaces

    @property
    def set_up(self) -> bool:
        """Whether there is anything to reach Slack with."""
        return self.one_workspace or self.several

    @property
    def one_workspace(self) -> bool:
        """Whether one workspace's token is given; then no other one can install the app."""
        return bool(self.bot_token.get_secret_value())

    @property
    def several(self) -> bool:
        """Whether workspaces install the app by themselves."""
        return bool(self.client_id) and not self.one_workspace

    @property
    def by_socket(self) -> bool:
        """Whether Slack is heard over a connection that we open."""
        return self.set_up and bool(self.app_token.get_secret_value())

    @property
    def by_http(self) -> bool:
        """Whether Slack calls us."""
        return self.set_up and bool(self.signing_secret.get_secret_value())

    def admits(self, team: str, enterprise: str = "") -> bool:
        """Whether a workspace may install the app."""
        return not self.workspaces or bool({team, enterprise} & set(self.workspaces))

    def trusts(self, team: str) -> bool:
        """Whether a workspace is believed when it says whose an e-mail address is."""
        return self.one_workspace or team in self.workspaces


def slack_faults(slack: Slack, public_url: str) -> list[str]:
    """What does not go together, all of it: `slack.key: what to do`."""
    scheme, host = parts_of_address(slack.api_url)
    checks = [
        (scheme not in ("http", "https") or not host, "slack.api_url: write https://HOST/api/"),
        *_swapped(slack),
        *(_misshapen(slack) if _slacks_own(host) else ()),
        *_partners(slack),
    ]
    if slack.several:
        checks += _of_several(slack, public_url)
    return [sentence for is_wrong, sentence in checks if is_wrong]


def _swapped(slack: Slack) -> list[tuple[bool, str]]:
    """What was copied into the wrong key, or not whole."""
    bot, app, signing, client = (
        secret.get_secret_value()
        for secret in (slack.bot_token, slack.app_token, slack.signing_secret, slack.client_secret)
    )
    texts = {
        "bot_token": bot,
        "app_token": app,
        "signing_secret": signing,
        "client_id": slack.client_id,
        "client_secret": client,
    }
    tokens = ("xox", "xapp-")
    return [
        *(
            (
                text != "".join(text.split()),
                f"slack.{key}: there is white space in it; copy it again",
            )
            for key, text in texts.items()
        ),
        (
            bot.startswith("xapp-"),
            "slack.bot_token: that is the app-level token, which belongs in slack.app_token; the"
            " bot's begins with xoxb-",
        ),
        (
            app.startswith("xox"),
            "slack.app_token: that token belongs in slack.bot_token; the app-level token begins"
            " with xapp-",
        ),
        (
            signing.startswith(tokens),
            "slack.signing_secret: that is a token; the Signing Secret is under Basic Information",
        ),
        (
            client.startswith(tokens),
            "slack.client_secret: that is a token; the Client Secret is under Basic Information",
        ),
        (
            bool(_LIKE_A_SECRET.fullmatch(slack.client_id)),
            "slack.client_id: that is a secret; the Client ID has digits and a dot",
        ),
    ]


def _slacks_own(host: str) -> bool:
    """Whether it is Slack itself that is asked: whatever stands in for it gives its own tokens."""
    return host in _HOSTS or host.endswith(tuple(f".{one}" for one in _HOSTS))


def _misshapen(slack: Slack) -> list[tuple[bool, str]]:
    """Tokens that Slack never gave out; those in the wrong key are told by `_swapped`."""
    bot, app = (
        "".join(token.get_secret_value().split()) for token in (slack.bot_token, slack.app_token)
    )
    return [
        (
            bool(bot) and not bot.startswith("xapp-") and not _BOT_TOKEN.fullmatch(bot),
            "slack.bot_token: that is not a bot's token; copy the Bot User OAuth Token (xoxb-…)",
        ),
        (
            bool(app) and not app.startswith("xox") and not _APP_TOKEN.fullmatch(app),
            "slack.app_token: that is no app-level token; generate one under Basic Information"
            " (xapp-…)",
        ),
    ]


def _partners(slack: Slack) -> list[tuple[bool, str]]:
    """What one key needs of another one."""
    has_secret = bool(slack.client_secret.get_secret_value())
    lonely = not slack.set_up
    return [
        (
            lonely and bool(slack.app_token.get_secret_value()),
            "slack.bot_token: app_token needs it, too (xoxb-…)",
        ),
        (
            lonely and bool(slack.signing_secret.get_secret_value()),
            "slack.bot_token: signing_secret needs it, too (xoxb-…)",
        ),
        (
            slack.one_workspace and bool(slack.client_id),
            "slack: bot_token is for one workspace, client_id and client_secret are for several"
            " that install the app; keep one of both",
        ),
        (bool(slack.client_id) and not has_secret, "slack.client_secret: client_id needs it, too"),
        (has_secret and not slack.client_id, "slack.client_id: client_secret needs it, too"),
        (
            bool(slack.workspaces) and slack.one_workspace,
            "slack.workspaces: with bot_token there is only one; leave it out",
        ),
    ]


def _of_several(slack: Slack, public_url: str) -> list[tuple[bool, str]]:
    scheme, host = parts_of_address(public_url)
    return [
        (
            not slack.by_http and not slack.by_socket,
            "slack.signing_secret: several workspaces need it (or app_token for Socket Mode)",
        ),
        (
            not public_url,
            "http.public_url: people who install the app are sent back there; write the bot's"
            " address, such as https://renewals.example.com",
        ),
        (
            bool(public_url) and scheme != "https" and not is_here(host),
            "http.public_url: Slack sends people back to https:// alone",
        ),
    ]
