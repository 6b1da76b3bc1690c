"""From the bytes of a text file to its text."""

from __future__ import annotations

import codecs

from scoring.errors import BadArgument

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark, UTF-8, GB18030, then a guess.

    BadArgument when the bytes are no text in any of them.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise BadArgument("import.file.encoding") from None
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as wrong:
        if _is_broken_utf8(content, wrong):
            row = content.count(b"\n", 0, wrong.start) + 1
            raise BadArgument("import.file.broken_utf8", row=row) from None
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and _reads_as_chinese(text):
        return text, "gb18030"
    return _guess(content)


def _is_broken_utf8(content: bytes, wrong: UnicodeDecodeError) -> bool:
    """Whether the file is UTF-8 but for a damaged spot: more letters read well than do not."""
    text = content[: wrong.start + _SAMPLE].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    letters = sum(1 for character in text if character > "\x7f") - broken
    return letters >= 8 and letters > 4 * broken


def _reads_as_chinese(text: str) -> bool:
    """Whether nearly all of it is in GB2312: what other encodings decode to by accident is not."""
    foreign = [character for character in text[:_SAMPLE] if character > "\x7f"]
    common = sum(1 for character in foreign if _in_gb2312(character))
    return common >= 0.75 * len(foreign)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _guess(content: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    match = from_bytes(content[:_SAMPLE]).best()
    if match is None or match.encoding.startswith(("utf_16", "utf_32")):
        raise BadArgument("import.file.encoding")
    try:
        return content.decode(match.encoding), match.encoding.replace("_", "-")
    except (UnicodeDecodeError, LookupError):
        raise BadArgument("import.file.encoding") from None
