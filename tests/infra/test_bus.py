"""The bus: publishing never waits."""

from cadre.infra.bus import Bus, Overflow
from cadre.kernel.events import ApprovalChanged, RunAdvanced
from cadre.kernel.ids import OrgId, RunId


def advanced(seq: int) -> RunAdvanced:
    return RunAdvanced(OrgId("org_a"), RunId("run_1"), None, seq, "running")


async def test_a_listener_hears_the_kinds_that_it_asked_for(bus: Bus):
    async with bus.subscribe(RunAdvanced) as events:
        bus.publish(ApprovalChanged(OrgId("org_a"), RunId("run_1"), "apr_1", "pending"))
        bus.publish(advanced(1))

        assert await anext(events) == advanced(1)


async def test_a_listener_that_falls_behind_is_told_once(bus: Bus):
    async with bus.subscribe(RunAdvanced) as events:
        for seq in range(1_500):
            bus.publish(advanced(seq))

        heard = [await anext(events) for _ in range(1_001)]

    assert heard[-1] == Overflow()
    assert heard[:-1] == [advanced(seq) for seq in range(1_000)]
