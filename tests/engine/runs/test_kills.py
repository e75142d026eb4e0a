"""Real worker processes are killed, or stopped and continued, at random moments.

The long version (`make bench`): python -m tests.engine.runs.kill_harness --kills 200 --runs 1000
"""

from pathlib import Path

from cadre.infra.database import Database
from tests.engine.runs.kill_harness import Harness, Plan


async def test_nothing_is_lost_stuck_doubled_or_guessed(database: Database, tmp_path: Path):
    plan = Plan(
        kills=8,
        zombies=1,
        in_flight=40,
        workers=2,
        lease_seconds=1.5,
        pace_seconds=0.2,
        between_seconds=0.6,
        patience_seconds=60.0,
    )

    report = await Harness(database.url, tmp_path, plan, seed=7).run()

    assert report.is_clean(), report
    assert (report.kills, report.zombies) == (8, 1)
    assert report.effects > 0
