"""What the ledger teaches: calls that would have cost less elsewhere, and drafts tried on them."""

from decimal import Decimal

from cadre.engine.models import Advisor, PastCalls, Price, ProviderInput
from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.usage import Usage, read_timespan
from tests.engine.models.scripted_server import Reply, ScriptedServer
from tests.engine.models.stack import ModelStack
from tests.engine.models.test_models import USAGE, ask, question


def priced(server: ScriptedServer, times: int) -> ProviderInput:
    price = Price(input=Decimal(10 * times), output=Decimal(20 * times))
    return ProviderInput(base_url=server.base_url, models=["m"], prices={"m": price})


async def test_calls_that_would_have_cost_less_are_named_with_the_saving(
    database: Database,
    scope: Scope,
    other_scope: Scope,
    stack: ModelStack,
    server: ScriptedServer,
):
    server.say(Reply(text="hi", usage=USAGE, times=0))
    async with database.begin(scope) as work:
        await stack.connections.put(work, "dear", priced(server, 4))
        await stack.connections.put(work, "fair", priced(server, 1))
    for _ in range(3):
        await ask(stack, scope, question("dear:m"))
    await stack.usage.flush()

    advisor, span = Advisor(stack.views, Usage()), read_timespan("7d", None)
    async with database.read(scope) as work:
        (advice,) = await advisor.advise(work, span)
    async with database.read(other_scope) as work:
        assert await advisor.advise(work, span) == []

    assert (advice.model, advice.instead, advice.calls) == ("dear:m", "fair:m", 3)
    assert advice.cost_usd == Decimal("0.24")
    assert advice.would_cost_usd == Decimal("0.06")
    assert advice.saved_share == Decimal("0.75")
    assert not advice.scored
    assert "75%" in advice.sentence


async def test_the_latest_calls_are_there_to_try_a_draft_on(
    database: Database, scope: Scope, stack: ModelStack, server: ScriptedServer
):
    server.say(Reply(text="hi", usage=USAGE, times=0))
    async with database.begin(scope) as work:
        await stack.connections.put(work, "fair", priced(server, 1))
    await ask(stack, scope, question("fair:m"))
    await stack.usage.flush()

    async with database.read(scope) as work:
        (past,) = await PastCalls(Usage())(work, 10)

    assert (past.model_asked, past.model_answered) == ("fair:m", "fair:m")
    assert (past.ask.tokens, past.cost_usd) == (1000, Decimal("0.02"))
