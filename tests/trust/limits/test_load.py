"""Under load, what matters least waits first."""

import asyncio
import time

from cadre.trust.limits import Load, Priority


def lagging(seconds: float) -> Load:
    load = Load()
    for _ in range(60):
        load.measured(seconds)
    return load


def put_off(load: Load, priority: Priority) -> int:
    return sum(load.puts_off(priority) > 0 for _ in range(100))


def test_the_more_it_lags_the_more_has_to_wait():
    by_lag = {
        lag: [put_off(lagging(lag), priority) for priority in Priority]
        for lag in (0.0, 0.4, 0.75, 1.5, 3.0, 10.0)
    }

    assert by_lag[0.0] == [0, 0, 0, 0]
    assert by_lag[0.4] == [0, 0, 0, 0]
    assert by_lag[0.75] == [50, 0, 0, 0] or by_lag[0.75] == [49, 0, 0, 0]
    assert by_lag[1.5][0] == 100
    assert by_lag[1.5][1] in (49, 50)
    assert by_lag[3.0][:2] == [100, 100]
    assert by_lag[3.0][2] in (49, 50)
    assert by_lag[10.0] == [100, 100, 100, 0]


def test_one_long_step_makes_nobody_wait():
    load = Load()
    load.measured(60.0)

    assert put_off(load, Priority.LOW) == 0


def test_it_is_over_soon_after_the_load_is():
    load = lagging(5.0)
    for _ in range(10):
        load.measured(0.0)

    assert put_off(load, Priority.LOW) == 0


async def test_a_loop_that_is_held_up_is_noticed():
    load = Load()
    measuring = asyncio.create_task(load.run())
    most = 0.0
    for _ in range(10):
        await asyncio.sleep(0.01)
        time.sleep(0.3)  # noqa: ASYNC251  # what must not happen is what is measured
        await asyncio.sleep(0)
        most = max(most, load.lag_seconds)

    measuring.cancel()
    assert most > 0.05
