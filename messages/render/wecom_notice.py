"""WeCom cards without anything to tap: what is left of a card once nothing can be done any more.

A card cannot become a text, so what was decided is shown as a notice. WeCom wants an address
behind every notice (90372, card_action); ours is its own front page, which asks nothing of us.
"""

from __future__ import annotations

from messages import limits
from messages.limits import cut, signs
from messages.model import Bullets, Fields, Heading, Message, Note, Paragraph
from messages.render.payload import Json
from messages.render.wecom_card import CardSizes, buttons_card, whole_card
from messages.render.words import flat, squeezed, words

FRONT_PAGE = "https://work.weixin.qq.com/"


def face_card(message: Message, sizes: CardSizes, task_id: str) -> Json:
    """A message as the new face of a card: with its buttons where it has some, else a notice."""
    whole = whole_card(message, sizes, task_id) if message.buttons else None
    if whole is not None:
        return whole
    card = buttons_card(message, sizes, task_id)
    return card if card["template_card"]["button_list"] else notice_card(message, sizes, task_id)


def notice_card(message: Message, sizes: CardSizes, task_id: str) -> Json:
    """A message as a card to read: its title, and as much of its words as a card shows."""
    title = ""
    texts: list[str] = []
    pairs: list[Json] = []
    for block in message.blocks:
        match block:
            case Heading(text) if not title:
                title = flat(text)
            case Fields(found):
                pairs += [
                    {
                        "keyname": cut(flat(label), 2 * limits.WECOM_PAIR_NAME, signs) or "–",
                        "value": cut(flat(words(value)), sizes.value, signs) or "–",
                    }
                    for label, value in found
                ]
            case Paragraph(line) | Note(line):
                texts.append(squeezed(words(line)))
            case Bullets(items):
                texts.extend("• " + flat(words(item)) for item in items)
    title = cut(title or flat(message.summary), sizes.title, signs) or "–"
    said = [text for text in texts if text and text != title]
    card: Json = {
        "card_type": "text_notice",
        "main_title": {"title": title},
        "card_action": {"type": 1, "url": FRONT_PAGE},
        "task_id": task_id,
    }
    if said:
        card["sub_title_text"] = cut("\n".join(said), sizes.sub_title, signs)
    if pairs:
        card["horizontal_content_list"] = pairs[: limits.WECOM_PAIRS]
    return {"msgtype": "template_card", "template_card": card}


def told_whole(message: Message, sizes: CardSizes, face: Json) -> bool:
    """Whether a face says all of a message, so that nothing has to be said besides."""
    if message.buttons or message.form:
        return whole_card(message, sizes, face["template_card"]["task_id"]) == face
    if not all(isinstance(block, Heading | Paragraph) for block in message.blocks):
        return False
    texts = [squeezed(words(b.line)) for b in message.blocks if isinstance(b, Paragraph)]
    headings = [flat(block.text) for block in message.blocks if isinstance(block, Heading)]
    titled = len(headings) <= 1 and all(signs(text) <= sizes.title for text in headings)
    return titled and signs("\n".join(texts)) <= sizes.sub_title
