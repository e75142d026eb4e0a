"""What is known to be a secret gets into no event, no row and no sentence of a run."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cadre.engine.runs import ActiveRun, Run, Runs, RunSpec, StepContext
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.kernel.errors import Conflict
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Redactor
from tests.engine.runs.harness import Engines
from tests.planted import Planted, masking_logs

VALUE = Planted().new("value", 'pa"ss\\')
MASK = "[secret door]"
PLAIN = "plain words that stay"


async def crash(_: ActiveRun) -> Json:
    raise RuntimeError(f"The door's is {VALUE}")


async def conflict(_: ActiveRun) -> Json:
    raise Conflict(f"{VALUE} is taken.")


async def failing_effect(run: ActiveRun) -> Json:
    async def act(_: StepContext) -> Json:
        raise RuntimeError(VALUE)

    await run.step("act", act, kind="tool", name="act", input={"of": VALUE})
    return None


async def waiting(run: ActiveRun) -> Json:
    signal = await run.wait("answer", key="w", reason=f"Somebody has to say {VALUE}")
    assert signal is not None
    return {"told": signal.data}


async def working(run: ActiveRun) -> Json:
    async def act(context: StepContext) -> Json:
        context.emit({"type": "progress", "text": VALUE})
        return {"text": VALUE, "number": 1, "plain": PLAIN}

    output = await run.step("act", act, kind="tool", name="act", input=[VALUE])
    assert output == {"text": MASK, "number": 1, "plain": PLAIN}
    child = await run.spawn("child", RunSpec("echo", {"of": VALUE}, VALUE, title=VALUE))
    return {"child": await child.result(), "own": VALUE}


async def echo(run: ActiveRun) -> Json:
    return [run.input, run.definition]


DRIVERS = {
    "crash": crash,
    "conflict": conflict,
    "failing_effect": failing_effect,
    "waiting": waiting,
    "working": working,
    "echo": echo,
}


@pytest.fixture
async def engines(database: Database, blobs: Blobs, scope: Scope) -> AsyncIterator[Engines]:
    redactor = Redactor()
    redactor.know("door", VALUE, scope.org)
    engines = Engines(database, blobs, redactor=redactor)
    with masking_logs(redactor):
        yield engines
        await engines.close()


async def kept(runs: Runs, database: Database, scope: Scope, run: Run, folder: Path) -> str:
    """Everything of the run, wherever it is."""
    events = await runs.events(scope, run.id)
    found = [run.model_dump_json(), *(event.model_dump_json() for event in events)]
    async with database.read(scope) as work:
        for table in ("runs", "run_events", "run_signals"):
            rows = await work.connection.execute(text(f"select * from {table}"))
            found.append(repr(rows.all()))
    return "\n".join([*found, *files_in(folder)])


def files_in(folder: Path) -> list[str]:
    return [p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file()]


def assert_clean(said: str) -> None:
    secret = VALUE.partition("planted")[2]
    assert secret not in said
    assert MASK in said


@pytest.mark.parametrize(
    ("kind", "code"),
    [("crash", "driver_crashed"), ("conflict", "conflict"), ("failing_effect", "effect_crashed")],
)
async def test_failures(
    engines: Engines, database: Database, scope: Scope, tmp_path: Path, kind: str, code: str
):
    runs = await engines.start(DRIVERS)
    run = await runs.start(scope, RunSpec(kind, {}, None))

    failed = await engines.until(scope, run.id, "failed")

    assert failed.error is not None
    assert failed.error.code == code
    assert MASK in failed.error.detail
    assert_clean(await kept(runs, database, scope, failed, tmp_path))


async def test_sentences_signals_and_results(
    engines: Engines, database: Database, scope: Scope, tmp_path: Path
):
    runs = await engines.start(DRIVERS)
    run = await runs.start(scope, RunSpec("waiting", {}, {"big": f"{VALUE} " * 20_000}))
    parked = await engines.until(scope, run.id, "waiting")
    await runs.signal(scope, run.id, key="k", name="answer", data={"it": VALUE})

    done = await engines.until(scope, run.id, "done")

    assert parked.waiting_for == f"Somebody has to say {MASK}"
    assert done.output == {"told": {"it": MASK}}
    assert_clean(await kept(runs, database, scope, done, tmp_path))


async def test_steps_frames_children_and_replays(
    engines: Engines, database: Database, scope: Scope, tmp_path: Path
):
    runs = await engines.start(DRIVERS)
    run = await runs.start(scope, RunSpec("working", {"text": VALUE}, VALUE, title=f"To {VALUE}"))
    shown = [str(item) async for item in runs.follow(scope, run.id)]
    done = await engines.until(scope, run.id, "done")
    again = await runs.replay(scope, run.id)
    replayed = await engines.until(scope, again.id, "done", "failed")

    assert (run.title, run.input) == (f"To {MASK}", MASK)
    assert done.output == {"child": [MASK, {"of": MASK}], "own": MASK}
    assert (replayed.status, replayed.error) == ("done", None)
    assert VALUE.partition("planted")[2] not in "".join(shown)
    assert_clean(await kept(runs, database, scope, done, tmp_path))


async def test_what_another_org_writes_is_left_alone(
    engines: Engines, other_scope: Scope, scope: Scope
):
    runs = await engines.start(DRIVERS)
    run = await runs.start(other_scope, RunSpec("echo", {}, VALUE))
    done = await engines.until(other_scope, run.id, "done")

    given: Any = done.output
    assert given[0] == VALUE
