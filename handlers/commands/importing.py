"""`import`: a dropped file is previewed, kept, and written after a yes, whoever restarts meanwhile."""

from __future__ import annotations

import secrets
from enum import StrEnum

from handlers.context import Context
from handlers.importing.bringing import FileToBring, bring, sentences
from handlers.importing.plan import Author, Plan
from handlers.registry import Group, Word, command
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


class ImportStep(StrEnum):
    """What to do with a previewed file."""

    CONFIRM = "confirm"
    SKIP = "skip"
    CANCEL = "cancel"


@command("import", right=Right.IMPORT, group=Group.BOOK)
async def import_(
    ctx: Context, step: ImportStep | None = None, code: Word | None = None
) -> Message:
    """Preview dropped files, or confirm or cancel a preview by its code."""
    if ctx.incoming.files:
        return await _preview(ctx)
    if step is None or code is None:
        sentence = ctx.t("import.how")
        return Message(sentence, (Paragraph(plain(sentence)),))
    staged = await ctx.tx.staged.get(code)
    if staged is None or staged.person_id not in (None, ctx.viewer.id):
        raise NotFound("import.no_preview", code=code)
    if staged.done_at is not None:
        raise Refused("import.done_before", name=staged.filename)
    if step is ImportStep.CANCEL:
        async with ctx.store.begin() as tx:
            await tx.staged.finish(code, at=ctx.now)
        sentence = ctx.t("import.cancelled", name=staged.filename)
        return Message(sentence, (Paragraph(plain(sentence)),))
    return await _write(ctx, staged, skip=step is ImportStep.SKIP)


async def _preview(ctx: Context) -> Message:
    file = ctx.incoming.files[0]
    brought = FileToBring(file.name, file.content)
    found = await bring(ctx.store, [brought], ctx.rules, ctx.now, author=_author(ctx), write=False)
    plan = found.plan
    code = secrets.token_hex(4)
    if plan.new or plan.changed:
        async with ctx.store.begin() as tx:
            await tx.staged.add(
                StagedFile(
                    code, ctx.viewer.id or None, file.name, None, file.content, ctx.now, None
                )
            )
    return Message(
        summary=ctx.t("import.preview", name=file.name),
        blocks=(Heading(ctx.t("import.preview", name=file.name)), *_blocks(ctx, plan)),
        buttons=_buttons(ctx, plan, code),
        attachments=(
            Attachment(
                ctx.t("import.annotate.name"),
                XLSX,
                found.annotated(file.content, file.name, ctx.phrases),
            ),
        )
        if plan.refused
        else (),
    )


async def _write(ctx: Context, staged: StagedFile, *, skip: bool) -> Message:
    brought = FileToBring(staged.filename, staged.content, staged.kind)

    async def only_once(tx: Tx) -> None:
        if not await tx.staged.finish(staged.code, at=ctx.now):
            raise Refused("import.done_before", name=staged.filename)

    written = await bring(
        ctx.store,
        [brought],
        ctx.rules,
        ctx.now,
        author=_author(ctx),
        write=True,
        skip_refused=skip,
        first=only_once,
    )
    plan = written.plan
    if plan.refused and not skip:
        return Message(
            summary=ctx.t("import.refused_now", name=staged.filename),
            blocks=(
                Heading(ctx.t("import.refused_now", name=staged.filename)),
                *_blocks(ctx, plan),
            ),
            buttons=_buttons(ctx, plan, staged.code),
        )
    return Message(
        summary=ctx.t("import.done", name=staged.filename),
        blocks=(Heading(ctx.t("import.done", name=staged.filename)), *_blocks(ctx, plan)),
        buttons=(Button(ctx.t("due.title"), "due"),),
    )


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
