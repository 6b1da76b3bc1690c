"""`audit`, `audit verify`, `audit erase`: who changed what, whether that still holds, and forgetting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, By, ConfigFile, Database, Now, read_date, read_name

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from handlers.audit_verifying import Verdict
    from storage.store import Store

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_ERASABLE = ("person", "contact", "account")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    group = typer.Typer(help="Who changed what, and when.", rich_markup_mode=None)
    group.callback(invoke_without_command=True)(audit)
    group.command("verify")(verify)
    group.command("erase")(erase)
    app.add_typer(group, name="audit")


def audit(
    context: typer.Context,
    subject: Annotated[
        str | None,
        typer.Option("--subject", help="A customer, a contract number, a kind, or KIND:ID."),
    ] = None,
    person: Annotated[str | None, typer.Option("--person", help="Only what they did.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only from that day on.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """List the latest changes: who, when, what, from what to what."""
    if context.invoked_subcommand is not None:
        if subject or person or since:
            raise typer.BadParameter("they are options of `audit` alone", param_hint="audit")
        return
    from bot.cli.shell import run
    from handlers.audit_reading import read_audit

    since_on = None if since is None else read_date(since, hint="--since")

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            shell.show(
                await read_audit(
                    tx, shell.rules, subject=subject, person=person, since_on=since_on, limit=limit
                )
            )

    run(work, as_json=as_json, db=db, config=config)


def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="HASH", help="A seal's hash as the log told it."),
    ] = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Check every sealed entry and the chain of seals; say what is wrong where. Exit code 1 then."""
    from bot.cli.shell import FAILED, run
    from handlers.audit_verifying import verify as verified

    if head is not None and not _HASH.fullmatch(head):
        raise typer.BadParameter("write the 64 characters of a seal's hash", param_hint="--head")

    async def work(shell: Shell, store: Store) -> int:
        found = await verified(store, head=None if head is None else head.lower())
        sentences = _flaws(shell, found)
        document: dict[str, Any] = {
            "ok": not found.flaws,
            "seals": found.seals,
            "entries": found.entries,
            "erased": found.erased,
            "unsealed": found.unsealed,
            "unsealed_since": found.unsealed_since,
            "head": found.head if found.seals else None,
            "findings": [
                {
                    "problem": one.flaw.value,
                    "seal": one.seal_no,
                    "entry": one.entry_id,
                    "text": sentence,
                }
                for one, sentence in zip(found.flaws, sentences, strict=True)
            ],
        }
        if head is not None:
            document["head_seal"] = found.head_no
        shell.show(document, "\n".join((*sentences, *_summary(shell, found))))
        return FAILED if found.flaws else 0

    raise typer.Exit(run(work, as_json=as_json, db=db, config=config))


def erase(
    person: Annotated[str | None, typer.Option("--person", help="A colleague's name.")] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="The name of somebody at a customer's.")
    ] = None,
    account: Annotated[str | None, typer.Option("--account", help="A customer's name.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count; what is not sealed yet is left out.")
    ] = False,
    by: By = "operator",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Erase names and values about somebody from the audit trail, for good. The book stays."""
    from bot.cli.shell import run
    from handlers.audit_erasing import Erasable
    from handlers.audit_erasing import erase as erased

    given = [
        (Erasable(what), name)
        for what, name in zip(_ERASABLE, (person, contact, account), strict=True)
        if name is not None
    ]
    if len(given) != 1:
        raise typer.BadParameter("name one of --person, --contact, --account", param_hint="erase")
    ((what, name),) = given
    who = read_name(by)

    async def work(shell: Shell, store: Store) -> None:
        done = await erased(store, what, name, shell.now, actor=who, dry_run=dry_run)
        key = "audit.would_erase" if dry_run else "audit.erased"
        lines = [shell.phrases.tn(key, done.entries, name=name.strip())]
        lines += [f"  {action}: {n}" for action, n in done.actions.items()]
        if not done.known:
            lines.append(shell.phrases.t("audit.unknown_name", name=name.strip()))
        lines += [shell.phrases.t("audit.sealed", seal=one.no, hash=one.hash) for one in done.seals]
        document = {
            "erased": 0 if dry_run else done.entries,
            "found": done.entries,
            "actions": done.actions,
            "known": done.known,
            "seals": [{"seal": one.no, "hash": one.hash} for one in done.seals],
        }
        shell.show(document, "\n".join(lines))

    run(work, as_json=as_json, db=db, config=config, now=now)


def _flaws(shell: Shell, found: Verdict) -> list[str]:
    return [
        shell.phrases.t(
            f"audit.flaw.{one.flaw}", seal=one.seal_no, entry=one.entry_id, **one.detail
        )
        for one in found.flaws
    ]


def _summary(shell: Shell, found: Verdict) -> list[str]:
    t, tn = shell.phrases.t, shell.phrases.tn
    lines = [tn("audit.checked", found.entries, seals=found.seals, erased=found.erased)]
    if found.unsealed:
        lines.append(tn("audit.unsealed", found.unsealed))
    if found.seals:
        lines.append(t("audit.head", head=found.head))
    if found.head_no is not None:
        lines.append(t("audit.head_found", seal=found.head_no))
    lines.append(tn("audit.broken", len(found.flaws)) if found.flaws else t("audit.holds"))
    return lines
