"""Rules of orgs: kept, found by other processes, and for their org alone."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid, NotFound
from cadre.kernel.scope import Scope
from cadre.trust.limits import Limits, Rule, SharedCounts

_START_SECONDS = 20


@pytest.fixture
async def limits(database: Database) -> Limits:
    limits = Limits(database)
    await limits.open()
    return limits


async def test_a_rule_counts_from_the_next_request_on_and_for_its_org_alone(
    limits: Limits, database: Database, scope: Scope, other_scope: Scope
):
    before = await limits.check("reads", scope.org, {"key": "key_1"})
    async with database.begin(scope) as work:
        await limits.put(work, "key", "reads", Rule(9, 60))
        await limits.put(work, "key", "reads", Rule(1, 60))
    one = await limits.check("reads", scope.org, {"key": "key_1"})
    two = await limits.check("reads", scope.org, {"key": "key_1"})
    other = await limits.check("reads", other_scope.org, {"key": "key_1"})
    async with database.read(scope) as work:
        own = [rule for rule in (await limits.rules(work)).items if not rule.is_default]
    async with database.read(other_scope) as work:
        others = [rule for rule in (await limits.rules(work)).items if not rule.is_default]
    async with database.begin(scope) as work:
        await limits.delete(work, "key", "reads")
    after = await limits.check("reads", scope.org, {"key": "key_1"})

    assert (before.allowed, before.limit) == (True, 3_000)
    assert (one.allowed, two.allowed, two.limit) == (True, False, 1)
    assert (other.allowed, other.limit) == (True, 3_000)
    assert [(rule.subject, rule.endpoints, rule.requests) for rule in own] == [("key", "reads", 1)]
    assert others == []
    assert (after.allowed, after.limit) == (True, 3_000)


async def test_an_org_asks_as_often_as_it_may_in_all_and_others_as_often_as_they_like(
    database: Database, scope: Scope, other_scope: Scope
):
    may: dict[str, int] = {scope.org: 3}

    async def per_minute(_work: Work) -> dict[str, int]:
        return dict(may)

    limits = Limits(database, clock=lambda: 1.0, per_minute=per_minute)
    await limits.open()
    asked = [await limits.check("reads", scope.org, {"org": scope.org}) for _ in range(2)]
    called = [limits.hit("key_1", scope.org) for _ in range(2)]
    other = [limits.hit("key_2", other_scope.org) for _ in range(9)]

    assert [each.allowed for each in (*asked, *called)] == [True, True, True, False]
    assert "At most 3 such requests in 60 s" in called[-1].error().detail
    assert all(each.allowed for each in other)
    assert ("org", "all", 3) in {(u.subject, u.endpoints, u.used) for u in limits.used(scope.org)}


async def test_another_org_cannot_delete_a_rule(
    limits: Limits, database: Database, scope: Scope, other_scope: Scope
):
    async with database.begin(scope) as work:
        await limits.put(work, "org", "writes", Rule(1, 60))
    with pytest.raises(NotFound):
        async with database.begin(other_scope) as work:
            await limits.delete(work, "org", "writes")

    async with database.read(scope) as work:
        rules = (await limits.rules(work)).items
    assert Rule(1, 60) in [Rule(rule.requests, rule.seconds) for rule in rules]


async def test_another_process_counts_by_a_new_rule_soon(
    limits: Limits, database: Database, scope: Scope
):
    elsewhere = Database(database.url)
    others = Limits(elsewhere)
    await others.open()
    running = asyncio.create_task(others.run())
    async with database.begin(scope) as work:
        await limits.put(work, "key:key_1", "gateway", Rule(0, 60))

    async with asyncio.timeout(30):
        while others.hit("key_1", scope.org).allowed:  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0.02)

    assert others.hit("key_2", scope.org).allowed
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await elsewhere.close()


@pytest.mark.parametrize("subject", ["", "keys", "key:", "org:org_1", "role:admin"])
async def test_only_what_is_counted_can_be_limited(
    limits: Limits, database: Database, scope: Scope, subject: str
):
    with pytest.raises(Invalid, match="key:key_1") as refused:
        async with database.begin(scope) as work:
            await limits.put(work, subject, "reads", Rule(1, 60))

    assert refused.value.field == "subject"


async def test_what_counts_now_is_shown_to_its_org(
    limits: Limits, scope: Scope, other_scope: Scope
):
    for _ in range(3):
        await limits.check("writes", scope.org, {"user": "usr_1", "org": scope.org})

    shown = {(each.subject, each.endpoints): each.used for each in limits.used(scope.org)}

    assert shown == {("user:usr_1", "writes"): 3, ("org", "writes"): 3}
    assert limits.used(other_scope.org) == []


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    """A real Redis."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    pytest.importorskip("redis", reason="the package redis is not installed")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(_START_SECONDS):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_with_redis_processes_count_together(
    sqlite_database: Database, scope: Scope, redis_url: str
):
    pair = [Limits(sqlite_database, SharedCounts(redis_url)) for _ in range(2)]
    async with sqlite_database.begin(scope) as work:
        await pair[0].put(work, "key", "reads", Rule(10, 3_600))

    decisions = [
        await pair[number % 2].check("reads", scope.org, {"key": "key_1", "org": scope.org})
        for number in range(15)
    ]
    other = await pair[0].check("reads", scope.org, {"key": "key_2"})

    assert [d.allowed for d in decisions] == [True] * 10 + [False] * 5
    assert decisions[0].limit == 10
    assert decisions[-1].retry_after_seconds > 0
    assert (other.allowed, other.remaining) == (True, 9)
    for limits in pair:
        await limits.close()


async def test_without_redis_each_process_counts_for_itself(
    sqlite_database: Database, scope: Scope
):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    pytest.importorskip("redis", reason="the package redis is not installed")
    limits = Limits(sqlite_database, SharedCounts(f"redis://127.0.0.1:{port}/0"))
    async with sqlite_database.begin(scope) as work:
        await limits.put(work, "key", "reads", Rule(2, 3_600))

    allowed = [(await limits.check("reads", scope.org, {"key": "key_1"})).allowed for _ in range(3)]

    assert allowed == [True, True, False]
    await limits.close()
