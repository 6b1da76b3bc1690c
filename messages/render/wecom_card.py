"""WeCom template cards: buttons to tap, each a chat line.

Card text is drawn as written: no markup is read in it, so nothing needs escaping. Lengths are the
ones WeCom suggests; clients cut what is longer, which would hide words, so we never send it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messages import limits
from messages.limits import cut, octets, signs
from messages.model import (
    Bullets,
    Button,
    ButtonStyle,
    Divider,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
)
from messages.render.payload import Json, address
from messages.render.words import flat, shown, squeezed, words


@dataclass(frozen=True, slots=True)
class CardSizes:
    """Suggested lengths in Chinese characters, which differ between apps and AI bots."""

    title: int
    desc: int
    sub_title: int
    value: int


APP_CARD = CardSizes(
    limits.WECOM_APP_TITLE,
    limits.WECOM_APP_DESC,
    limits.WECOM_APP_SUB_TITLE,
    limits.WECOM_APP_VALUE,
)
AIBOT_CARD = CardSizes(
    limits.WECOM_AIBOT_TITLE,
    limits.WECOM_AIBOT_DESC,
    limits.WECOM_AIBOT_SUB_TITLE,
    limits.WECOM_AIBOT_VALUE,
)

# button_list[].style: 1 is the filled blue one, 2 the plain one, 3 the red one.
_STYLES = {ButtonStyle.PRIMARY: 1, ButtonStyle.PLAIN: 2, ButtonStyle.DANGER: 3}
_BREAKS = ("：", ": ", " · ")
_SENTENCE_END = re.compile(r"[。！？]|[.!?](?= )")
_CLAUSE_END = re.compile(r"[，；]|[,;](?= )")
_TASK_ID = re.compile(rf"[0-9A-Za-z_@-]{{1,{limits.WECOM_TASK_ID_BYTES}}}\Z")


def key_of(button: Button) -> str:
    """The chat line behind a tap.

    WeCom asks no confirmation and opens no form. A line that would act at once where other
    platforms ask first (`won`, whose form has only optional fields) says that it wants to be asked.
    """
    asks_first = button.confirm is not None or (
        button.form is not None and not any(field.required for field in button.form.fields)
    )
    return f"{button.line} ?" if asks_first and button.line else button.line


def tappable(button: Button) -> bool:
    """Whether a button may be one on a card."""
    return 0 < octets(key_of(button)) <= limits.WECOM_BUTTON_KEY_BYTES


def whole_card(message: Message, sizes: CardSizes, task_id: str) -> Json | None:
    """The message as one card, or None when a card would hide a part of it."""
    title = ""
    texts: list[str] = []
    pairs: list[Json] = []
    jumps: list[Json] = []
    for block in message.blocks:
        match block:
            case Heading(text) if not title and not texts and not pairs:
                title = flat(text)
            case Fields(found):
                pairs.extend(_pair(label, value) for label, value in found)
                jumps.extend(_jumps([value for _, value in found]))
            case Paragraph(line) | Note(line):
                texts.append(squeezed(words(line)))
                jumps.extend(_jumps([line]))
            case Bullets(items):
                texts.extend("• " + flat(words(item)) for item in items)
                jumps.extend(_jumps(items))
            case Divider():
                pass
            case _:
                return None
    texts = [text for text in texts if text]
    summary = flat(message.summary)
    if not title and signs(summary) <= sizes.title and texts[:1] == [summary]:
        # The summary is the title of a card without one; said once is enough.
        title = texts.pop(0)
    elif not title and texts[:1] == [summary]:
        title, texts[0] = _begun(summary, sizes.title)
        texts = [text for text in texts if text]
    title, desc = _broken(title, sizes)
    if not desc and texts and title and _short(texts[0], sizes.desc):
        desc = texts.pop(0)
    sub_title = "\n".join(texts)
    fits = (
        signs(title) <= sizes.title
        and signs(sub_title) <= sizes.sub_title
        and len(pairs) <= limits.WECOM_PAIRS
        and len(jumps) <= limits.WECOM_JUMPS
        and all(signs(pair["value"]) <= sizes.value for pair in pairs)
        and len(message.buttons) <= limits.WECOM_BUTTONS
        and all(map(tappable, message.buttons))
    )
    if not fits:
        return None
    return _card(message, sizes, task_id, title, desc, sub_title, pairs, jumps)


def _begun(text: str, most: int) -> tuple[str, str]:
    """The beginning of a text as a title, and the rest: whole sentences, else up to a comma."""
    for mark in (_SENTENCE_END, _CLAUSE_END):
        ends = [each.end() for each in mark.finditer(text) if signs(text[: each.end()]) <= most]
        if ends:
            return text[: ends[-1]].rstrip("，；,;"), text[ends[-1] :].lstrip()
    return "", text


def _broken(title: str, sizes: CardSizes) -> tuple[str, str]:
    """A title too long for its line as a title and the line under it, broken where it has parts:
    `客户 · 产品：还有 23 天`."""
    if signs(title) <= sizes.title:
        return title, ""
    for mark in _BREAKS:
        head, found, rest = title.partition(mark)
        if found and 0 < signs(head) <= sizes.title and 0 < signs(rest) <= sizes.desc:
            return head, rest
    return title, ""


def buttons_card(message: Message, sizes: CardSizes, task_id: str) -> Json:
    """A card that follows a long text: a title and the first buttons."""
    title = next((flat(block.text) for block in message.blocks if isinstance(block, Heading)), "")
    title, desc = _broken(title or flat(message.summary), sizes)
    return _card(message, sizes, task_id, title, desc, "", [], [])


def says(card: Json, text: str) -> bool:
    """Whether a card shows a text whole, so that it need not be said beside it."""
    title = card["template_card"]["main_title"]
    return flat(text) in (title["title"], title.get("desc"))


def _card(
    message: Message,
    sizes: CardSizes,
    task_id: str,
    title: str,
    desc: str,
    sub_title: str,
    pairs: list[Json],
    jumps: list[Json],
) -> Json:
    buttons = [button for button in message.buttons if tappable(button)][: limits.WECOM_BUTTONS]
    main_title = {"title": cut(title or flat(message.summary), sizes.title, signs) or "–"}
    if desc:
        main_title["desc"] = desc
    card: Json = {"card_type": "button_interaction", "main_title": main_title}
    if sub_title:
        card["sub_title_text"] = sub_title
    if pairs:
        card["horizontal_content_list"] = pairs
    if jumps:
        card["jump_list"] = jumps
    card["button_list"] = [_button(button) for button in buttons]
    card["task_id"] = task_of(task_id, message)
    return {"msgtype": "template_card", "template_card": card}


def _button(button: Button) -> Json:
    label = cut(flat(button.label or button.line), limits.WECOM_BUTTON_TEXT, signs)
    return {"text": label or "–", "style": _STYLES[button.style], "key": key_of(button)}


def _pair(label: str, value: Line) -> Json:
    name = cut(flat(label), 2 * limits.WECOM_PAIR_NAME, signs) or "–"
    return {"keyname": name, "value": flat(words(value)) or "–"}


def _jumps(lines: Sequence[Line]) -> Iterator[Json]:
    for line in lines:
        for span in line:
            link = address(span.link)
            if link:
                title = cut(flat(shown(span)), limits.WECOM_AIBOT_TITLE, signs)
                yield {"type": 1, "url": link, "title": title or "–"}


def task_of(task_id: str, source: object) -> str:
    """The caller's id where WeCom accepts it, else one made from what is shown."""
    if _TASK_ID.match(task_id):
        return task_id
    return hashlib.sha256(f"{task_id}\n{source!r}".encode(errors="replace")).hexdigest()[:40]


def _short(text: str, limit: int) -> bool:
    return "\n" not in text and signs(text) <= limit
