"""A turn of an agent against a real engine, real tools and a scripted model."""

import base64
import json
from decimal import Decimal

import pytest

from cadre.engine.models import Price, ProviderInput
from cadre.engine.models.catalog import CardInput
from cadre.engine.runs import Frame, Run, RunNotFound
from cadre.kernel.scope import Scope
from tests.engine.harness import House
from tests.engine.models.scripted_server import Reply, call


async def test_an_agent_uses_a_tool_and_answers(house: House):
    house.server.say(
        Reply(calls=[call("write_file", {"path": "note.txt", "content": "hello"})]),
        Reply(calls=[call("read_file", {"path": "note.txt"})]),
        Reply(text="It says hello."),
    )

    run = await house.ended(await house.start("What does the note say?"))

    assert run.status == "done", run.error
    assert run.output["text"] == "It says hello."
    assert "hello" in house.told(2)[1]
    assert (run.input_tokens, run.output_tokens) == (300, 60)
    keys = [event.key for event in await house.events(run) if event.type == "step.finished"]
    assert keys == [
        "history", "model/1", "gate/1.0", "tool/1.0", "model/2", "gate/2.0", "tool/2.0", "model/3",
    ]  # fmt: skip


async def test_parallel_calls_come_back_in_their_order(house: House):
    house.server.say(
        Reply(calls=[call("post", {"to": name}) for name in ("ann", "bob", "cyd")]),
        Reply(text="done"),
    )

    run = await house.ended(await house.start("tell them"))

    assert run.status == "done", run.error
    assert house.told(1) == ["sent to ann", "sent to bob", "sent to cyd"]
    assert sorted(house.deeds.done) == ["ann", "bob", "cyd"]


async def test_a_dangerous_call_waits_for_a_person_and_is_made_once(house: House):
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))
    run = await house.start("send it")

    asked = await house.asked(run)
    assert house.deeds.done == []
    assert (asked.tool, asked.arguments, asked.agent) == ("send", {"to": "ann"}, "tester")
    waiting = await house.runs.get(house.scope, run.id)
    assert "A person has to approve send" in (waiting.waiting_for or "")
    await house.decide(asked, "approve")
    ended = await house.ended(run)

    assert ended.status == "done", ended.error
    assert house.deeds.done == ["ann"]
    assert house.told(1) == ["sent to ann"]


async def test_an_approval_survives_the_death_of_every_worker(house: House):
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))
    run = await house.start("send it")
    asked = await house.asked(run)

    await house.crash()
    await house.decide(asked, "approve")
    await house.work()
    ended = await house.ended(run)

    assert ended.status == "done", ended.error
    assert house.deeds.done == ["ann"]
    assert len(house.server.requests) == 2


async def test_a_crash_in_the_middle_of_an_answer_asks_again_and_acts_once(house: House):
    house.server.say(
        Reply(calls=[call("post", {"to": "ann"})]),
        Reply(text="word " * 200, chunk_delay_seconds=0.05),
        Reply(text="Done."),
    )
    run = await house.start("tell ann")
    await house.until(run, lambda now: now.steps >= 4)
    house.server.answering.clear()
    await house.server.answering.wait()

    await house.crash()
    await house.work()
    ended = await house.ended(run)

    assert ended.status == "done", ended.error
    assert ended.output["text"] == "Done."
    assert house.deeds.done == ["ann"]


async def test_a_crash_in_the_middle_of_an_unsafe_tool_asks_a_person_what_happened(house: House):
    house.server.say(Reply(calls=[call("slow", {})]), Reply(text="Fine."))
    run = await house.start("go")
    await house.deeds.begun.wait()

    await house.crash()
    await house.work()
    parked = await house.waiting(run)
    assert "may or may not" in (parked.waiting_for or "")
    await house.runs.resolve(
        house.scope, run.id, key="tool/1.0", outcome="happened", output="it did"
    )
    ended = await house.ended(run)

    assert ended.status == "done", ended.error
    assert house.told(1) == ["it did"]
    assert house.deeds.done == []


async def test_denied_calls_tell_the_model_why(house: House):
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="All right."))
    run = await house.start("send it")

    await house.decide(await house.asked(run), "deny", note="not on a Sunday")
    ended = await house.ended(run)

    assert ended.status == "done", ended.error
    assert house.deeds.done == []
    assert "not on a Sunday" in house.told(1)[0]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (call("teleport", {}), "no tool `teleport`"),
        (call("read_file", '{"path": '), "not JSON"),
        (call("read_file", {"path": 7}), "`path`"),
        (call("read_file", {"path": "../../etc/passwd"}), "out of the workspace"),
        (call("hang", {}), "longer than"),
        (call("garble", {}), "half"),
        (call("crash", {}), "boom"),
        (call("flood", {}), "left out"),
    ],
)
async def test_whatever_a_call_does_the_model_sees_it_and_goes_on(
    house: House, wanted: dict[str, object], said: str
):
    house.server.say(Reply(calls=[wanted]), Reply(text="I see."))

    run = await house.ended(await house.start("try"))

    assert run.status == "done", run.error
    assert said in house.told(1)[0]
    assert len(house.told(1)[0]) < 40_000


async def test_the_limit_of_steps_ends_the_run_with_a_remedy(house: House):
    house.server.say(Reply(calls=[call("list_files", {})], times=0))

    run = await house.ended(await house.start("loop", yaml="limits: {steps: 3}"))

    assert run.status == "failed"
    assert run.error is not None
    assert run.error.code == "step_limit_reached"
    assert "limits.steps" in run.error.detail
    assert len(house.server.requests) == 3


async def test_a_model_that_fails_fails_the_run_with_its_own_code(house: House):
    house.server.say(Reply(status=401, error={"message": "bad key"}))

    run = await house.ended(await house.start("hello"))

    assert run.status == "failed"
    assert run.error is not None
    assert run.error.code == "model_auth_failed"


async def test_an_answer_that_breaks_off_is_thrown_away_and_asked_for_again(house: House):
    house.server.say(
        Reply(text="one two three four", fault="close", fault_after=3, chunk_delay_seconds=0.1),
        Reply(text="All of it."),
    )
    run = await house.start("hello")

    frames = [item async for item in _frames(house, run)]
    ended = await house.ended(run)

    assert ended.output["text"] == "All of it."
    kinds = [frame["type"] for frame in frames if frame["key"] == "model/1"]
    assert "text.snapshot" in kinds
    after = [
        frame
        for frame in frames[max(i for i, f in enumerate(frames) if f["type"] == "text.snapshot") :]
        if frame["type"] == "text.delta"
    ]
    assert "".join(str(frame["text"]) for frame in after) == "All of it."


async def _frames(house: House, run: Run):
    async for item in house.runs.follow(house.scope, run.id):
        if isinstance(item, dict):
            frame: Frame = item
            yield frame


async def test_what_is_said_during_the_work_reaches_the_next_model_call(house: House):
    house.server.say(Reply(calls=[call("slow_read", {})]), Reply(text="As you wish."))
    run = await house.start("work")
    await house.deeds.begun.wait()

    accepted = await house.conversations.steer(house.scope, run.id, "and be quick", key="k1")
    again = await house.conversations.steer(house.scope, run.id, "and be quick", key="k1")
    house.deeds.hold.set()
    ended = await house.ended(run)

    assert ended.status == "done", ended.error
    assert (accepted, again) == (True, False)
    last = house.server.requests[1]["messages"][-1]
    assert (last["role"], last["content"]) == ("user", "and be quick")


async def test_turns_of_a_session_follow_each_other_and_are_remembered(house: House):
    house.server.say(Reply(calls=[call("post", {"to": "ann"})]), Reply(text="First."))
    house.server.say(Reply(text="Second."))

    one = await house.start("one", session_id="cnv_1")
    two = await house.start("two", session_id="cnv_1")
    await house.ended(one)
    ended = await house.ended(two)

    assert ended.output["text"] == "Second."
    roles = [message["role"] for message in house.server.requests[2]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]


async def test_a_cancelled_turn_leaves_a_history_that_a_model_accepts(house: House):
    house.server.say(Reply(calls=[call("slow", {}), call("list_files", {})]), Reply(text="Yes."))
    one = await house.start("one", session_id="cnv_1")
    await house.deeds.begun.wait()

    await house.runs.cancel(house.scope, one.id, "enough")
    assert (await house.ended(one)).status == "cancelled"
    two = await house.ended(await house.start("still there?", session_id="cnv_1"))

    assert two.status == "done", two.error
    messages = house.server.requests[1]["messages"]
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "tool", "tool", "user"]
    assert "ended before" in messages[3]["content"]


async def test_what_does_not_fit_is_left_out_and_said_to_be(house: House):
    house.server.say(Reply(text="x" * 6000, chunk_characters=6000, times=5), Reply(text="end"))
    yaml = "context: {max_tokens: 5000}"
    for number in range(5):
        await house.ended(await house.start(f"turn {number}", session_id="cnv_1", yaml=yaml))

    last = await house.ended(await house.start("last", session_id="cnv_1", yaml=yaml))

    assert last.status == "done", last.error
    step = (await house.steps(last, "model"))[0]
    assert step.data["input"]["left_out"]["turns"] >= 3
    assert "earlier turns" in house.server.requests[-1]["messages"][0]["content"]


async def test_money_is_unknown_where_the_price_is(house: House):
    house.server.say(Reply(text="hi"))

    run = await house.ended(await house.start("hello"))

    assert run.cost_usd is None


async def test_the_limit_of_money_ends_the_run_before_the_next_call(house: House):
    price = Price(input=Decimal(1000), output=Decimal(1000))  # 0.12 USD an answer
    given = ProviderInput(base_url=house.server.base_url, models=["m"], prices={"m": price})
    async with house.database.begin(house.scope) as work:
        await house.made.connections.put(work, "dear", given)
    house.server.say(Reply(calls=[call("list_files", {})], times=0))

    yaml = "limits: {cost_usd: '0.20'}"
    run = await house.ended(await house.start("go", yaml=yaml, model="dear:m"))

    assert run.error is not None
    assert run.error.code == "cost_limit_reached"
    assert run.cost_usd == Decimal("0.24")
    assert len(house.server.requests) == 2


async def test_files_that_tools_made_are_part_of_the_answer(house: House):
    house.server.say(
        Reply(calls=[call("write_file", {"path": "out/report.md", "content": "# Report"})]),
        Reply(text="Here."),
    )

    run = await house.ended(await house.start("write a report"))

    assert [file["path"] for file in run.output["files"]] == ["out/report.md"]


async def test_a_missing_file_is_named_before_any_model_is_asked(house: House):
    run = await house.ended(await house.start("read", files=["nothing.csv"]))

    assert run.status == "failed"
    assert run.error is not None
    assert "nothing.csv" in run.error.detail
    assert house.server.requests == []


async def test_another_org_sees_nothing_of_a_run(house: House, other_scope: Scope):

    house.server.say(Reply(text="hi"))
    run = await house.ended(await house.start("hello"))

    with pytest.raises(RunNotFound):
        await house.conversations.steer(other_scope, run.id, "psst")


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


async def test_a_picture_is_shown_to_a_model_that_sees_and_named_to_one_that_does_not(
    house: House,
):
    blob = await house.blobs.put(PIXEL)
    picture = {"path": "a.png", "media_type": "image/png", "size": len(PIXEL), "blob": blob}
    house.server.say(Reply(text="A dot.", times=0))
    eyes = CardInput(capabilities=["text", "tools", "vision"])

    blind = await house.ended(await house.start("What is it?", files=[picture]))
    async with house.database.begin(house.scope) as work:
        await house.made.catalog.put_card(work, "test:scripted", eyes)
    seeing = await house.ended(await house.start("What is it?", files=[picture]))

    assert (blind.status, seeing.status) == ("done", "done"), (blind.error, seeing.error)
    without, shown = (request["messages"][-1]["content"] for request in house.server.requests)
    assert "Attached files: a.png" in json.dumps(without)
    assert "image_url" not in json.dumps(without)
    assert shown[-1]["image_url"]["url"].endswith(base64.b64encode(PIXEL).decode())
    assert "Attached files: a.png" in json.dumps(shown)


async def test_a_later_turn_still_sees_the_picture(house: House):
    blob = await house.blobs.put(PIXEL)
    picture = {"path": "a.png", "media_type": "image/png", "size": len(PIXEL), "blob": blob}
    house.server.say(Reply(text="A dot.", times=0))
    async with house.database.begin(house.scope) as work:
        eyes = CardInput(capabilities=["text", "tools", "vision"])
        await house.made.catalog.put_card(work, "test:scripted", eyes)

    await house.ended(await house.start("What is it?", session_id="con_1", files=[picture]))
    await house.ended(await house.start("And now?", session_id="con_1"))

    first, second = (json.dumps(request["messages"]) for request in house.server.requests)
    assert first.count("image_url") == second.count("image_url") > 0


async def test_what_tools_write_is_measured_and_a_long_answer_too(house: House):
    async def used() -> int:
        async with house.database.read(house.scope) as work:
            return await house.storage.used(work)

    write = call("write_file", {"path": "note.txt", "content": "x" * 50_000})
    house.server.say(Reply(calls=[write]), Reply(text="Written."))
    await house.ended(await house.start("write"))
    written = await used()

    house.server.say(Reply(calls=[call("flood", {})]), Reply(text="Too much."))
    flooded = await house.ended(await house.start("flood"))

    assert 50_000 <= written < 100_000
    assert await used() >= written + 45_000_000
    await house.storage.delete(flooded.workspace_id)
    assert await used() == written
