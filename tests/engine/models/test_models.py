"""Calls to models as a whole: planned, reserved, made with failover, paid and written down."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from cadre.engine.models import (
    Ask,
    Call,
    CallOptions,
    EnvironmentProvider,
    ModelUnavailable,
    Price,
    ProviderInput,
    Tally,
    Target,
    UnknownModel,
    Wording,
)
from cadre.engine.models.routing.schemas import RouteText
from cadre.engine.models.service import Attempt
from cadre.infra.asgi import Opening
from cadre.infra.database import Database
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import ModelReply, ModelRequest, ReplyDone, TextPart, Usage, UserMessage
from cadre.kernel.scope import Scope
from cadre.trust.budgets import BudgetExceeded, BudgetInput, PriceUnknown, Spender
from tests.engine.models.conftest import Open
from tests.engine.models.scripted_server import Reply, ScriptedServer
from tests.engine.models.stack import ModelStack

PATIENCE_SECONDS = 10.0  # a hang guard
USAGE = {"prompt_tokens": 1000, "completion_tokens": 500}
COST = Decimal("0.0012")
PRICE = Price(input=Decimal("0.40"), output=Decimal("1.60"))


def provider(name: str, server: ScriptedServer, *, priced: bool = True) -> EnvironmentProvider:
    prices = {"scripted": PRICE} if priced else {}
    return EnvironmentProvider(name, server.base_url, f"sk-{name}", ("scripted",), prices)


def question(
    model: str = "one:scripted", said_by_user: str = "What is it?", **fields: object
) -> ModelRequest:
    said = [UserMessage(parts=[TextPart(text=said_by_user)])]
    return ModelRequest.model_validate({"model": model, "messages": said, **fields})


async def ask(
    stack: ModelStack, scope: Scope, request: ModelRequest, options: CallOptions | None = None
) -> ModelReply:
    deltas = stack.models.stream(Spender(scope), request, options or CallOptions())
    found = [delta async for delta in deltas]
    assert isinstance(found[-1], ReplyDone)
    return found[-1].reply


async def calls(stack: ModelStack, database: Database, scope: Scope) -> list[dict[str, object]]:
    """The lines of the ledger, oldest first."""
    await stack.usage.flush()
    async with database.read(scope) as work:
        query = text("select * from usage_calls order by at, id")
        return [dict(row) for row in (await work.connection.execute(query)).mappings()]


@pytest.fixture
async def two(
    open_stack: Open, server: ScriptedServer, other_server: ScriptedServer
) -> AsyncIterator[ModelStack]:
    """Two providers with one model each, at the same price."""
    async with open_stack(provider("one", server), provider("other", other_server)) as stack:
        yield stack


async def test_a_call_is_answered_paid_and_written_down(
    database: Database, scope: Scope, two: ModelStack, server: ScriptedServer
):
    server.say(Reply(text="hi", usage=USAGE))

    reply = await ask(two, scope, question())
    (line,) = await calls(two, database, scope)

    assert (reply.message.text, reply.model) == ("hi", "one:scripted")
    assert reply.usage.cost_usd == COST
    assert server.headers[0]["Authorization"] == "Bearer sk-one"
    assert server.requests[0]["model"] == "scripted"
    assert (line["provider"], line["model"], line["status"]) == ("one", "scripted", "ok")
    assert (line["input_tokens"], line["output_tokens"]) == (1000, 500)
    assert line["cost_nano"] == 1_200_000


async def test_without_a_price_the_cost_is_unknown_and_never_nothing(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    server.say(Reply(text="hi", usage=USAGE))
    async with open_stack(provider("one", server, priced=False)) as stack:
        reply = await ask(stack, scope, question())
        (line,) = await calls(stack, database, scope)

    assert reply.usage.cost_usd is None
    assert line["cost_nano"] is None


async def test_a_provider_that_fails_is_not_seen_by_the_caller(
    database: Database,
    scope: Scope,
    two: ModelStack,
    server: ScriptedServer,
    other_server: ScriptedServer,
):
    server.say(Reply(status=500, times=0))
    other_server.say(Reply(text="from the other", usage=USAGE))

    reply = await ask(two, scope, question("one:scripted, other:scripted"))
    (line,) = await calls(two, database, scope)

    assert reply.model == "other:scripted"
    assert (line["provider"], line["status"]) == ("other", "ok")
    assert line["attempts"] == len(server.requests) + 1


async def test_an_answer_that_breaks_off_is_an_error_and_never_another_answer(
    database: Database,
    scope: Scope,
    two: ModelStack,
    server: ScriptedServer,
    other_server: ScriptedServer,
):
    server.say(Reply(text="It begins and then it", fault="close", fault_after=3))
    other_server.say(Reply(text="something else"))

    with pytest.raises(ModelUnavailable, match="broke off"):
        await ask(two, scope, question("one:scripted, other:scripted"))
    (line,) = await calls(two, database, scope)

    assert other_server.requests == []
    assert (line["status"], line["provider"]) == ("error", "one")
    assert line["output_tokens"]


async def test_what_a_caller_that_left_has_used_is_paid(
    database: Database, scope: Scope, two: ModelStack, server: ScriptedServer
):
    server.say(Reply(text="a long answer " * 50, chunk_delay_seconds=0.05))

    deltas = two.models.stream(Spender(scope), question())
    await anext(deltas)
    await anext(deltas)
    await deltas.aclose()
    async with asyncio.timeout(5):
        await server.hung_up.wait()
    (line,) = await calls(two, database, scope)

    assert (line["status"], line["provider"]) == ("cancelled", "one")
    assert line["cost_nano"]


async def test_a_hard_budget_refuses_before_anything_is_sent(
    database: Database, scope: Scope, two: ModelStack, server: ScriptedServer
):
    server.say(Reply(text="hi", usage=USAGE, times=0))
    limit = BudgetInput(
        subject_kind="org", subject="*", period="day", limit_usd=Decimal("0.002"), mode="hard"
    )
    async with database.begin(scope) as work:
        await two.budgets.add(work, limit)

    await ask(two, scope, question(max_tokens=500))
    await two.usage.flush()
    with pytest.raises(BudgetExceeded):
        await ask(two, scope, question(max_tokens=1000))

    assert len(server.requests) == 1


async def test_what_has_no_price_can_not_be_kept_to_a_limit(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    server.say(Reply(text="hi"))
    limit = BudgetInput(
        subject_kind="org", subject="*", period="day", limit_usd=Decimal(10), mode="hard"
    )
    async with open_stack(provider("one", server, priced=False)) as stack:
        async with database.begin(scope) as work:
            await stack.budgets.add(work, limit)
        with pytest.raises(PriceUnknown):
            await ask(stack, scope, question())

    assert server.requests == []


async def test_an_answer_that_is_known_costs_nothing_and_says_what_it_saved(
    database: Database, scope: Scope, two: ModelStack, server: ScriptedServer
):
    server.say(Reply(text="It is what it is.", usage=USAGE, times=0))
    kept = CallOptions(cache_seconds=60)

    first = await ask(two, scope, question(), kept)
    second = await ask(two, scope, question(), kept)
    asked_anew = await ask(two, scope, question())
    lines = await calls(two, database, scope)

    assert first.message == second.message == asked_anew.message
    assert len(server.requests) == 2
    assert [line["cache_hit"] for line in lines] == [0, 1, 0]
    assert [line["saved_nano"] for line in lines] == [0, 1_200_000, 0]
    assert sum(int(str(line["cost_nano"])) for line in lines) == 2_400_000


async def test_routes_choose_among_what_the_org_has(scope: Scope, two: ModelStack):
    for name in ("auto", "cheap", "fast", "code"):
        with pytest.raises(CadreError):  # the servers are asked, and have nothing to say
            await ask(two, scope, question(name))
    with pytest.raises(UnknownModel, match="auto"):
        await ask(two, scope, question("best"))


async def test_a_model_that_nobody_wrote_down_can_be_asked(
    scope: Scope, two: ModelStack, server: ScriptedServer
):
    server.say(Reply(text="new"))

    reply = await ask(two, scope, question("one:brand-new"))

    assert server.requests[0]["model"] == "brand-new"
    assert reply.usage.cost_usd is None


async def test_a_changed_key_counts_with_the_next_call(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    server.say(Reply(text="hi", times=0))
    given = ProviderInput(base_url=server.base_url, models=["scripted"])
    async with open_stack() as stack, open_stack() as another:
        for key in ("sk-1", "sk-2"):
            async with database.begin(scope) as work:
                await stack.connections.put(work, "mine", given.model_copy(update={"key": key}))
            await ask(another, scope, question("mine:scripted"))

    assert [one["Authorization"] for one in server.headers] == ["Bearer sk-1", "Bearer sk-2"]


async def test_the_money_adds_up_while_a_provider_fails_under_load(
    database: Database,
    scope: Scope,
    two: ModelStack,
    server: ScriptedServer,
    other_server: ScriptedServer,
):
    """Half of the answers of one server are errors; what both say they counted is what is paid."""
    for place in range(40):
        failed = place % 2 == 0
        server.say(Reply(status=500) if failed else Reply(text="one", usage=USAGE))
    server.say(Reply(status=500, times=0))
    other_server.say(Reply(text="other", usage=USAGE, times=0))

    replies = await asyncio.gather(
        *(ask(two, scope, question("one:scripted, other:scripted")) for _ in range(60))
    )
    lines = await calls(two, database, scope)

    assert len(lines) == len(replies) == 60
    assert {line["status"] for line in lines} == {"ok"}
    served = sum(reply.model == "one:scripted" for reply in replies)
    assert {line["provider"] for line in lines} >= {"other"}
    assert sum(line["provider"] == "one" for line in lines) == served
    assert sum(int(str(line["cost_nano"])) for line in lines) == 60 * 1_200_000


async def test_a_new_key_does_not_inherit_the_rest_that_the_old_one_was_given(
    database: Database, scope: Scope, stack: ModelStack, server: ScriptedServer
):
    given = ProviderInput(base_url=server.base_url, models=["scripted"], key="sk-bad")
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", given)
    server.say(Reply(status=401, when="bad", times=0), Reply(text="welcome", when="good"))
    for _ in range(20):
        with pytest.raises(CadreError):
            await ask(stack, scope, question("mine:scripted", "a bad key"))
    asked = len(server.requests)
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", given.model_copy(update={"key": "sk-good"}))
    reply = await ask(stack, scope, question("mine:scripted", "a good key"))

    assert asked < 20  # the circuit was open
    assert reply.message.text == "welcome"


async def test_a_key_that_another_process_changes_counts_a_moment_later(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    server.say(Reply(text="hi", times=0))
    given = ProviderInput(base_url=server.base_url, models=["scripted"])
    elsewhere = Database(database.url)
    async with open_stack() as stack:
        for key, place in (("sk-1", database), ("sk-2", elsewhere)):
            async with place.begin(scope) as work:
                await stack.connections.put(work, "mine", given.model_copy(update={"key": key}))
            await ask(stack, scope, question("mine:scripted"))
        until = time.monotonic() + PATIENCE_SECONDS
        while server.headers[-1]["Authorization"] != "Bearer sk-2" and time.monotonic() < until:
            await ask(stack, scope, question("mine:scripted"))
    await elsewhere.close()

    assert server.headers[0]["Authorization"] == "Bearer sk-1"
    assert server.headers[-1]["Authorization"] == "Bearer sk-2"


def pieces_of(model: str, *, is_cut: bool = False) -> Attempt[Opening | bytes]:
    """An attempt as a door makes it: it sends pieces of its own and counts a thousand tokens."""

    async def attempt(target: Target, tally: Tally) -> AsyncGenerator[Opening | bytes]:
        yield Opening(b"one ", [(b"x-cadre-model", target.name.encode()), (b"x-left", b"3")])
        yield model.encode()
        tally.reported = Usage(input_tokens=1000, output_tokens=500)
        tally.is_complete, tally.is_cut = True, is_cut

    return attempt


async def asked_by_door(
    stack: ModelStack, scope: Scope, attempt: Attempt[Opening | bytes], wording: Wording
) -> list[Opening | bytes]:
    spender = Spender(scope)
    options = CallOptions(cache_seconds=60)
    call = Call("one:scripted", Ask.by(spender, tokens=9), options, wording=wording)
    return [item async for item in await stack.models.answered(spender, call, attempt)]


async def test_a_door_gets_the_pieces_that_it_sent_before(
    database: Database, scope: Scope, two: ModelStack
):
    words = Wording("openai.chat", b'{"model": "x"}')

    first = await asked_by_door(two, scope, pieces_of("a"), words)
    again = await asked_by_door(two, scope, pieces_of("b"), words)
    other_dialect = await asked_by_door(two, scope, pieces_of("c"), replace(words, dialect="x"))
    other_words = await asked_by_door(two, scope, pieces_of("d"), replace(words, body=b"{}"))
    lines = await calls(two, database, scope)

    assert [one[1] for one in (first, again, other_dialect, other_words)] == [
        b"a",
        b"a",
        b"c",
        b"d",
    ]
    opening = again[0]
    assert isinstance(opening, Opening)
    assert opening.piece == b"one "
    assert opening.headers == [(b"x-cadre-model", b"one:scripted"), (b"x-cadre-cache", b"hit")]
    assert [line["cache_hit"] for line in lines] == [0, 1, 0, 0]
    assert [line["saved_nano"] for line in lines] == [0, 1_200_000, 0, 0]


async def test_an_answer_that_was_cut_short_is_not_given_twice(scope: Scope, two: ModelStack):
    words = Wording("openai.chat", b"{}")

    await asked_by_door(two, scope, pieces_of("a", is_cut=True), words)

    assert (await asked_by_door(two, scope, pieces_of("b"), words))[1] == b"b"


async def test_an_answer_that_nobody_took_to_its_end_is_not_kept(scope: Scope, two: ModelStack):
    words, spender = Wording("openai.chat", b"{}"), Spender(scope)
    call = Call("one:scripted", Ask.by(spender), CallOptions(cache_seconds=60), wording=words)

    async with aclosing(await two.models.answered(spender, call, pieces_of("a"))) as items:
        await anext(items)

    assert (await asked_by_door(two, scope, pieces_of("b"), words))[1] == b"b"


async def test_only_what_is_fixed_or_asked_for_by_name_is_remembered(
    database: Database, scope: Scope, two: ModelStack
):
    route = "name: kept\nrules: [{targets: ['one:scripted']}]\noptions: {cache_seconds: 60}\n"
    async with database.begin(scope) as work:
        await two.routing.book.put(work, "kept", RouteText(yaml=route))
    spender, heard = Spender(scope), list[object]()

    for is_fixed in (True, True, False, False):
        words = Wording("openai.chat", b"{}", is_fixed=is_fixed)
        call = Call("kept", Ask.by(spender), wording=words)
        attempt = pieces_of(f"{len(heard)}")
        heard.append([item async for item in await two.models.answered(spender, call, attempt)][1])

    assert heard == [b"0", b"0", b"2", b"3"]
