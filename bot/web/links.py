"""Where links to customers lead: a page that says how to look, and knows nothing of anybody.

Chat shows a preview of such a link by the rights of who shares it. A browser has no rights here,
so that the page is the same for every code, whether there is such a customer or not.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from aiohttp import web

from handlers.previews import PATH
from messages.i18n import Phrasebook
from scoring.model import Locale

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem;"
    "color:#1d1c1d;background:#fff}code{background:#f2f2f2;padding:.15em .4em;border-radius:4px}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#1a1d21}"
    "code{background:#33373c}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


class Links:
    """The door at `/c/…`."""

    def add_to(self, app: web.Application) -> None:
        """Open it."""
        app.router.add_get(PATH + r"{code:[ARar]-\d{1,15}}", self.page)

    async def page(self, request: web.Request) -> web.Response:
        """How to look at it in chat, in the browser's language."""
        asked = request.headers.get("Accept-Language", "")[:40]
        locale = Locale.of(asked.partition(",")[0].partition(";")[0].strip() or None)
        phrases = Phrasebook(locale)
        title = escape(phrases.t("links.title"))
        line = f"<code>show {escape(request.match_info['code'].upper())}</code>"
        before, _, after = escape(phrases.t("links.how", line="\x00")).partition("\x00")
        language = "zh-CN" if locale is Locale.ZH else "en"
        text = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{title}</title><style>{_STYLE}</style></head>"
            f"<body><h1>{title}</h1><p>{before}{line}{after}</p></body></html>"
        )
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)
