"""The journal as it stands in the database, read without cadre's own reader."""

import json
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import text

from cadre.infra.database import Database


@dataclass(frozen=True, slots=True)
class Step:
    """`process` is the one whose result was journaled."""

    run_id: str
    key: str
    process: int


@dataclass(slots=True)
class Journal:
    """Steps in the order of each run's journal, and the runs that have ended."""

    steps: list[Step] = field(default_factory=list[Step])
    ended: set[str] = field(default_factory=set[str])
    done: set[str] = field(default_factory=set[str])

    def steps_of(self) -> Counter[str]:
        """How many steps each run has in its journal."""
        return Counter(step.run_id for step in self.steps)


async def read_journal(url: str) -> Journal:
    database = Database(url)
    journal = Journal()
    try:
        async with database.engine.connect() as connection:
            runs = await connection.execute(text("select id, status from runs"))
            for run_id, status in runs.tuples():
                if status in ("done", "failed", "cancelled"):
                    journal.ended.add(run_id)
                if status == "done":
                    journal.done.add(run_id)
            finished = await connection.execute(
                text(
                    "select run_id, key, data from run_events "
                    "where type = 'step.finished' order by run_id, seq"
                )
            )
            for run_id, key, data in finished.tuples():
                journal.steps.append(Step(run_id, key, json.loads(data)["output"]))
    finally:
        await database.close()
    return journal
