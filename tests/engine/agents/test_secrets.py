"""A secret of the org is in no journal and in no live frame of its runs, whoever says it."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from cadre.engine.agents import read_definition
from cadre.engine.agents.errors import BadDefinition
from cadre.engine.conversations import ConversationInput, MessageInput
from cadre.engine.gate import Mandate
from cadre.engine.runs import Run
from cadre.engine.tools import Toolbox
from cadre.kernel.messages import ToolCall
from cadre.trust.secrets import Redactor
from tests.engine.harness import House
from tests.engine.models.scripted_server import Reply, call
from tests.planted import Planted, masking_logs

PLANTED = Planted()
VALUE = PLANTED.new("value of the vault", "ghp_")
MASK = "[secret github]"


@pytest.fixture(autouse=True)
async def entered(house: House) -> AsyncIterator[None]:
    async with house.database.begin(house.scope) as work:
        await house.secrets.put(work, "github", VALUE)
    with masking_logs(house.secrets.redactor):
        yield


async def shown(house: House, run: Run) -> list[dict[str, Any]]:
    """All that a follower is shown, frames and events, until the run ends."""
    return [
        item if isinstance(item, dict) else item.model_dump(mode="json")
        async for item in house.runs.follow(house.scope, run.id)
    ]


async def everything(house: House, run: Run) -> str:
    """The run as it is shown, its journal, its row, and the files that hold them."""
    whole = await house.runs.get(house.scope, run.id)
    events = [event.model_dump_json() for event in await house.events(run)]
    kept = b""
    if house.database.path is not None:
        for path in house.database.path.parent.glob("cadre.db*"):
            kept += path.read_bytes()
        for path in house.database.path.parent.glob("blobs/*/*"):
            kept += path.read_bytes()
    async with house.database.read(house.scope) as work:
        rows = (await work.connection.execute(text("select * from runs"))).all()
    return "\n".join([whole.model_dump_json(), *events, repr(rows), kept.decode("latin-1")])


def forms() -> list[str]:
    return [VALUE, base64.b64encode(VALUE.encode()).decode().rstrip("=")[:-2], VALUE[:14]]


async def assert_clean(house: House, run: Run, frames: list[dict[str, Any]]) -> None:
    said = [orjson.dumps(frames, default=str).decode(), await everything(house, run)]
    for form in forms():
        assert all(form not in each for each in said)


@pytest.mark.parametrize("characters", [1, 7, 500])
async def test_a_model_that_says_it_is_masked_as_it_speaks_and_afterwards(
    house: House, characters: int
):
    encoded = base64.b64encode(f"user:{VALUE}".encode()).decode()
    said = f"The token is {VALUE}, or {encoded}."
    house.server.say(
        Reply(
            text=said,
            reasoning=f"They want {VALUE}",
            calls=[call("post", {"to": VALUE})],
            chunk_characters=characters,
        ),
        Reply(text=said, chunk_characters=characters),
    )
    run = await house.start("What is the token?")

    frames = await shown(house, run)

    ended = await house.ended(run)
    assert ended.status == "done", ended.error
    assert ended.output["text"].startswith(f"The token is {MASK}, or ")
    assert house.deeds.done == [MASK]
    assert VALUE not in orjson.dumps(house.server.requests).decode()
    text_shown = "".join(f["text"] for f in frames if f.get("type") == "text.delta")
    assert text_shown.startswith(f"The token is {MASK}, or ")
    await assert_clean(house, run, frames)


async def test_a_step_gives_its_driver_what_the_journal_has(house: House):
    """So that a run goes on after a crash as if there had been none."""
    house.server.say(
        Reply(calls=[call("slow", {"why": VALUE})]), Reply(text=f"It was {VALUE}", times=2)
    )
    run = await house.start(f"Remember {VALUE}")
    await house.deeds.begun.wait()

    await house.crash()
    await house.work()
    house.deeds.hold.set()
    waiting = await house.waiting(run)
    assert "slow" in (waiting.waiting_for or "")
    key = next(e.key for e in await house.events(run) if e.type == "step.unknown")
    said = {"text": f"It printed {VALUE}"}
    await house.runs.resolve(house.scope, run.id, key=key or "", outcome="happened", output=said)
    ended = await house.ended(run)

    assert ended.output["text"] == f"It was {MASK}"
    assert house.told(1)[-1] == f"It printed {MASK}"
    assert ended.input["text"] == f"Remember {MASK}"
    await assert_clean(house, run, [])


async def test_a_tool_that_reads_it_from_a_file_or_fails_with_it_is_masked(house: House):
    files = house.workspaces.open("wsp_1").root
    files.joinpath("config").write_text(f"token = {VALUE}")
    calls = [call("read_file", {"path": "config"}), call("read_file", {"path": f"no {VALUE}"})]
    house.server.say(Reply(calls=calls), Reply(text="Done."))
    run = await house.start("Read it", workspace_id="wsp_1")

    frames = await shown(house, run)

    await house.ended(run)
    assert all(MASK in told for told in house.told(1))
    assert VALUE in files.joinpath("config").read_text()
    said = orjson.dumps(frames, default=str).decode()
    said += "".join(event.model_dump_json() for event in await house.events(run))
    assert all(form not in said for form in forms())


async def test_another_process_masks_what_was_entered_before_it(house: House):
    house.workspaces.open("wsp_1").root.joinpath("config").write_text(VALUE)
    house.secrets.redactor = Redactor()
    await house.crash()
    await house.work()
    house.toolbox = Toolbox(house.toolbox.all(), house.secrets.redactor)
    house.server.say(Reply(calls=[call("read_file", {"path": "config"})]), Reply(text="Done."))

    await house.ended(await house.start("Read it", workspace_id="wsp_1"))

    assert MASK in house.told(1)[0]


async def test_an_error_of_a_run_and_the_reason_to_end_it_are_masked(house: House):
    house.server.say(Reply(status=401, error={"message": f"Incorrect API key: {VALUE}"}))
    failed = await house.ended(await house.start("Go"))
    house.server.say(Reply(text="late", delay_seconds=30))
    slow = await house.start("Go on")
    await house.runs.cancel(house.scope, slow.id, f"It has {VALUE}")
    cancelled = await house.ended(slow)

    assert failed.status == "failed"
    assert MASK in json.dumps(failed.model_dump(mode="json")["error"])
    assert cancelled.status == "cancelled"
    for run in (failed, cancelled):
        await assert_clean(house, run, [])


async def test_what_a_person_writes_is_masked_and_the_same_key_is_the_same_message(house: House):
    house.server.say(Reply(text="Thanks.", times=3))
    made = await house.conversations.create(house.scope, ConversationInput())
    message = MessageInput(text=f"Use {VALUE} please")

    first = await house.conversations.post(house.scope, made.id, message, key="k")
    again = await house.conversations.post(house.scope, made.id, message, key="k")
    await house.ended(first)

    assert again.id == first.id
    title = (await house.conversations.get(house.scope, made.id)).title
    assert title == f"Use {MASK} please"
    await assert_clean(house, first, [])


async def test_a_big_payload_is_masked_in_its_blob_too(house: House):
    long = f"{VALUE} and more words. " * 2000
    house.server.say(Reply(text=long, chunk_characters=100_000))
    run = await house.ended(await house.start("Say much"))

    assert run.status == "done"
    await assert_clean(house, run, [])


async def test_the_gate_is_told_which_secrets_a_call_would_use_and_refuses_those_of_others(
    house: House,
):
    headers = {"Authorization": "Bearer {{secret:github}}"}
    arguments = json.dumps({"url": "https://api.example.com", "headers": headers})
    wanted = ToolCall(id="c", name="http_get", arguments=arguments)
    may, may_not = (
        Mandate("tester", ["http_get"], [], secrets=names) for names in (["github"], ["other"])
    )

    async with house.database.read(house.scope) as work:
        given = await house.gate.given(work, wanted, may)
        allowed = await house.gate.explain(work, wanted, may)
        refused = await house.gate.explain(work, wanted, may_not)

    assert given.secrets == ["github"]
    assert given.arguments["headers"] == headers
    assert allowed.effect == "ask"
    assert refused.effect == "error"
    assert "may not use the secret `github`. Its `secrets` are: `other`." in refused.reason


def test_naming_no_secret_leaves_the_digest_of_a_definition_as_it_was():
    plain = read_definition("name: a\ninstructions: Do it.")
    empty = read_definition("name: a\ninstructions: Do it.\nsecrets: []")
    named = read_definition("name: a\ninstructions: Do it.\nsecrets: [github]")

    assert plain.digest == empty.digest
    assert named.digest != plain.digest
    with pytest.raises(BadDefinition, match=r"secrets\[0\]"):
        read_definition("name: a\ninstructions: Do it.\nsecrets: [models/openai]")
