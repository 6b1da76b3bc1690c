"""The page itself and the files it loads: shipped with the package, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import web

from messages.i18n import Phrasebook
from scoring.model import Locale

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def page_in(locale: Locale, *, csrf: str) -> web.Response:
    """The page in a language, with the token that its requests carry."""
    text = _page().render(
        t=Phrasebook(locale).t, locale=locale.value, csrf=csrf, version=_version()
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers)


async def shipped_file(request: web.Request) -> web.StreamResponse:
    """A file of the page: asked for anew each time, sent only when it changed."""
    content, media_type, etag = _static().get(request.match_info["name"], (b"", "", ""))
    if not etag:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "no-cache", "ETag": f'"{etag}"'}
    if any(tag.value == etag for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=content, content_type=media_type, headers=headers)


@cache
def _static() -> Mapping[str, tuple[bytes, str, str]]:
    """The shipped files by name; whatever is asked for, no other is ever read."""
    found: dict[str, tuple[bytes, str, str]] = {}
    for file in (FOLDER / "static").iterdir():
        if file.suffix in _KINDS:
            content = file.read_bytes()
            found[file.name] = (content, _KINDS[file.suffix], sha256(content).hexdigest()[:20])
    return found


@cache
def _page() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(FOLDER)
    undefined = jinja2.StrictUndefined
    pages = jinja2.Environment(loader=loader, autoescape=True, undefined=undefined)
    return pages.get_template("page.html")


@cache
def _version() -> str:
    digest = sha256()
    for name, (content, _, _) in sorted(_static().items()):
        digest.update(name.encode() + content)
    return digest.hexdigest()[:12]
