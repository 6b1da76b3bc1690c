"""Where a form was asked for, carried in the form itself, so that its answer gets there."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from bot.slack.heard import Commanded, Reacted, Said, Shortcut, Tapped, Where

_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """A message or a command (`channel` is where), or nothing of the kind: Home, a global shortcut.

    `posts`: it was a post of the bot's own conversation with the person, so the answer is one, too.
    `user` is who asked.
    """

    channel: str = ""
    direct: bool = False
    thread: str = ""
    url: str = ""
    posts: bool = False
    user: str = ""

    @classmethod
    def of(cls, heard: Commanded | Said | Tapped | Shortcut | Reacted) -> Origin:
        """Where that was."""
        if isinstance(heard, Tapped) and heard.surface != "message":
            return cls()
        where, url = heard.where, getattr(heard, "response_url", "")
        posts = where.direct and not (isinstance(heard, Tapped) and heard.ephemeral)
        posts = posts and not isinstance(heard, Commanded)
        url = url if len(url) <= _LONGEST_URL else ""
        return cls(where.channel, where.direct, where.thread, url, posts, where.user)

    @classmethod
    def read(cls, text: str, user: str) -> Origin:
        """What a view carried that `user` has; nowhere when that is nothing of ours, or another's.

        Only a conversation (D…) is believed to be one: what is said there is not for a channel.
        """
        try:
            kept = json.loads(text) if text else {}
            channel, thread, url, who = (str(kept[name]) for name in "ctuw")
            direct, posts = (bool(kept[name]) for name in "dp")
        except (ValueError, KeyError, TypeError):
            return cls()
        if who != user or direct != channel.startswith("D"):
            return cls()
        return cls(channel, direct, thread, url, direct and posts, who)

    def written(self) -> str:
        """The text that a view carries."""
        if not self.channel:
            return ""
        kept = {"c": self.channel, "d": self.direct, "t": self.thread, "u": self.url}
        kept |= {"p": self.posts, "w": self.user}
        return json.dumps(kept, separators=(",", ":"))

    def at(self, where: Where) -> Where:
        """The person of `where`, there."""
        return replace(where, channel=self.channel, direct=self.direct, thread=self.thread)
