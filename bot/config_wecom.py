"""WeCom's part of the configuration, and what in it does not go together."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class Section(BaseModel):
    """A part of the configuration: nothing unknown in it, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WecomApp(Section):
    """A self-built app: messages and cards to people, callbacks.

    `seats` is how many accounts the organisation may have, by which WeCom counts a day's messages;
    without it people of the book are counted.
    """

    agent_id: int = Field(default=0, ge=0)
    secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")
    seats: int | None = Field(default=None, ge=1)

    @property
    def set_up(self) -> bool:
        """Whether it can write."""
        return bool(self.secret.get_secret_value())

    @property
    def hears(self) -> bool:
        """Whether its callback is set up."""
        return bool(self.token.get_secret_value())


class WecomRobot(Section):
    """A group robot; its key is the whole credential."""

    key: SecretStr

    @model_validator(mode="before")
    @classmethod
    def _is_a_table(cls, given: object) -> object:
        if isinstance(given, str):
            raise ValueError('write { key = "…" } with what follows key= in the address')
        return given


class WecomAibot(Section):
    """An AI bot, over the long connection (bot_id, secret) or as a callback (token, key).

    `name` is what people type after the @; without it the first mention of a line is taken for it.
    """

    name: str = ""
    bot_id: str = ""
    secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")
    ws_url: str = "wss://openws.work.weixin.qq.com"

    @property
    def by_connection(self) -> bool:
        """Whether it speaks over the long connection, the only way for it to speak first."""
        return bool(self.bot_id)

    @property
    def by_callback(self) -> bool:
        """Whether it only answers, as a callback."""
        return bool(self.token.get_secret_value()) and not self.by_connection


class Wecom(Section):
    """WeCom in its three ways, alone or together."""

    api_url: str = "https://qyapi.weixin.qq.com"
    corp_id: str = ""
    app: WecomApp = WecomApp()
    robots: dict[str, WecomRobot] = {}
    aibot: WecomAibot = WecomAibot()

    @property
    def only_aibot(self) -> bool:
        """Whether people are reached by the AI bot, because no app is set up."""
        return self.aibot.by_connection and not self.app.set_up

    @property
    def writes_to_people(self) -> bool:
        """Whether one person can be written to at all."""
        return self.app.set_up or self.aibot.by_connection


WS_FAULT = "wecom.aibot.ws_url: write wss://HOST (ws:// only for this machine)"


def keeps_secrets(ws_url: str) -> bool:
    """Whether a bot's secret may be sent to a WebSocket: in the clear only within this machine."""
    scheme, host = parts_of_address(ws_url)
    return bool(host) and (scheme == "wss" or (scheme == "ws" and is_here(host)))


def wecom_faults(wecom: Wecom) -> list[str]:
    """What does not go together, all of it: `wecom.key: what to do`."""
    app, bot = wecom.app, wecom.aibot
    scheme, host = parts_of_address(wecom.api_url)
    checks = [
        (scheme not in ("http", "https") or not host, "wecom.api_url: write https://HOST"),
        (bot.by_connection and not keeps_secrets(bot.ws_url), WS_FAULT),
        (app.set_up and not app.agent_id, "wecom.app.agent_id: the secret needs its AgentId, too"),
        (
            app.set_up and not wecom.corp_id,
            "wecom.corp_id: an app needs the organisation's id, too",
        ),
        (
            app.hears and not app.set_up,
            "wecom.app.secret: a callback needs agent_id and secret, too",
        ),
        (
            _given(bot.secret) and not bot.bot_id,
            "wecom.aibot.bot_id: the secret needs its bot id, too",
        ),
        (
            bool(bot.bot_id) and not _given(bot.secret),
            "wecom.aibot.secret: the bot id needs it, too",
        ),
        (
            bool(bot.bot_id) and _given(bot.token),
            "wecom.aibot: the long connection (bot_id, secret) and the callback (token,"
            " encoding_aes_key) exclude each other; keep those of the mode chosen in WeCom",
        ),
    ]
    for name, section in (("app", app), ("aibot", bot)):
        key = section.encoding_aes_key.get_secret_value()
        checks += [
            (bool(key) and not _given(section.token), f"wecom.{name}.token: the key needs it, too"),
            (
                _given(section.token) and not key,
                f"wecom.{name}.encoding_aes_key: the token needs it, too",
            ),
            (
                bool(key) and not _AES_KEY.fullmatch(key),
                f"wecom.{name}.encoding_aes_key: has exactly 43 letters and digits; copy it again",
            ),
        ]
    for name, robot in wecom.robots.items():
        key = robot.key.get_secret_value()
        whole = "://" in key or "key=" in key or key != key.strip()
        checks.append(
            (whole, f"wecom.robots.{name}.key: write only what follows key= in the address")
        )
    return [sentence for is_wrong, sentence in checks if is_wrong]


_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


def _given(secret: SecretStr) -> bool:
    return bool(secret.get_secret_value())


def parts_of_address(url: str) -> tuple[str, str]:
    """Scheme and host; both empty where it is no address."""
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return "", ""
    return (parts.scheme, parts.hostname or "") if port_is_one else ("", "")


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
