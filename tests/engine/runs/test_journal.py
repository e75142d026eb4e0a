"""The journal's port: the same promises on both databases, and the pitfalls that were met."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from cadre.engine.runs.engine import journal_on
from cadre.engine.runs.ports import (
    Append,
    Entry,
    Journal,
    Lease,
    NewRun,
    Post,
    Receipt,
    Submit,
    Turn,
)
from cadre.engine.runs.schemas import new_run_id
from cadre.infra.database import Database
from cadre.kernel.scope import Scope

WORKER = Lease("worker", 30.0)
KINDS = ["k"]


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[Journal]:
    journal = journal_on(database)
    await journal.open()
    yield journal
    await journal.close()


def new_run(
    *, session_id: str | None = None, priority: int = 0, parent_id: str | None = None
) -> NewRun:
    now = time.time()
    run_id = new_run_id()
    return NewRun(
        id=run_id,
        org_id="org_a",
        project_id="prj",
        environment="dev",
        principal='{"kind":"user","id":"u","name":"u"}',
        kind="k",
        agent=None,
        title="",
        session_id=session_id,
        parent_id=parent_id,
        parent_key="c" if parent_id else None,
        workspace_id=run_id,
        priority=priority,
        deadline=None,
        origin=None,
        created_at=now,
        entries=[Entry("run.started", None, "{}", now)],
        payloads=[],
    )


async def held(journal: Journal, run: NewRun | None = None) -> NewRun:
    """A run that `WORKER` holds under fence 1."""
    run = run or new_run()
    assert await journal.write(Submit(run, WORKER)) == "running"
    return run


def append(run: NewRun, seq: int, *, fence: int = 1, data: str = "{}", key: str = "k") -> Append:
    entry = Entry("step.finished", key, data, time.time())
    return Append(run.id, fence, seq, [entry], parent_id=run.parent_id)


def ending(run: NewRun, seq: int) -> Append:
    session = (run.org_id, run.session_id) if run.session_id else None
    entry = Entry("run.finished", None, "{}", time.time())
    turn = Turn("done", tell="{}" if run.parent_id else None, tell_name="child:c")
    return Append(run.id, 1, seq, [entry], turn=turn, parent_id=run.parent_id, session=session)


def post(run: NewRun, key: str) -> Post:
    return Post(run.id, None, key, "name", None, '{"name":"name"}')


async def test_an_append_with_an_old_fence_or_place_is_refused(journal: Journal):
    run = await held(journal)

    assert await journal.write(append(run, 1)) is not None
    assert await journal.write(append(run, 1)) is None
    assert await journal.write(append(run, 2, fence=0)) is None
    assert await journal.write(append(run, 3)) is None

    assert [event.seq for event in await journal.read([run.id])] == [0, 1]


async def test_appends_of_one_run_in_one_batch_are_all_written_in_order(journal: Journal):
    run = await held(journal)

    receipts = await asyncio.gather(
        *[journal.write(append(run, seq, key=str(seq))) for seq in range(1, 30)]
    )

    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    keys = [event.key for event in await journal.read([run.id])]
    assert keys == [None, *[str(seq) for seq in range(1, 30)]]


async def test_a_bad_write_fails_alone(journal: Journal, database: Database):
    healthy = [await held(journal) for _ in range(8)]
    sick = await held(journal)
    bad = append(sick, 1, data="\0" if database.dialect == "postgresql" else "{}")
    if database.dialect == "sqlite":  # SQLite keeps NUL; a type it can't bind fails there
        bad.entries[0] = Entry("step.finished", "k", {"no": "text"}, time.time())  # pyright: ignore[reportArgumentType]  # on purpose

    results = await asyncio.gather(
        *[journal.write(append(run, 1)) for run in healthy[:4]],
        journal.write(bad),
        *[journal.write(append(run, 1)) for run in healthy[4:]],
        return_exceptions=True,
    )

    assert [type(result) for result in results].count(Receipt) == 8
    assert isinstance(results[4], Exception)
    assert await journal.write(append(sick, 1)) is not None


async def test_a_run_parks_only_if_it_has_seen_all_its_mail(journal: Journal):
    run = await held(journal)
    await journal.write(post(run, "1"))

    blind = await journal.write(Append(run.id, 1, 1, [], turn=Turn("waiting", seen=0)))
    seeing = await journal.write(Append(run.id, 1, 1, [], turn=Turn("waiting", seen=1)))

    assert isinstance(blind, Receipt)
    assert (blind.status, blind.mail) == ("running", 1)
    assert isinstance(seeing, Receipt)
    assert seeing.status == "waiting"


async def test_no_wake_up_is_lost_when_parking_and_posting_race(journal: Journal):
    runs = [await held(journal) for _ in range(300)]

    async def park(run: NewRun) -> None:
        await journal.write(Append(run.id, 1, 1, [], turn=Turn("waiting", seen=0)))

    await asyncio.gather(
        *[park(run) for run in runs], *[journal.write(post(run, "k")) for run in runs]
    )
    claimed: set[str] = set()
    while claims := await journal.claim(WORKER, KINDS, 100):
        claimed |= {claim.id for claim in claims}
    pulses = {pulse.id: pulse for pulse in await journal.pulses("worker", [r.id for r in runs])}

    still_running = {run.id for run in runs} - claimed
    for run_id in still_running:
        refused = await journal.write(Append(run_id, 1, 1, [], turn=Turn("waiting", seen=0)))
        assert isinstance(refused, Receipt)
        assert refused.status == "running"
    assert all(pulse.mail == 1 for pulse in pulses.values())


async def test_a_signal_counts_once_even_after_it_was_drained(journal: Journal):
    run = await held(journal)

    twice = await asyncio.gather(journal.write(post(run, "k")), journal.write(post(run, "k")))
    drain = append(run, 1)
    drain.drained = [("k", 1)]
    await journal.write(drain)

    assert sorted(map(bool, twice)) == [False, True]
    assert await journal.mailbox(run.id) == []
    assert await journal.write(post(run, "k")) is False


async def test_signals_are_read_in_the_order_of_their_arrival(journal: Journal):
    run = await held(journal)
    keys = [f"{number % 7}-{number}" for number in range(40)]

    await asyncio.gather(*[journal.write(post(run, key)) for key in keys])

    assert [mail.key for mail in await journal.mailbox(run.id)] == keys


async def test_expired_leases_do_not_queue_behind_a_backlog(journal: Journal, database: Database):
    lost = await held(journal)
    for _ in range(20):
        await journal.write(Submit(new_run(priority=9)))
    async with database.engine.begin() as connection:
        await connection.execute(
            text("update runs set due_at = :now where id = :id"),
            {"now": time.time() - 0.01, "id": lost.id},
        )

    claims = await journal.claim(WORKER, KINDS, 3)

    assert lost.id in [claim.id for claim in claims]


async def test_a_higher_priority_is_claimed_first(journal: Journal):
    low, high = new_run(priority=1), new_run(priority=5)
    await journal.write(Submit(low))
    await journal.write(Submit(high))

    assert [claim.id for claim in await journal.claim(WORKER, KINDS, 1)] == [high.id]


async def test_two_workers_never_claim_the_same_run(journal: Journal, database: Database):
    for _ in range(100):
        await journal.write(Submit(new_run()))
    other = journal_on(database)
    await other.open()

    both = await asyncio.gather(
        *[j.claim(WORKER, KINDS, 7) for _ in range(10) for j in (journal, other)]
    )
    await other.close()

    ids = [claim.id for claims in both for claim in claims]
    assert len(ids) == len(set(ids)) == 100


async def test_heartbeats_and_appends_do_not_stall_each_other(journal: Journal):
    runs = [await held(journal) for _ in range(200)]
    began = time.monotonic()

    async def heartbeats() -> None:
        for _ in range(20):
            await journal.renew(WORKER, [(run.id, 1) for run in runs])

    async def appends(run: NewRun) -> None:
        for seq in range(1, 6):
            assert await journal.write(append(run, seq)) is not None

    await asyncio.gather(heartbeats(), *[appends(run) for run in runs])

    assert time.monotonic() - began < 20  # a deadlock costs a second each


async def test_a_step_leaves_the_lease_alone(journal: Journal, database: Database):
    run = await held(journal)

    async def due_at() -> float:
        async with database.engine.connect() as connection:
            found = await connection.execute(
                text("select due_at from runs where id = :id"), {"id": run.id}
            )
            return found.scalar_one()

    before = await due_at()
    await journal.write(append(run, 1))

    assert await due_at() == before


async def test_a_parent_is_told_in_the_append_that_ends_its_child(journal: Journal):
    parent = await held(journal)
    children = [new_run(parent_id=parent.id) for _ in range(5)]
    for child in children:
        await held(journal, child)

    await asyncio.gather(*[journal.write(ending(child, 1)) for child in children])

    # All five tell the same name: a child's name in its parent's journal is one signal.
    assert len(await journal.mailbox(parent.id)) == 1
    assert (await journal.pulses("worker", [parent.id]))[0].mail == 1


async def test_a_family_that_ends_in_one_batch_is_told_and_ended_whole(journal: Journal):
    grandparent = await held(journal)
    parent = await held(journal, new_run(parent_id=grandparent.id))
    child = await held(journal, new_run(parent_id=parent.id))

    results = await asyncio.gather(
        journal.write(ending(child, 1)),
        journal.write(ending(grandparent, 1)),
        journal.write(append(parent, 1)),
    )
    pulse = next(p for p in await journal.pulses("worker", [parent.id]) if p.id == parent.id)

    assert all(isinstance(result, Receipt) for result in results)
    assert pulse.mail == 1
    assert pulse.cancel is not None


async def test_runs_of_a_session_take_turns(journal: Journal):
    runs = [new_run(session_id="s") for _ in range(4)]

    statuses = await asyncio.gather(*[journal.write(Submit(run, WORKER)) for run in runs])
    order = [runs[statuses.index("running")].id]
    by_id = {run.id: run for run in runs}
    assert list(statuses).count("queued") == 3
    for _ in range(3):
        assert await journal.claim(WORKER, KINDS, 10) == []
        await journal.write(ending(by_id[order[-1]], 1))
        (claim,) = await journal.claim(WORKER, KINDS, 10)
        order.append(claim.id)

    assert order == [run.id for run in sorted(runs, key=lambda run: (run.created_at, run.id))]


async def test_one_of_a_session_has_the_turn_however_many_processes_submit(
    journal: Journal, database: Database, scope: Scope
):
    other = journal_on(database)
    await other.open()
    runs = [new_run(session_id=f"s{number % 10}") for number in range(60)]

    statuses = await asyncio.gather(
        *[
            (journal, other)[number % 2].write(Submit(run, WORKER))
            for number, run in enumerate(runs)
        ]
    )
    await other.close()

    assert list(statuses).count("running") == 10
    assert list(statuses).count("queued") == 50


async def test_the_plans_stay_good_as_the_tables_grow(journal: Journal, database: Database):
    """A plan that was cached while the table was empty must not scan it for ever."""
    if database.dialect != "postgresql":
        pytest.skip("PostgreSQL caches plans")
    first = await held(journal)
    for seq in range(1, 10):  # the plan is generic from the sixth execution on
        await journal.write(append(first, seq))
    async with database.engine.begin() as connection:
        await connection.execute(
            text("""
            insert into runs(id, org_id, project_id, environment, principal, kind, title, status,
             workspace_id, created_at, updated_at, next_seq)
            select 'run_' || n, 'o', 'p', 'e', '{}', 'k', '', 'waiting', 'w', 0, 0, 1
            from generate_series(1, 50000) n""")
        )

    async with database.engine.connect() as connection:
        before = (await connection.execute(_SCANS)).scalar_one()
    for seq in range(10, 30):
        await journal.write(append(first, seq))
        await journal.claim(WORKER, KINDS, 10)
    await asyncio.sleep(1.2)  # statistics are reported once a second
    async with database.engine.connect() as connection:
        scans = (await connection.execute(_SCANS)).scalar_one()

    assert scans == before


_SCANS = text("select seq_scan from pg_stat_user_tables where relname = 'runs'")
