"""Forks and replays of an agent's turn: files as they were, approvals asked for again."""

import pytest

from cadre.engine.runs import ForkChanges, Run
from cadre.engine.tools import FileMissing
from tests.engine.harness import House
from tests.engine.models.scripted_server import Reply, call


def write(content: str) -> dict[str, object]:
    return call("write_file", {"path": "note.txt", "content": content})


async def seq_of(house: House, run: Run, key: str) -> int:
    found = [event for event in await house.events(run) if event.key == key]
    return found[-1].seq


async def note(house: House, run: Run) -> str:
    return (await house.workspaces.open(run.workspace_id).read("note.txt")).decode()


async def fork(house: House, run: Run, key: str, **changes: object) -> Run:
    at_seq = await seq_of(house, run, key)
    given = ForkChanges.model_validate(changes)
    return await house.runs.fork(house.scope, run.id, at_seq=at_seq, changes=given)


async def test_a_fork_finds_the_files_as_they_were_at_its_point(house: House):
    house.server.say(
        Reply(calls=[write("first")]), Reply(calls=[write("second")]), Reply(text="Done.")
    )
    run = await house.ended(await house.start("write"))
    house.server.say(Reply(text="From the first."), Reply(text="From the second."))

    early = await house.ended(await fork(house, run, "tool/1.0"))
    late = await house.ended(await fork(house, run, "tool/2.0"))

    assert early.output["text"] == "From the first."
    assert late.output["text"] == "From the second."
    assert await note(house, run) == "second"
    assert await note(house, early) == "first"
    assert await note(house, late) == "second"
    assert early.workspace_id != run.workspace_id


async def test_a_fork_before_the_first_tool_has_the_files_of_the_beginning(house: House):
    await house.workspaces.open("cnv_1").add_file("orders.csv", b"a,b\n1,2\n")
    house.server.say(Reply(calls=[write("first")]), Reply(text="Done."))
    run = await house.ended(
        await house.start("write", session_id="cnv_1", workspace_id="cnv_1", files=["orders.csv"])
    )
    house.server.say(Reply(text="Again."), Reply(text="And again."))

    after_history = await house.ended(await fork(house, run, "history"))
    at_birth = await house.ended(
        await house.runs.fork(house.scope, run.id, at_seq=0, changes=ForkChanges())
    )

    for forked in (after_history, at_birth):
        assert forked.status == "done", forked.error
        workspace = house.workspaces.open(forked.workspace_id)
        assert await workspace.read("orders.csv") == b"a,b\n1,2\n"
        with pytest.raises(FileMissing):
            await workspace.read("note.txt")


async def test_an_edited_result_is_what_the_model_sees(house: House):
    house.server.say(Reply(calls=[call("post", {"to": "ann"})]), Reply(text="Sent."))
    run = await house.ended(await house.start("post"))
    house.server.say(Reply(text="Oh."))

    forked = await house.ended(
        await fork(house, run, "tool/1.0", outputs={"tool/1.0": {"text": "it bounced"}})
    )

    assert forked.output["text"] == "Oh."
    assert house.told(2) == ["it bounced"]
    assert house.deeds.done == ["ann"]


async def test_a_fork_with_another_model_or_other_rules_goes_its_own_way(house: House):
    house.server.say(Reply(calls=[call("post", {"to": "ann"})]), Reply(text="Sent."))
    run = await house.ended(await house.start("post"))
    definition = {**run.definition, "instructions": "Be a pirate."}
    house.server.say(Reply(text="Arr."))

    forked = await house.ended(await fork(house, run, "history", definition=definition))

    assert forked.output["text"] == "Arr."
    assert "pirate" in house.server.requests[-1]["messages"][0]["content"]


@pytest.mark.parametrize(
    "at", ["approval/1.0/request", "approval/1.0/wait", "approval/1.0/verdict"]
)
async def test_a_fork_can_not_use_the_approval_of_its_origin(house: House, at: str):
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))
    run = await house.start("send")
    await house.decide(await house.asked(run), "approve")
    run = await house.ended(run)
    assert house.deeds.done == ["ann"]

    forked = await fork(house, run, at)
    asked = await house.asked(forked)

    assert house.deeds.done == ["ann"]
    house.server.say(Reply(text="Not sent."))
    await house.decide(asked, "deny")
    assert (await house.ended(forked)).output["text"] == "Not sent."
    assert house.deeds.done == ["ann"]


async def test_a_fork_after_an_approved_or_denied_call_does_not_ask_again(house: House):
    house.server.say(
        Reply(calls=[call("send", {"to": "ann"})]),
        Reply(calls=[call("send", {"to": "bob"})]),
        Reply(text="Sent one."),
    )
    run = await house.start("send")
    await house.decide(await house.asked(run), "approve")
    await house.until(run, lambda now: house.deeds.done == ["ann"])
    await house.until(run, lambda now: len(house.server.requests) == 2)
    await house.decide(await house.asked(run), "deny")
    run = await house.ended(run)
    house.server.say(Reply(text="Forked."))

    forked = await house.ended(await fork(house, run, "approval/2.0/verdict"))

    assert forked.output["text"] == "Forked."
    assert house.deeds.done == ["ann"]


async def test_a_replay_acts_nothing_and_comes_to_the_same_end(house: House):
    house.server.say(
        Reply(calls=[write("hello"), call("send", {"to": "ann"})]),
        Reply(calls=[call("teleport", {})]),
        Reply(text="Done."),
    )
    run = await house.start("go")
    await house.decide(await house.asked(run), "approve")
    run = await house.ended(run)
    asked_before = len(house.server.requests)

    replayed = await house.ended(await house.runs.replay(house.scope, run.id))

    assert replayed.status == "done", replayed.error
    assert replayed.output == run.output
    assert len(house.server.requests) == asked_before
    assert house.deeds.done == ["ann"]


async def test_a_fork_of_a_fork_can_be_replayed(house: House):
    house.server.say(
        Reply(calls=[write("first")]),
        Reply(calls=[call("send", {"to": "ann"})]),
        Reply(text="Done."),
    )
    run = await house.start("go")
    await house.decide(await house.asked(run), "approve")
    run = await house.ended(run)

    one = await fork(house, run, "approval/2.0/verdict")
    house.server.say(Reply(text="One."))
    await house.decide(await house.asked(one), "approve")
    one = await house.ended(one)
    house.server.say(Reply(text="Two."))
    two = await house.ended(await fork(house, one, "tool/2.0"))
    replays = [
        await house.ended(await house.runs.replay(house.scope, each.id)) for each in (one, two)
    ]
    again = await house.ended(await house.runs.replay(house.scope, replays[1].id))

    assert two.output["text"] == "Two."
    assert await note(house, two) == "first"
    assert house.deeds.done == ["ann", "ann"]
    assert [replay.error for replay in [*replays, again]] == [None] * 3
    assert [replay.output for replay in replays] == [one.output, two.output]
