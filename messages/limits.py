"""Every limit of every platform, by name and with its source, and the ways to stay within them.

Slack counts characters; we count UTF-16 code units, the larger of the two readings. WeCom counts
UTF-8 bytes where it says bytes; the lengths it suggests for cards are in Chinese characters (字),
and two Latin letters take the room of one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

Size = Callable[[str], int]
"""How a platform measures a text."""

# --- Slack: docs.slack.dev/reference/block-kit and /methods, unless another source is named -------

SLACK_TEXT = 4_000  # chat.update refuses more (msg_too_long); chat.postMessage splits above
SLACK_BLOCKS = 50  # a message
SLACK_VIEW_BLOCKS = 100  # a modal or App Home
SLACK_TOTAL = 12_000  # msg_blocks_too_long from about 13,200 characters (bolt-js issue 2509)
SLACK_SECTION = 3_000  # also any other text object
SLACK_FIELDS = 10
SLACK_FIELD = 2_000
SLACK_HEADER = 150
SLACK_CONTEXT_ELEMENTS = 10
SLACK_ACTIONS = 25
SLACK_RICH_TEXT = 3_000  # not documented; kept like a section
SLACK_BUTTON_TEXT = 75
SLACK_BUTTON_VALUE = 2_000
SLACK_URL = 3_000
SLACK_ID = 255  # action_id, block_id, callback_id
SLACK_OPTIONS = 100  # a select; 0 is refused too
SLACK_OPTION_TEXT = 75
SLACK_OPTION_VALUE = 150
SLACK_PLACEHOLDER = 150
SLACK_CONFIRM_TITLE = 100
SLACK_CONFIRM_TEXT = 300
SLACK_CONFIRM_BUTTON = 30
SLACK_TABLES = 1  # a message
SLACK_TABLE_ROWS = 100  # the header is a row
SLACK_TABLE_COLUMNS = 20
# Ours, so that a row, a section and the buttons always fit one message together.
SLACK_CELL = 300
SLACK_HEADER_CELL = 75
SLACK_TABLE_WEIGHT = 8_000
SLACK_SECTION_WEIGHT = 6_000
SLACK_ACTIONS_WEIGHT = 4_000
SLACK_VIEW_TITLE = 24  # also submit and close
SLACK_VIEW_BYTES = 250_000  # view_too_large
SLACK_METADATA = 3_000  # private_metadata
SLACK_INPUT_TEXT = 3_000  # max_length of plain_text_input
SLACK_LABEL = 2_000  # label and hint of an input
SLACK_ALT_TEXT = 2_000  # of an image
SLACK_FILE_ALT_TEXT = 1_000  # alt_txt of an upload (alt_txt_too_large)
SLACK_MARKDOWN = 12_000  # all markdown blocks of a message together
# docs.slack.dev/apis/web-api/rate-limits: one message a second and channel, with short bursts, and
# "several hundred" a minute in a workspace; nobody says how many.
SLACK_CHANNEL_PER_SECOND = 1
SLACK_WORKSPACE_PER_MINUTE = 300
SLACK_EDITS_PER_MINUTE = 50  # a workspace; chat.update is of tier 3

# --- WeCom: developer.work.weixin.qq.com/document/path/N ------------------------------------------

WECOM_TEXT_BYTES = 2_048  # robot and app (91770, 90236)
WECOM_ROBOT_MARKDOWN_BYTES = 4_096  # 91770, both versions; 40058 above
WECOM_APP_MARKDOWN_BYTES = 2_048  # 90236
WECOM_AIBOT_MARKDOWN_BYTES = 20_480  # 101031
WECOM_BUTTONS = 6  # 90372, button_list
WECOM_BUTTON_TEXT = 10  # suggested
WECOM_BUTTON_KEY_BYTES = 1_024
WECOM_PAIRS = 6  # horizontal_content_list
WECOM_PAIR_NAME = 5  # suggested for keyname: more is cut by the client
WECOM_JUMPS = 3
WECOM_SELECTS = 3  # select_list of multiple_interaction
WECOM_SELECT_OPTIONS = 10
WECOM_VOTE_OPTIONS = 20
WECOM_OPTION_TEXT = 16  # suggested
WECOM_OPTION_ID_BYTES = 128
WECOM_SUBMIT_TEXT = 10  # suggested
WECOM_QUESTION_KEY_BYTES = 1_024  # 90372, question_key of a select or checkbox
WECOM_TASK_ID_BYTES = 128  # 0-9 A-Z a-z _ - @

WECOM_APP_TITLE = 36  # suggested lengths, app cards (90236)
WECOM_APP_DESC = 44
WECOM_APP_SUB_TITLE = 160
WECOM_APP_VALUE = 30
WECOM_AIBOT_TITLE = 26  # suggested lengths, AI bot and robot cards (101032, 99110)
WECOM_AIBOT_DESC = 30
WECOM_AIBOT_SUB_TITLE = 112
WECOM_AIBOT_VALUE = 26

# --- WeCom: how often and how much; what goes over is mostly dropped without a word ---------------

WECOM_ROBOT_PER_MINUTE = 20  # a robot (91770)
WECOM_PERSON_PER_MINUTE = 30  # an app to one member; more is dropped silently (90236)
WECOM_PERSON_PER_HOUR = 1_000
WECOM_CHAT_PER_MINUTE = 30  # an AI bot, replies and pushes to one chat together (101463)
WECOM_CHAT_PER_HOUR = 1_000
WECOM_CORP_PER_MINUTE = 10_000  # an organisation, by API (90312); 45009 above
WECOM_CORP_PER_HOUR = 150_000
WECOM_ADDRESS_PER_MINUTE = 20_000  # a server's IP address, all APIs (90312)
WECOM_APP_PER_SEAT_AND_DAY = 200  # person-messages of an app: seats of the organisation times this
WECOM_APPCHAT_CORP_PER_MINUTE = 20_000  # person-messages into the app's groups (90248)
WECOM_APPCHAT_MEMBER_PER_MINUTE = 200  # more is dropped silently (90248)
WECOM_APPCHAT_MEMBER_PER_DAY = 10_000
WECOM_APPCHAT_NAME = 50  # characters
WECOM_APPCHAT_MEMBERS = 2_000  # and at least 2
WECOM_MENU_ENTRIES = 5  # below each of the three entries of an app's menu (90231)
WECOM_MENU_TOP_NAME_BYTES = 16
WECOM_MENU_NAME_BYTES = 40
WECOM_APPCHAT_ID = 32  # 0-9 A-Z a-z
WECOM_UPLOADS_PER_MINUTE = 30  # chunked uploads of an AI bot (101463)
WECOM_UPLOADS_PER_HOUR = 1_000

WECOM_FILE_BYTES = 20 * 1_048_576  # 90253, 99110; the largest of the kinds
WECOM_IMAGE_BYTES = 2 * 1_048_576  # JPG or PNG
WECOM_MEDIA_LEAST_BYTES = 6  # "larger than 5 bytes"
WECOM_MEDIA_DAYS = 3  # how long a media id is good for
WECOM_CHUNK_BYTES = 512 * 1_024  # chunked uploads of an AI bot (101463)
WECOM_CHUNKS = 100

WECOM_CARD_HOURS = 72  # how long a response_code is good for, once (94888)
WECOM_DEDUPE_S = 4 * 3_600  # duplicate_check_interval at most (90236)
WECOM_ANSWER_S = 5.0  # the answer to a callback before it is repeated; three attempts
WECOM_STREAM_S = 360  # how long a stream of an AI bot may go on (101031)
WECOM_OPEN_USERIDS = 1_000  # of one batch/openuserid_to_userid (101521)

# --- Ours -----------------------------------------------------------------------------------------

CHAT_LINE = 500  # longer lines are refused before parsing, so a button never carries one
PARTS = 8  # a message is never split into more: a robot may send 20 a minute

ELLIPSIS = "…"


def units(text: str) -> int:
    """The length in UTF-16 code units, as Slack's clients count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """The length in UTF-8 bytes, as WeCom counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def signs(text: str) -> int:
    """The room a text takes on a card in Chinese characters, as WeCom suggests lengths."""
    return -(-width(text) // 2)


def cut(text: str, limit: int, size: Size = units) -> str:
    """`text`, or as much of it as leaves room for an ellipsis within `limit`."""
    if size(text) <= limit:
        return text
    room = limit - size(ELLIPSIS)
    return text[: _fitting(text, room, size)].rstrip() + ELLIPSIS if room >= 0 else ""


def split(text: str, limit: int, size: Size = units) -> list[str]:
    """`text` in pieces of at most `limit`, broken at a line end or a space where one is near.

    Nothing is lost but the white space at the breaks; never breaks a letter from its accents.
    """
    pieces: list[str] = []
    while len(text) > limit or size(text) > limit:
        end = max(1, _fitting(text, limit, size))
        if (line_end := text.rfind("\n", end // 2, end)) > 0:
            end = line_end
        elif (space := text.rfind(" ", end - end // 4, end)) > 0:
            end = space
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    pieces.append(text)
    return [piece for piece in pieces if piece]


def split_rows(
    header: str, rows: Sequence[str], limit: int, size: Size = octets, glue: str = "\n"
) -> list[str]:
    """Rows under their header in texts of at most `limit`, the header repeated in each.

    A row that does not fit even alone is cut, which may break its markup: cut cells before.
    """
    texts: list[str] = []
    room = limit - size(header)
    held: list[str] = []
    used = 0
    for row in rows:
        row = cut(row, room - size(glue), size)
        weight = size(glue) + size(row)
        if held and used + weight > room:
            texts.append(glue.join((header, *held)))
            held, used = [], 0
        held.append(row)
        used += weight
    texts.append(glue.join((header, *held)))
    return texts


def width(text: str) -> int:
    """How many columns of a terminal `text` takes; Chinese letters and emoji take two."""
    return sum(map(_columns, text))


def pad(text: str, columns: int) -> str:
    """`text` with spaces up to `columns` of a terminal."""
    return text + " " * max(0, columns - width(text))


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _fitting(text: str, limit: int, size: Size) -> int:
    """How many code points from the start fit within `limit` and end between two graphemes."""
    # The narrowest letters take half a Chinese one's room, in every other size at least all of it.
    low, high = 0, min(len(text), 2 * max(limit, 0))
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    # A pile of accents longer than this is nobody's name; cutting inside it is better than nothing.
    for end in _steps_back(low):
        if _breakable(text, end):
            return end
    return low


def _steps_back(end: int) -> Iterator[int]:
    yield from range(end, max(0, end - 32), -1)


def _breakable(text: str, at: int) -> bool:
    """Whether a reader sees two separate signs before and after `at`; close to UAX 29."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Me", "Mc") or after == "\u200d" or before == "\u200d":
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return False
    if _regional(before) and _regional(after):
        flags = 0
        while flags < at and _regional(text[at - 1 - flags]):
            flags += 1
        return flags % 2 == 0
    return True


def _regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"
