"""Somebody is forgotten: their names and values go from the trail, and the chain still holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from handlers.audit_erasing import Erasable, erase
from handlers.audit_erasures import ERASURE
from handlers.audit_verifying import verify
from scoring.errors import BadArgument
from storage.audit import Change, Wanted
from storage.store import Store
from storage.transaction import Tx
from tests.audit.trail import seal, write
from tests.chatting import Chat
from tests.sample_book import MONDAY

CONTACT = "Mina O'Hara"
TIMES = 4


async def _held(store: Store) -> str:
    """Every name and value of the trail, as one text."""
    async with store.read() as tx:
        entries = await tx.audit.read(Wanted(), limit=1_000)
    return "\n".join(f"{e.actor} {e.change.before} {e.change.after}" for e in entries)


async def test_nothing_of_a_colleague_stays(chat: Chat) -> None:
    store = chat.store
    await chat("claim HT-1", as_="李雷")
    await chat("assign HT-1 韩梅梅", as_="Ada Park")
    await chat("assign HT-1 李雷", as_="Ada Park")
    await chat("log HT-1 called", as_="韩梅梅")
    before = await _held(store)
    assert "李雷" in before
    done = await erase(store, Erasable.PERSON, "李雷", MONDAY, actor="operator")
    after = await _held(store)
    assert done.known
    assert done.entries == 1  # others name them by number alone
    assert "李雷" not in after
    assert "U1LILEI" not in after
    assert "韩梅梅" in after
    found = await verify(store)
    assert (found.flaws, found.erased) == ([], done.entries)


async def test_nothing_of_a_customer_stays(chat: Chat) -> None:
    store = chat.store
    await chat("edit HT-1 seats=3", as_="Ada Park")
    await chat("yes", as_="Ada Park")
    await chat("claim HT-1", as_="李雷")
    await chat("claim HT-9", as_="李雷")
    async with store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
        assert contract is not None
        account = await tx.accounts.get(contract.account_id)
        assert account is not None
        theirs = await tx.audit.read(Wanted(account_id=account.id), limit=100)
    done = await erase(store, Erasable.ACCOUNT, account.name, MONDAY, actor="operator")
    assert done.entries == len(theirs) > 0
    async with store.read() as tx:
        emptied = await tx.audit.read(Wanted(account_id=account.id), limit=100)
        kept = await tx.audit.read(Wanted(actor="李雷"), limit=100)
    assert all(entry.erased and not entry.change.after and not entry.actor for entry in emptied)
    assert len(kept) == 1
    assert (await verify(store)).flaws == []


async def test_a_contact_is_found_by_name_in_any_value(store: Store) -> None:
    await write(
        store,
        Change("edit", "contract", 1, {"contact": CONTACT}, {"contact": None}),
        Change("log", "touch", 2, None, {"note": f"met {CONTACT}, all well"}),
        Change("edit", "account", 3, None, {"custom": {"people": ["A", CONTACT.upper()]}}),
        Change("edit", "account", 4, None, {"note": f"{CONTACT}ran is somebody else"}),
    )
    done = await erase(store, Erasable.CONTACT, CONTACT, MONDAY, actor="operator")
    assert (done.entries, done.known, dict(done.actions)) == (3, False, {"edit": 2, "log": 1})
    assert "somebody else" in await _held(store)


@pytest.mark.parametrize(
    "written", ["Zoë Vrån", "Zoe\u0308 Vra\u030an", "ZOË  VRÅN", "Zoë\u00a0Vrån", "Zoë\nVrån"]
)
async def test_a_name_is_found_however_it_was_typed(store: Store, written: str) -> None:
    await write(store, Change("log", "touch", 1, None, {"note": f"met {written} today"}))
    assert (await erase(store, Erasable.CONTACT, "Zoë Vrån", MONDAY, actor="x")).entries == 1


async def test_former_names_and_other_names_go_as_well(chat: Chat) -> None:
    store = chat.store
    await chat("claim HT-1", as_="李雷")
    async with store.begin() as tx:
        person = await tx.people.by_name("李雷")
        contract = await tx.contracts.by_no("HT-1")
        assert person is not None
        assert contract is not None
        account = await tx.accounts.get(contract.account_id)
        assert account is not None
        changes = [
            Change("edit", "person", person.id, {"name": "Old Lilei"}, {"name": "李雷"}),
            Change("readdress", "person", person.id, {"wecom_id": "old-id"}, {"wecom_id": "new"}),
            Change("log", "touch", 7, None, {"note": "said Old Lilei (old-id)"}),
            Change("edit", "account", account.id, {"name": "Former Ltd"}, {"name": account.name}),
            Change("log", "touch", 8, None, {"note": "once Former Ltd"}),
        ]
        await tx.audit.record(changes, person_id=None, actor="Ada Park", via="cli", at=MONDAY)
    await erase(store, Erasable.PERSON, "李雷", MONDAY, actor="operator")
    held = await _held(store)
    assert "Old Lilei" not in held
    assert "old-id" not in held
    assert "Former Ltd" in held
    await erase(store, Erasable.ACCOUNT, account.name, MONDAY, actor="operator")
    assert "Former Ltd" not in await _held(store)
    assert (await verify(store)).flaws == []


async def test_an_erasure_is_an_entry_and_names_nobody(store: Store) -> None:
    await write(store, Change("edit", "account", 1, None, {"name": "华为"}))
    await erase(store, Erasable.ACCOUNT, "华为", MONDAY, actor="Dana Root")
    assert "华为" not in await _held(store)
    async with store.read() as tx:
        (entry, _) = await tx.audit.read(Wanted(), limit=10)
    assert (entry.change.action, entry.actor) == (ERASURE, "Dana Root")
    assert entry.change.after == {"entries": 1, "erased": "1"}
    # It holds before it is sealed and after, and forgetting who erased does not take it away.
    assert (await verify(store)).flaws == []
    await seal(store)
    again = await erase(store, Erasable.PERSON, "Dana Root", MONDAY, actor="operator")
    assert again.entries == 0
    assert (await verify(store)).flaws == []


async def test_erasing_again_erases_nothing_more(store: Store) -> None:
    await write(store, *(Change("edit", "account", n, None, {"who": "Al"}) for n in range(1_500)))
    both = await asyncio.gather(
        *(erase(store, Erasable.CONTACT, "Al", MONDAY, actor="operator") for _ in range(2))
    )
    assert sum(done.entries for done in both) == 1_500
    found = await verify(store)
    assert (found.flaws, found.erased) == ([], 1_500)


class WrittenOn(Store):
    """Somebody notes something down each time that traces were looked for, a few times."""

    left = TIMES

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        async with super().read() as tx:
            yield tx
        if self.left and "erasing" in vars(tx):
            self.left -= 1
            await write(self, Change("log", "touch", 1, None, {"note": f"met {CONTACT}"}))


async def test_what_is_written_meanwhile_is_erased_as_well(store: Store, database_url: str) -> None:
    await write(store, Change("edit", "contract", 1, {"seats": 1}, None))
    busy = WrittenOn.open(database_url)
    try:
        done = await erase(busy, Erasable.CONTACT, CONTACT, MONDAY, actor="x")
    finally:
        await busy.close()
    assert CONTACT not in await _held(store)
    assert done.entries == TIMES
    assert (await verify(store)).flaws == []


async def test_a_dry_run_changes_nothing(store: Store) -> None:
    await write(store, Change("edit", "account", 1, None, {"who": "Al"}))
    await seal(store)
    held = await _held(store)
    done = await erase(store, Erasable.CONTACT, "Al", MONDAY, actor="x", dry_run=True)
    assert (done.entries, await _held(store)) == (1, held)


@pytest.mark.parametrize("name", ["", " ", "A", " 李 "])
async def test_a_name_that_is_in_everything_is_refused(store: Store, name: str) -> None:
    with pytest.raises(BadArgument):
        await erase(store, Erasable.PERSON, name, MONDAY, actor="operator")


async def test_what_was_emptied_cannot_be_taken_back(chat: Chat) -> None:
    await chat("claim HT-1", as_="李雷")
    await erase(chat.store, Erasable.PERSON, "李雷", MONDAY, actor="operator")
    reply = await chat("undo", as_="李雷")
    assert reply.refused
