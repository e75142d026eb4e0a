"""The exact answer cache: what is kept, for whom, how long, and how it is given again."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.models.calling import AnswerCache, CacheRule
from cadre.engine.models.errors import ModelUnavailable
from cadre.kernel.ids import OrgId, ProjectId
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Delta,
    ModelReply,
    ModelRequest,
    ReasoningDelta,
    ReplyDone,
    TextDelta,
    TextPart,
    ToolCall,
    ToolSpec,
    Usage,
    UserMessage,
)
from cadre.kernel.scope import Principal, Scope
from tests.engine.models.calling.virtual_time import run_virtually

RULE = CacheRule(ttl_seconds=60)


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def question(text: str = "Why?", **more: Any) -> ModelRequest:
    given: dict[str, Any] = {"temperature": 0.0, **more}
    return ModelRequest(model="auto", messages=[UserMessage(parts=[TextPart(text=text)])], **given)


def answer(*pieces: str, **more: Any) -> list[Delta]:
    given: dict[str, Any] = {"stop": "end", "model": "a:x", **more}
    usage = given.pop("usage", Usage(input_tokens=10, cost_usd=Decimal("0.25")))
    reply = ModelReply(message=AssistantMessage(text="".join(pieces)), usage=usage, **given)
    return [*[TextDelta(text=piece) for piece in pieces], ReplyDone(reply=reply)]


async def stream(deltas: list[Delta], error: Exception | None = None) -> AsyncGenerator[Delta]:
    for delta in deltas:
        yield delta
    if error is not None:
        raise error


@dataclass
class Bench:
    scope: Scope
    cache: AnswerCache
    clock: Clock

    async def ask(
        self,
        request: ModelRequest,
        deltas: list[Delta],
        rule: CacheRule = RULE,
        scope: Scope | None = None,
        route: str = "",
    ) -> list[Delta]:
        """As a caller does: what is known, else what the model says."""
        key = self.cache.key(scope or self.scope, request, rule, route=route)
        if key is None:
            return deltas
        if (known := self.cache.find(key, rule)) is not None:
            return list(known.items())
        return [delta async for delta in self.cache.kept(key, rule, stream(deltas))]


@pytest.fixture
def bench(scope: Scope) -> Bench:
    clock = Clock()
    return Bench(scope, AnswerCache(now=clock), clock)


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def test_the_same_question_gets_the_same_answer_in_the_same_pieces(bench: Bench):
    first = await bench.ask(question(), answer("Be", "cause", " so."))
    again = await bench.ask(question(), answer("never"))

    assert again[:-1] == first[:-1]
    assert isinstance(again[-1], ReplyDone)
    assert again[-1].reply.message.text == "Because so."
    assert again[-1].reply.model == "a:x"
    assert again[-1].reply.usage.input_tokens == 10
    assert again[-1].reply.usage.cost_usd == 0


async def test_what_the_caller_does_to_an_answer_does_not_change_what_is_known(bench: Bench):
    await bench.ask(question(), answer("one"))
    given = await bench.ask(question(), answer("never"))
    assert isinstance(given[-1], ReplyDone)
    given[-1].reply.message.text = "changed"

    again = await bench.ask(question(), answer("never"))

    assert isinstance(again[-1], ReplyDone)
    assert again[-1].reply.message.text == "one"


@pytest.mark.parametrize(
    "other",
    [
        question("Why not?"),
        question(max_tokens=5),
        question(seed=1),
        question(stop=["."]),
        question(tool_choice="none"),
        question(tools=[ToolSpec(name="t", description="", parameters={})]),
        question().model_copy(update={"model": "fast"}),
    ],
    ids=lambda request: request.model_dump_json(exclude_defaults=True)[:60],
)
async def test_another_question_is_another_question(bench: Bench, other: ModelRequest):
    await bench.ask(question(), answer("one"))

    assert text_of(await bench.ask(other, answer("two"))) == "two"


async def test_the_mark_for_the_providers_prompt_cache_makes_no_difference(bench: Bench):
    await bench.ask(question(), answer("one"))

    assert text_of(await bench.ask(question(cache_prompt=True), answer("two"))) == "one"


async def test_the_order_of_a_schemas_keys_makes_one(bench: Bench):
    one, two = [
        question(tools=[ToolSpec(name="t", description="", parameters={"properties": keys})])
        for keys in ({"a": True, "b": True}, {"b": True, "a": True})
    ]
    await bench.ask(one, answer("one"))

    assert text_of(await bench.ask(two, answer("two"))) == "two"


async def test_another_version_of_a_route_is_another_question(bench: Bench):
    await bench.ask(question(), answer("one"), route="auto@1")

    assert text_of(await bench.ask(question(), answer("two"), route="auto@2")) == "two"


async def test_an_answer_is_for_whoever_the_rule_says(bench: Bench, other_scope: Scope):
    mine = bench.scope
    colleague = replace(mine, principal=Principal("key", "key_2", "another"))
    elsewhere = replace(colleague, project=ProjectId("prj_other"))
    people = {"mine": mine, "colleague": colleague, "elsewhere": elsewhere, "org": other_scope}
    reached: dict[str, list[str]] = {}

    for sharing in ("principal", "project", "org"):
        rule = CacheRule(ttl_seconds=60, shared_by=sharing)
        bench.cache.invalidate(mine.org)
        bench.cache.invalidate(other_scope.org)
        await bench.ask(question(), answer("mine"), rule, mine)
        reached[sharing] = [
            name
            for name, scope in people.items()
            if (key := bench.cache.key(scope, question(), rule)) and bench.cache.find(key, rule)
        ]

    assert reached == {
        "principal": ["mine"],
        "project": ["mine", "colleague"],
        "org": ["mine", "colleague", "elsewhere"],
    }


@pytest.mark.parametrize("temperature", [None, 0.7])
async def test_chance_is_cached_only_when_asked_for(bench: Bench, temperature: float | None):
    request = question(temperature=temperature)
    await bench.ask(request, answer("one"))
    assert text_of(await bench.ask(request, answer("two"))) == "two"

    asked_for = CacheRule(ttl_seconds=60, even_if_random=True)
    await bench.ask(request, answer("three"), asked_for)
    assert text_of(await bench.ask(request, answer("four"), asked_for)) == "three"


async def test_an_answer_expires(bench: Bench):
    await bench.ask(question(), answer("one"))
    bench.clock.seconds = 59.9
    assert text_of(await bench.ask(question(), answer("two"))) == "one"
    bench.clock.seconds = 60
    assert text_of(await bench.ask(question(), answer("three"))) == "three"


async def test_without_a_lifetime_nothing_is_kept(bench: Bench):
    assert bench.cache.key(bench.scope, question(), CacheRule()) is None


async def test_bypass_neither_reads_nor_keeps(bench: Bench):
    bypass = CacheRule(ttl_seconds=60, mode="bypass")
    await bench.ask(question(), answer("one"))
    assert text_of(await bench.ask(question(), answer("two"), bypass)) == "two"
    assert text_of(await bench.ask(question(), answer("three"))) == "one"


async def test_refresh_asks_anew_and_keeps_the_answer(bench: Bench):
    refresh = CacheRule(ttl_seconds=60, mode="refresh")
    await bench.ask(question(), answer("one"))
    assert text_of(await bench.ask(question(), answer("two"), refresh)) == "two"
    assert text_of(await bench.ask(question(), answer("three"))) == "two"


@pytest.mark.parametrize("stop", ["refused", "cancelled", "length"])
async def test_what_is_no_whole_answer_is_not_kept(bench: Bench, stop: str):
    await bench.ask(question(), answer("I can't", stop=stop))

    assert text_of(await bench.ask(question(), answer("two"))) == "two"


async def test_an_answer_that_broke_off_is_not_kept(bench: Bench):
    key = bench.cache.key(bench.scope, question(), RULE)
    assert key is not None
    broken = stream([TextDelta(text="half")], ModelUnavailable("broke off"))

    with pytest.raises(ModelUnavailable):
        async for _ in bench.cache.kept(key, RULE, broken):
            pass
    assert bench.cache.find(key, RULE) is None


async def test_an_answer_that_was_abandoned_is_not_kept_and_its_stream_is_closed(bench: Bench):
    key = bench.cache.key(bench.scope, question(), RULE)
    assert key is not None
    source = stream(answer("one", "two"))

    async with aclosing(bench.cache.kept(key, RULE, source)) as deltas:
        await anext(deltas)
    assert bench.cache.find(key, RULE) is None
    with pytest.raises(StopAsyncIteration):
        await anext(source)


async def test_size_is_bounded_and_the_least_recently_used_go_first(scope: Scope):
    cache = AnswerCache(most_bytes=10_000, most_answer_bytes=5_000)
    bench = Bench(scope, cache, Clock())
    for name in ("a", "b", "c"):
        await bench.ask(question(name), answer(name * 2_000))
        await bench.ask(question("a"), answer("never"))
    await bench.ask(question("d"), answer("d" * 2_000))

    assert text_of(await bench.ask(question("a"), answer("new"))) == "a" * 2_000
    assert text_of(await bench.ask(question("b"), answer("new"))) == "new"
    assert cache.statistics(scope.org).bytes <= 10_000


async def test_an_answer_that_is_too_large_is_not_kept(scope: Scope):
    cache = AnswerCache(most_answer_bytes=5_000)
    bench = Bench(scope, cache, Clock())
    await bench.ask(question(), answer("x" * 6_000))

    assert cache.statistics(scope.org).entries == 0


async def test_statistics_count_hits_misses_and_what_was_saved(bench: Bench, other_scope: Scope):
    await bench.ask(question("a"), answer("a"))
    await bench.ask(question("b"), answer("b", usage=Usage()))
    for name in ("a", "a", "b"):
        await bench.ask(question(name), answer("never"))

    statistics = bench.cache.statistics(bench.scope.org)
    assert (statistics.hits, statistics.misses, statistics.entries) == (3, 2, 2)
    assert statistics.hit_rate == 0.6
    assert (statistics.saved_usd, statistics.unpriced_hits) == (Decimal("0.50"), 1)
    others = bench.cache.statistics(other_scope.org)
    assert (others.hits, others.misses, others.bytes, others.hit_rate) == (0, 0, 0, None)


async def test_an_org_can_have_its_answers_forgotten_and_no_others(
    bench: Bench, other_scope: Scope
):
    await bench.ask(question(), answer("mine"))
    await bench.ask(question(), answer("theirs"), scope=other_scope)

    assert bench.cache.invalidate(bench.scope.org) == 1
    assert text_of(await bench.ask(question(), answer("new"))) == "new"
    assert text_of(await bench.ask(question(), answer("never"), scope=other_scope)) == "theirs"


pieces = st.lists(
    st.one_of(
        st.builds(TextDelta, text=st.text(min_size=1, max_size=5)),
        st.builds(ReasoningDelta, text=st.text(min_size=1, max_size=5)),
        st.builds(CallDelta, index=st.integers(0, 2), arguments=st.text(max_size=5)),
    ),
    min_size=1,
    max_size=30,
).filter(lambda deltas: any(not isinstance(delta, ReasoningDelta) for delta in deltas))


@given(pieces)
def test_any_mixture_of_pieces_comes_back_as_it_was(deltas: list[Delta]):
    count = max((d.index for d in deltas if isinstance(d, CallDelta)), default=-1) + 1
    calls = [
        ToolCall(
            id=f"call_{index}",
            name=f"tool_{index}",
            arguments="".join(
                d.arguments for d in deltas if isinstance(d, CallDelta) and d.index == index
            ),
        )
        for index in range(count)
    ]
    thoughts = "".join(d.text for d in deltas if isinstance(d, ReasoningDelta))
    message = AssistantMessage(text=text_of(deltas), reasoning=thoughts, calls=calls)
    done = ReplyDone(
        reply=ModelReply(message=message, usage=Usage(cost_usd=Decimal(0)), stop="end", model="a:x")
    )
    assert again(deltas, done) == [*deltas, done]


def test_pieces_that_are_not_the_reply_come_back_as_the_reply_at_once():
    call = ToolCall(id="call_1", name="tool", arguments="{}")
    message = AssistantMessage(text="whole", reasoning="thought", calls=[call])
    done = ReplyDone(
        reply=ModelReply(
            message=message, usage=Usage(cost_usd=Decimal(0)), stop="tool_calls", model="a:x"
        )
    )
    odd: list[Delta] = [TextDelta(text="other"), CallDelta(index=7, arguments="?")]

    assert again(odd, done) == [
        ReasoningDelta(text="thought"),
        TextDelta(text="whole"),
        CallDelta(index=0, id="call_1", name="tool", arguments="{}"),
        done,
    ]


def again(deltas: list[Delta], done: ReplyDone) -> list[Delta]:
    async def main() -> list[Delta]:
        cache, scope = AnswerCache(), _SCOPE
        key = cache.key(scope, question(), RULE)
        assert key is not None
        async for _ in cache.kept(key, RULE, stream([*deltas, done])):
            pass
        known = cache.find(key, RULE)
        assert known is not None
        return list(known.items())

    return run_virtually(main())


_SCOPE = Scope(
    org=OrgId("org_acme"),
    project=ProjectId("prj"),
    environment="dev",
    principal=Principal("user", "usr", "somebody"),
)
