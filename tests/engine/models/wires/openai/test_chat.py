"""The adapter against a real server on the wire: what it reads, every fault, one attempt."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from cadre.engine.models.endpoints import Patience
from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    UnknownModel,
)
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai import OpenAICompatible
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Delta, TextDelta
from cadre.kernel.scope import Scope
from tests.engine.models.scripted_server import Fault, Reply, ScriptedServer, call
from tests.engine.models.wires.openai.asking import (
    answer,
    arguments_of,
    ask,
    question,
    text_of,
    thoughts_of,
    whole,
)

Connect = Callable[..., OpenAICompatible]


async def test_an_answer_comes_in_pieces_and_then_whole(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(reasoning="let me think", text="I am well, thank you. Grüße 🎉"))

    deltas = await ask(connect(), scope)

    reply = whole(deltas)
    assert len([d for d in deltas if isinstance(d, TextDelta)]) > 2
    assert text_of(deltas) == reply.message.text == "I am well, thank you. Grüße 🎉"
    assert thoughts_of(deltas) == reply.message.reasoning == "let me think"
    assert reply.stop == "end"
    assert reply.model == "test:scripted"


async def test_parallel_tool_calls_are_put_together(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    wanted = {"path": "größe.txt", "lines": [1, 2, 3]}
    server.say(Reply(calls=[call("read_file", wanted, "a"), call("list_files", {}, "b")]))

    deltas = await ask(connect(), scope)

    reply = whole(deltas)
    first, second = reply.message.calls
    assert (first.id, first.name) == ("a", "read_file")
    assert (second.id, second.name, second.arguments) == ("b", "list_files", "{}")
    assert arguments_of(deltas, 0) == first.arguments
    assert reply.stop == "tool_calls"


async def test_usage_and_cost_are_counted(server: ScriptedServer, connect: Connect, scope: Scope):
    usage = {
        "prompt_tokens": 1_000_000,
        "prompt_tokens_details": {"cached_tokens": 400_000},
        "completion_tokens": 500_000,
        "completion_tokens_details": {"reasoning_tokens": 100_000},
    }
    price = Price(input=Decimal("0.40"), output=Decimal("1.60"), cached_input=Decimal("0.10"))
    server.say(Reply(text="hi", usage=usage))

    reply = await answer(connect(price=price), scope)

    assert reply.usage.input_tokens == 1_000_000
    assert reply.usage.cached_tokens == 400_000
    assert reply.usage.reasoning_tokens == 100_000
    assert reply.usage.cost_usd == Decimal("0.24") + Decimal("0.04") + Decimal("0.80")


async def test_an_unknown_price_is_not_zero(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="hi"), Reply(text="hi", usage=None))
    price = Price(input=Decimal(1), output=Decimal(1))

    without_price = await answer(connect(), scope)
    without_usage = await answer(connect(price=price), scope)

    assert without_price.usage.cost_usd is None
    assert without_usage.usage.cost_usd is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("write_bytes", [1, 7])
async def test_bytes_may_be_split_anywhere(
    server: ScriptedServer, connect: Connect, scope: Scope, line_end: str, write_bytes: int
):
    server.say(
        Reply(text="Übergröße 漢字 🎉", write_bytes=write_bytes, line_end=line_end, comments=True)
    )

    reply = await answer(connect(), scope)

    assert reply.message.text == "Übergröße 漢字 🎉"
    assert reply.usage.input_tokens == 100


async def test_a_missing_done_is_forgiven_when_the_answer_is_whole(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(text="all of it", fault="no_done"))

    assert (await answer(connect(), scope)).message.text == "all of it"


@pytest.mark.parametrize("fault", ["close", "half_character", "hang", "error_chunk"])
async def test_an_answer_that_breaks_off_is_an_error_after_what_came(
    server: ScriptedServer, connect: Connect, scope: Scope, fault: Fault
):
    server.say(Reply(text="one two three four five six", fault=fault, fault_after=3))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert [d.text for d in seen if isinstance(d, TextDelta)] == ["one two ", "three fo"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["close", "half_character", "hang", "error_chunk"])
async def test_an_answer_that_never_began_is_told_at_once(
    server: ScriptedServer, connect: Connect, scope: Scope, fault: Fault
):
    server.say(Reply(text="lost", fault=fault, fault_after=0), Reply(text="found"))

    with pytest.raises(ModelUnavailable):
        await ask(connect(), scope)

    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["invalid_json", "html"])
async def test_a_server_that_speaks_something_else_is_named_at_once(
    server: ScriptedServer, connect: Connect, scope: Scope, fault: Fault
):
    server.say(Reply(text="x", fault=fault))

    with pytest.raises(ModelReplyBroken, match="OpenAI-compatible"):
        await ask(connect(), scope)


async def test_a_limit_tells_how_long_to_wait(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(status=429, headers={"Retry-After": "600"}))

    with pytest.raises(ModelLimited) as caught:
        await ask(connect(), scope)

    assert caught.value.retry_after_seconds == 600


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "Incorrect API key provided: sk-secret-key"}, ModelAuthFailed),
        (402, {"message": "Payment required"}, ModelOutOfCredit),
        (403, {"message": "no"}, ModelAuthFailed),
        (404, {"message": "The model does not exist"}, UnknownModel),
        (400, {"message": "x", "code": "context_length_exceeded"}, ContextTooLong),
        (400, {"message": "bad temperature"}, ModelRefused),
        (400, {"message": "Invalid schema for function 'credit_rate_limit'"}, ModelRefused),
        (413, {"message": "Payload too large"}, ContextTooLong),
        (429, {"message": "You exceeded", "code": "insufficient_quota"}, ModelOutOfCredit),
        (429, {"message": "Rate limit reached"}, ModelLimited),
        (422, "plain words", ModelRefused),
        (500, {"message": "oops"}, ModelUnavailable),
        (503, "<h1>Service Unavailable</h1>", ModelUnavailable),
        (529, {"message": "overloaded"}, ModelUnavailable),
    ],
)
async def test_an_error_status_is_told_by_kind_after_one_attempt(
    server: ScriptedServer,
    connect: Connect,
    scope: Scope,
    status: int,
    error: dict[str, str] | str,
    kind: type[CadreError],
):
    server.say(Reply(status=status, error=error, times=0))

    with pytest.raises(kind) as caught:
        await ask(connect(), scope)

    assert type(caught.value) is kind
    assert str(status) in caught.value.detail
    assert "sk-secret-key" not in caught.value.detail
    assert len(server.requests) == 1


async def test_nobody_listening_is_unavailable(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    await server.__aexit__()

    with pytest.raises(ModelUnavailable, match="does not answer"):
        await ask(connect(patience=Patience()), scope)


async def test_cancelling_hangs_up_at_the_server(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(text="word " * 1000, chunk_delay_seconds=0.05))
    task = asyncio.create_task(ask(connect(), scope))
    await server.answering.wait()

    task.cancel()

    async with asyncio.timeout(5):
        await server.hung_up.wait()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_leaving_early_hangs_up_at_the_server(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(text="word " * 1000, chunk_delay_seconds=0.05))

    stream = connect().stream(scope, question())
    await anext(stream)
    await stream.aclose()

    async with asyncio.timeout(5):
        await server.hung_up.wait()


async def test_an_endless_event_is_refused(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="x" * 9_000_000, chunk_characters=9_000_000))

    with pytest.raises(ModelReplyBroken, match="bytes"):
        await ask(connect(), scope)


async def test_an_endless_answer_is_refused(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="x" * 4_500_000, chunk_characters=500_000))

    with pytest.raises(ModelReplyBroken, match="characters"):
        await ask(connect(), scope)


async def test_connections_are_used_again(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="hi", times=0))
    model = connect()

    for _ in range(3):
        await ask(model, scope)

    assert len(set(server.peers)) == 1


@pytest.mark.parametrize("fault", [None, "close", "error_chunk", "invalid_json", "hang", "html"])
async def test_nothing_is_left_behind(
    server: ScriptedServer,
    connect: Connect,
    http: HttpClient,
    scope: Scope,
    fault: Fault | None,
):
    server.say(Reply(text="word " * 20, fault=fault, fault_after=4, times=0))
    model = connect(patience=Patience(idle_seconds=0.05))
    await _leave(model, scope, pieces=1)
    before = client_tasks()

    for pieces in (0, 1, 2, 100):
        await _leave(model, scope, pieces=pieces)
        assert client_tasks() == before

    assert http.in_use == 0


async def _leave(model: OpenAICompatible, scope: Scope, *, pieces: int) -> None:
    """Take some pieces of an answer and go, as a client does that hangs up."""
    stream = model.stream(scope, question())
    with suppress(CadreError, StopAsyncIteration):
        for _ in range(pieces):
            await anext(stream)
    await stream.aclose()


def client_tasks() -> set[asyncio.Task[Any]]:
    """All but those of the server, which lives in the same loop."""
    return {task for task in asyncio.all_tasks() if "RequestHandler" not in repr(task)}
