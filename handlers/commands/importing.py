"""`import`: a dropped file is previewed, kept, and written after a yes, whoever restarts meanwhile."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath

from handlers.context import Context
from handlers.importing.bringing import Brought, FileToBring, bring, sentences
from handlers.importing.plan import Author, Plan
from handlers.registry import Group, Word, command
from handlers.remembering import remember
from messages.model import (
    Attachment,
    Block,
    Bullets,
    Button,
    ButtonStyle,
    Heading,
    Message,
    Paragraph,
    plain,
)
from scoring.errors import NotFound, Refused
from scoring.permissions import Right
from storage.staged import StagedFile
from storage.transaction import Tx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportOutcome(StrEnum):
    """What became of a previewed file."""

    IMPORTED = "imported"
    CANCELLED = "cancelled"


class ImportStep(StrEnum):
    """What to do with a previewed file."""

    CONFIRM = "confirm"
    SKIP = "skip"
    CANCEL = "cancel"


@command("import", right=Right.IMPORT, group=Group.BOOK, apart=True)
async def import_(
    ctx: Context, step: ImportStep | None = None, code: Word | None = None
) -> Message:
    """Preview dropped files, or confirm or cancel a preview by its code."""
    if ctx.incoming.files:
        return await _preview(ctx)
    if step is None or code is None:
        sentence = ctx.t("import.how")
        return Message(sentence, (Paragraph(plain(sentence)),))
    async with ctx.store.read() as tx:
        staged = await tx.staged.of(code)
    if not staged or staged[0].person_id not in (None, ctx.viewer.id):
        raise NotFound("import.no_preview", code=code)
    if step is ImportStep.CANCEL:
        return await _cancel(ctx, staged)
    return await _write(ctx, staged, skip=step is ImportStep.SKIP)


async def _preview(ctx: Context) -> Message:
    """What the files would do together; when they would do anything they wait for a yes."""
    files = [FileToBring(file.name, file.content) for file in ctx.incoming.files]
    found = await bring(ctx.store, files, ctx.rules, ctx.now, author=_author(ctx), write=False)
    plan, names = found.plan, _names(ctx, [file.name for file in files])
    code = secrets.token_hex(4)
    title = ctx.t("import.preview", name=names)
    message = Message(
        summary=title,
        blocks=(Heading(title), *_blocks(ctx, plan)),
        buttons=_buttons(ctx, plan, code),
        attachments=await _annotated(ctx, found, files),
    )
    if plan.new or plan.changed:
        async with ctx.store.begin() as tx:
            for file in ctx.incoming.files:
                person_id = ctx.viewer.id or None
                await tx.staged.add(
                    StagedFile(code, person_id, file.name, None, file.content, ctx.now)
                )
            await _keep(ctx, tx, message)
    return message


async def _cancel(ctx: Context, staged: Sequence[StagedFile]) -> Message:
    sentence = ctx.t("import.cancelled", name=_names(ctx, [file.filename for file in staged]))
    message = Message(sentence, (Paragraph(plain(sentence)),))
    async with ctx.store.begin() as tx:
        await _finish(ctx, tx, staged, ImportOutcome.CANCELLED)
        await _keep(ctx, tx, message)
    return message


async def _write(ctx: Context, staged: Sequence[StagedFile], *, skip: bool) -> Message:
    names = _names(ctx, [file.filename for file in staged])
    if staged[0].done_at is not None:
        raise _done_before(names, staged)

    def told(plan: Plan) -> Message:
        done = ctx.t("import.done", name=names)
        return Message(
            summary=done,
            blocks=(Heading(done), *_blocks(ctx, plan)),
            buttons=(Button(ctx.t("due.title"), "due"),),
        )

    written = await bring(
        ctx.store,
        [FileToBring(file.filename, file.content, file.kind) for file in staged],
        ctx.rules,
        ctx.now,
        author=_author(ctx),
        write=True,
        skip_refused=skip,
        first=lambda tx: _finish(ctx, tx, staged, ImportOutcome.IMPORTED),
        last=lambda tx, plan: _keep(ctx, tx, told(plan)),
    )
    plan = written.plan
    if not plan.refused or skip:
        return told(plan)
    refused = ctx.t("import.refused_now", name=names)
    return Message(
        summary=refused,
        blocks=(Heading(refused), *_blocks(ctx, plan)),
        buttons=_buttons(ctx, plan, staged[0].code),
    )


async def _finish(
    ctx: Context, tx: Tx, staged: Sequence[StagedFile], outcome: ImportOutcome
) -> None:
    code = staged[0].code
    if not await tx.staged.finish(code, at=ctx.now, outcome=outcome):
        names = _names(ctx, [file.filename for file in staged])
        raise _done_before(names, await tx.staged.of(code))


def _done_before(names: str, staged: Sequence[StagedFile]) -> Refused:
    cancelled = any(file.outcome == ImportOutcome.CANCELLED for file in staged)
    return Refused("import.cancelled_before" if cancelled else "import.done_before", name=names)


async def _keep(ctx: Context, tx: Tx, message: Message) -> None:
    await remember(tx, ctx.incoming, message, ctx.phrases.locale, now=ctx.now)


async def _annotated(
    ctx: Context, found: Brought, files: Sequence[FileToBring]
) -> tuple[Attachment, ...]:
    copies = []
    for at, file in enumerate(files):
        if not found.refused(at):
            continue
        name = ctx.t("import.annotate.name")
        if len(files) > 1:
            name = f"{PurePath(file.name).stem} - {name}"
        content = await asyncio.to_thread(found.annotated, file, ctx.phrases, at=at)
        copies.append(Attachment(name, XLSX, content))
    return tuple(copies)


def _names(ctx: Context, names: Sequence[str]) -> str:
    return ctx.phrases.join(names)


def _blocks(ctx: Context, plan: Plan) -> tuple[Block, ...]:
    counts, *others = sentences(plan, ctx.phrases)
    blocks: list[Block] = [Paragraph(plain(counts))]
    if others:
        blocks.append(Bullets(tuple(plain(line) for line in others)))
    return tuple(blocks)


def _buttons(ctx: Context, plan: Plan, code: str) -> tuple[Button, ...]:
    if not (plan.new or plan.changed):
        return ()
    go = (
        Button(ctx.t("import.button.skip"), f"import skip {code}", ButtonStyle.PRIMARY)
        if plan.refused
        else Button(ctx.t("import.button.confirm"), f"import confirm {code}", ButtonStyle.PRIMARY)
    )
    return (go, Button(ctx.t("import.button.cancel"), f"import cancel {code}"))


def _author(ctx: Context) -> Author:
    return Author(ctx.viewer.id or None, ctx.viewer.name, ctx.place.platform)
