"""A file that changes is read once it is whole."""

from __future__ import annotations

from pathlib import Path

from bot.watching import MOST_LOOKS, Watch


async def test_a_file_that_is_half_written_is_waited_for(tmp_path: Path) -> None:
    secret = tmp_path / "RENEWALS_SLACK__SIGNING_SECRET"
    secret.write_text("the-first-secret")
    watch = Watch([tmp_path])
    pieces = ["the-se", "the-second-sec", "the-second-secret"]

    async def wait(_seconds: float) -> None:
        if pieces:
            secret.write_text(pieces.pop(0))

    secret.write_text("")
    assert watch.changed()
    await watch.settled(wait)
    assert (secret.read_text(), watch.changed()) == ("the-second-secret", False)


async def test_files_that_never_rest_are_not_waited_for_for_ever(tmp_path: Path) -> None:
    watch = Watch([tmp_path])
    looks: list[float] = []

    async def wait(seconds: float) -> None:
        looks.append(seconds)
        (tmp_path / str(len(looks))).touch()

    await watch.settled(wait)
    assert len(looks) == MOST_LOOKS
