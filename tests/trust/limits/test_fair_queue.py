"""At most so many at once, and orgs take turns."""

import asyncio
from collections import Counter

import pytest

from cadre.trust.limits import FairQueue, QueueFull


class Work:
    """Does nothing until it is told to, and notes the order of beginning."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.order: list[str] = []
        self.running = self.most = 0

    async def do(self, org: str, weight: float = 1.0) -> None:
        async with self.queue.turn(org, weight):
            self.order.append(org)
            self.running += 1
            self.most = max(self.most, self.running)
            try:
                await asyncio.sleep(0)
            finally:
                self.running -= 1


async def test_a_small_org_is_not_behind_all_of_a_great_one():
    work = Work(FairQueue(2))

    great = [asyncio.create_task(work.do("great")) for _ in range(100)]
    await asyncio.sleep(0)
    small = [asyncio.create_task(work.do("small")) for _ in range(10)]
    await asyncio.gather(*great, *small)

    last_small = max(place for place, org in enumerate(work.order) if org == "small")
    assert Counter(work.order) == {"great": 100, "small": 10}
    assert last_small < 2 + 2 * 10 + 2
    assert work.most == 2
    assert work.queue.waiting == 0


async def test_twice_the_weight_gets_twice_the_turns():
    work = Work(FairQueue(1))
    held = asyncio.Event()

    async def hold() -> None:
        async with work.queue.turn("other"):
            await held.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    tasks = [asyncio.create_task(work.do("heavy", 2.0)) for _ in range(60)]
    tasks += [asyncio.create_task(work.do("light", 1.0)) for _ in range(60)]
    await asyncio.sleep(0)
    held.set()
    await asyncio.gather(holding, *tasks)

    first = Counter(work.order[:60])
    assert abs(first["heavy"] - 40) <= 2


async def test_one_org_alone_has_all_places():
    work = Work(FairQueue(5))

    await asyncio.gather(*(work.do("acme") for _ in range(20)))

    assert work.most == 5


async def test_whoever_was_idle_has_saved_nothing_up():
    work = Work(FairQueue(1))
    await work.do("late")
    await asyncio.gather(*(work.do("busy") for _ in range(50)))
    work.order.clear()

    busy = [asyncio.create_task(work.do("busy")) for _ in range(20)]
    late = [asyncio.create_task(work.do("late")) for _ in range(20)]
    await asyncio.gather(*busy, *late)

    assert abs(work.order[:20].count("late") - 10) <= 1


async def test_who_gives_up_while_waiting_keeps_no_place():
    queue = FairQueue(1)
    work = Work(queue)
    entered, leave = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with queue.turn("acme"):
            entered.set()
            await leave.wait()

    holding = asyncio.create_task(hold())
    await entered.wait()
    waiting = [asyncio.create_task(work.do("acme")) for _ in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    leave.set()
    await holding  # has called the second one, which is cancelled before it comes
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    async with asyncio.timeout(5):
        await work.do("acme")

    assert queue.waiting == 0
    assert work.most == 1


async def test_an_error_gives_the_place_back():
    queue = FairQueue(1)
    with pytest.raises(RuntimeError):
        async with queue.turn("acme"):
            raise RuntimeError

    async with asyncio.timeout(5), queue.turn("acme"):
        pass


async def test_too_many_that_wait_are_refused_for_their_org_alone():
    queue = FairQueue(1, most_waiting=2)
    work = Work(queue)
    async with queue.turn("acme"):
        waiting = [asyncio.create_task(work.do("acme")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull):
            await work.do("acme")
        other = asyncio.create_task(work.do("globex"))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, other)

    assert sorted(work.order) == ["acme", "acme", "globex"]
