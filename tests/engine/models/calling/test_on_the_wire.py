"""Calling over real connections: what is finished is used again, what is given up is hung up."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from cadre.engine.models import (
    Endpoint,
    ModelAuthFailed,
    ModelUnavailable,
    OpenAICompatible,
    Patience,
)
from cadre.engine.models.calling import (
    AttemptOutcome,
    Breakers,
    CallPolicy,
    Health,
    Retries,
    Tally,
    Target,
    answered,
    metered,
)
from cadre.engine.models.wires.openai import OPENAI_LIKE
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient, HttpLimits
from cadre.kernel.messages import (
    Delta,
    ModelRequest,
    ReplyDone,
    TextDelta,
    TextPart,
    UserMessage,
)
from cadre.kernel.scope import Scope
from tests.engine.models.scripted_server import Fault, Reply, ScriptedServer

QUESTION = ModelRequest(model="auto", messages=[UserMessage(parts=[TextPart(text="How are you?")])])
AT_ONCE = CallPolicy(retries=Retries(per_target=0), linger_seconds=0)
HEDGED = CallPolicy(retries=Retries(per_target=0), hedge_after_seconds=0.05)


class CountingServer(ScriptedServer):
    @property
    def open_connections(self) -> int:
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    async def until_open(self, count: int) -> None:
        """Until at most `count` are; hanging up takes a moment to arrive."""
        async with asyncio.timeout(5):
            while self.open_connections > count:  # noqa: ASYNC110  # the server tells nobody
                await asyncio.sleep(0.01)


@dataclass
class Two:
    """Two providers, `a:x` and `b:y`, each a server of its own."""

    a: CountingServer
    b: CountingServer
    http: HttpClient
    blobs: Blobs
    scope: Scope

    def __post_init__(self) -> None:
        self.breakers = Breakers()
        self.health = Health(self.breakers)
        self.outcomes: list[AttemptOutcome] = []
        self.targets = [Target(self.scope.org, "a:x"), Target(self.scope.org, "b:y")]

    def ask(self, policy: CallPolicy = AT_ONCE) -> AsyncGenerator[Delta]:
        return self._answered(self._chat, policy)

    def pass_through(self, policy: CallPolicy = AT_ONCE) -> AsyncGenerator[bytes]:
        return self._answered(self._bytes, policy)

    @property
    def ends(self) -> list[tuple[str, str]]:
        return [(outcome.target.name, outcome.end) for outcome in self.outcomes]

    def _answered(self, attempt: Any, policy: CallPolicy) -> AsyncGenerator[Any]:
        return answered(
            self.targets,
            attempt,
            policy=policy,
            breakers=self.breakers,
            health=self.health,
            on_attempt=self.outcomes.append,
        )

    def _chat(self, target: Target, tally: Tally) -> AsyncIterator[Delta]:
        provider, _, name = target.name.partition(":")
        endpoint = Endpoint(provider, self._server(target).base_url)
        model = OpenAICompatible(
            self.http,
            self.blobs,
            endpoint,
            name,
            deviations=OPENAI_LIKE,
            patience=Patience(idle_seconds=0.5),
        )
        tally.input_tokens = 7
        return metered(model.stream(self.scope, QUESTION), tally)

    async def _bytes(self, target: Target, tally: Tally) -> AsyncGenerator[bytes]:
        server = self._server(target)
        async with self.http.stream(
            "POST",
            f"{server.base_url}/chat/completions",
            body=orjson.dumps({"model": "x", "messages": [{"content": "hi"}]}),
            limits=HttpLimits(total_seconds=None),
            allow_private=[server.base_url.split("/")[2]],
        ) as reply:
            if reply.status != 200:
                raise ModelUnavailable(f"{target.name}: {reply.status}")
            async for chunk in reply.chunks():
                yield chunk

    def _server(self, target: Target) -> CountingServer:
        return self.a if target.name == "a:x" else self.b


@pytest.fixture
async def two(http: HttpClient, blobs: Blobs, scope: Scope) -> AsyncIterator[Two]:
    async with CountingServer() as a, CountingServer() as b:
        before = asyncio.all_tasks()
        two = Two(a, b, http, blobs, scope)
        yield two
        left = [task for task in asyncio.all_tasks() - before if "calling" in repr(task)]
        assert left == []


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def test_answers_that_were_read_to_the_end_share_a_connection(two: Two):
    two.a.say(Reply(text="I am well.", times=0))

    for _ in range(5):
        assert text_of([delta async for delta in two.ask()]) == "I am well."

    assert len(set(two.a.peers)) == 1
    assert two.a.open_connections == 1


async def test_an_answer_that_is_given_up_hangs_up(two: Two):
    two.a.say(Reply(text="one two three " * 50, chunk_delay_seconds=0.05))

    async with aclosing(two.ask()) as deltas:
        await anext(deltas)

    await two.a.until_open(0)
    assert two.ends == [("a:x", "abandoned")]
    (outcome,) = two.outcomes
    assert outcome.is_estimate
    assert outcome.usage is not None
    assert (outcome.usage.input_tokens, outcome.usage.output_tokens) == (7, 2)


async def test_a_caller_that_is_cancelled_before_the_first_word_hangs_up(two: Two):
    two.a.say(Reply(text="late", delay_seconds=60))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await anext(two.ask())

    await two.a.until_open(0)
    assert two.ends == [("a:x", "abandoned")]
    assert two.outcomes[0].usage is None


async def test_a_rival_that_wins_is_read_on_and_the_loser_hangs_up(two: Two):
    two.a.say(Reply(text="slow", delay_seconds=60, times=0))
    two.b.say(Reply(text="quick and quite long", chunk_delay_seconds=0.01, times=0))

    for _ in range(3):
        assert text_of([delta async for delta in two.ask(HEDGED)]) == "quick and quite long"

    await two.a.until_open(0)
    assert len(set(two.b.peers)) == two.b.open_connections == 1
    assert two.ends == [("a:x", "lost"), ("b:y", "complete")] * 3


async def test_a_winner_that_falls_silent_later_is_still_noticed(two: Two):
    two.a.say(Reply(text="slow", delay_seconds=60))
    two.b.say(Reply(text="quick, then nothing", fault="hang", fault_after=2))

    with pytest.raises(ModelUnavailable, match="The answer of b:y broke off"):
        async for _ in two.ask(HEDGED):
            pass

    await two.a.until_open(0)
    await two.b.until_open(0)


async def test_a_winner_can_be_given_up_too(two: Two):
    two.a.say(Reply(text="slow", delay_seconds=60))
    two.b.say(Reply(text="one two three " * 50, chunk_delay_seconds=0.05))

    async with aclosing(two.ask(HEDGED)) as deltas:
        await anext(deltas)

    await two.a.until_open(0)
    await two.b.until_open(0)
    assert two.ends == [("a:x", "lost"), ("b:y", "abandoned")]


@pytest.mark.parametrize(
    "fault", ["hang", "close", "half_character", "invalid_json", "error_chunk", "html"]
)
async def test_whatever_happens_before_the_first_word_the_next_one_answers(two: Two, fault: Fault):
    two.a.say(Reply(text="never", fault=fault, fault_after=0, times=3))
    two.b.say(Reply(text="I am well.", times=3))

    for _ in range(3):
        assert text_of([delta async for delta in two.ask()]) == "I am well."

    await two.a.until_open(1)  # an answer that came to its end can leave one to be used again
    assert two.ends == [("a:x", "failed"), ("b:y", "complete")] * 3


@pytest.mark.parametrize("fault", ["hang", "close", "half_character", "error_chunk"])
async def test_whatever_happens_after_the_first_word_is_said(two: Two, fault: Fault):
    two.a.say(Reply(text="half of an answer", fault=fault, fault_after=2, times=3))
    two.b.say(Reply(text="another"))

    for _ in range(3):
        seen: list[Delta] = []
        with pytest.raises(ModelUnavailable, match="The answer of a:x broke off"):
            async for delta in two.ask():
                seen.append(delta)
        assert text_of(seen) == "half of "

    assert two.b.requests == []
    await two.a.until_open(1)


async def test_a_provider_that_fails_under_load_is_not_noticed_and_leaks_nothing(two: Two):
    two.a.say(Reply(status=500, times=0))
    two.b.say(Reply(text="I am well.", times=0))

    async def ask() -> str:
        return text_of([delta async for delta in two.ask()])

    for _ in range(5):
        assert set(await asyncio.gather(*[ask() for _ in range(20)])) == {"I am well."}

    assert len(two.a.requests) == 20
    assert two.a.open_connections <= 20
    assert two.b.open_connections <= 20
    assert two.breakers.of(two.targets[0]).state == "open"


async def test_a_refused_key_is_passed_by_but_told_when_nobody_is_left(two: Two):
    two.a.say(Reply(status=401, error={"message": "bad key"}))
    two.b.say(Reply(status=403, error={"message": "bad key"}))

    with pytest.raises(ModelAuthFailed, match=r"Tried: a:x \(model_auth_failed\), b:y"):
        await anext(two.ask())


async def test_bytes_are_passed_through_as_they_come(two: Two):
    two.a.say(Reply(status=503))
    two.b.say(Reply(text="Grüße 🎉", times=2))

    direct = [chunk async for chunk in two.pass_through()]
    hedged = [chunk async for chunk in two.pass_through(HEDGED)]

    assert b"".join(direct) == b"".join(hedged)
    assert b"".join(direct).endswith(b"data: [DONE]\n\n")
    assert two.b.open_connections == 1


async def test_the_providers_own_count_is_what_is_told(two: Two):
    two.a.say(Reply(text="hi", usage={"prompt_tokens": 1000, "completion_tokens": 500}))

    deltas = [delta async for delta in two.ask()]

    assert isinstance(deltas[-1], ReplyDone)
    assert two.outcomes[0].usage == deltas[-1].reply.usage
    assert not two.outcomes[0].is_estimate


async def test_whoever_stops_at_the_last_item_has_a_complete_answer(two: Two):
    two.a.say(Reply(text="hi", times=3))

    for _ in range(3):
        async with aclosing(two.ask()) as deltas:
            async for delta in deltas:
                if isinstance(delta, ReplyDone):
                    break

    assert two.ends == [("a:x", "complete")] * 3
    assert len(set(two.a.peers)) == two.a.open_connections == 1
