"""Which providers an org has: entered or of the environment, with keys that never show."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cadre.engine.models import (
    Endpoint,
    EnvironmentProvider,
    Price,
    ProviderFromEnvironment,
    ProviderInput,
    UnknownModel,
    UnknownProvider,
)
from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope
from tests.engine.models.conftest import Open
from tests.engine.models.scripted_server import Reply, ScriptedServer
from tests.engine.models.stack import ModelStack
from tests.engine.models.wires.raw_server import RawServer, raw

__all__ = ["raw"]
FREE = Price(input=Decimal(0), output=Decimal(0))
PRICE = Price(input=Decimal("0.40"), output=Decimal("1.60"))


def mine(server: ScriptedServer, key: str | None = "sk-1") -> ProviderInput:
    return ProviderInput(
        base_url=server.base_url, key=key, models=["scripted"], prices={"scripted": PRICE}
    )


async def test_with_nothing_configured_the_operator_answers(
    database: Database, scope: Scope, stack: ModelStack
):
    async with database.read(scope) as work:
        listed = await stack.listing.all(work)

    assert listed.default == "offline"
    assert [(one.name, one.default) for one in listed.items] == [("offline", True)]


async def test_prices_survive_storage_exactly(
    database: Database, scope: Scope, stack: ModelStack, server: ScriptedServer
):
    async with database.begin(scope) as work:
        put = await stack.connections.put(work, "mine", mine(server))

    assert put.prices["scripted"].input == Decimal("0.40")
    assert put.has_key


async def test_a_key_stays_until_it_is_changed_and_never_follows_to_another_address(
    database: Database, scope: Scope, stack: ModelStack, server: ScriptedServer
):
    elsewhere = ProviderInput(base_url="https://evil.example.com/v1")
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", mine(server))
        kept = await stack.connections.put(work, "mine", mine(server, key=None))
        with pytest.raises(Invalid, match="enter the key again"):
            await stack.connections.put(work, "mine", elsewhere)
        removed = await stack.connections.put(work, "mine", mine(server, key=""))

    assert kept.has_key
    assert not removed.has_key


async def test_a_known_provider_needs_no_address(
    database: Database, scope: Scope, stack: ModelStack
):
    async with database.begin(scope) as work:
        shown = await stack.connections.put(work, "anthropic", ProviderInput(key="sk-a"))
        mine = await stack.connections.put(
            work, "our-claude", ProviderInput(kind="anthropic", key="sk-b")
        )
        endpoint = await stack.connections.endpoint(work, "our-claude")
        names = [one.name for one in (await stack.listing.all(work)).items]

    assert (shown.kind, shown.base_url) == ("anthropic", "https://api.anthropic.com")
    assert (mine.kind, endpoint.wire, endpoint.key) == ("anthropic", "anthropic", "sk-b")
    assert any(name.startswith("anthropic:claude-") for name in names)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (ProviderInput(kind="nobody", base_url="https://x.example.com"), "kind"),
        (ProviderInput(), "base_url"),
    ],
)
async def test_what_is_missing_for_a_provider_is_named(
    database: Database, scope: Scope, stack: ModelStack, given: ProviderInput, field: str
):
    async with database.begin(scope) as work:
        with pytest.raises(Invalid) as raised:
            await stack.connections.put(work, "mine", given)

    assert raised.value.field == field


async def test_the_environments_provider_is_shown_as_such_and_can_not_be_changed(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    async with (
        open_stack(EnvironmentProvider(key="sk-env")) as stack,
        database.begin(scope) as work,
    ):
        (shown,) = await stack.connections.all(work)
        listed = await stack.listing.all(work)
        with pytest.raises(ProviderFromEnvironment):
            await stack.connections.put(work, "openai", mine(server))
        with pytest.raises(ProviderFromEnvironment):
            await stack.connections.delete(work, "openai")

    assert (shown.name, shown.source, shown.has_key) == ("openai", "environment", True)
    assert listed.default == "auto"
    assert any(one.name.startswith("openai:gpt-") for one in listed.items)
    assert "sk-env" not in repr(stack) + repr(shown)


async def test_what_ships_of_openai_is_not_looked_for_at_another_address(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    provider = EnvironmentProvider("openai", server.base_url, None, ("llama",))
    async with open_stack(provider) as stack, database.read(scope) as work:
        names = [one.name for one in (await stack.listing.all(work)).items]

    assert [name for name in names if ":" in name] == ["openai:llama"]


async def test_what_another_address_names_itself_is_there_with_all_that_is_known_of_it(
    database: Database, scope: Scope, open_stack: Open, server: ScriptedServer
):
    provider = EnvironmentProvider("openai", server.base_url, None, ("gpt-4.1-mini",))
    async with open_stack(provider) as stack, database.read(scope) as work:
        names = [one.name for one in (await stack.listing.all(work)).items]
        card = (await stack.views.of(work)).cards.find("openai:gpt-4.1-mini")

    assert [name for name in names if ":" in name] == ["openai:gpt-4.1-mini"]
    assert "vision" in card.capabilities


async def test_the_chosen_default_wins(database: Database, scope: Scope, open_stack: Open):
    async with (
        open_stack(EnvironmentProvider(key="sk-env")) as stack,
        database.begin(scope) as work,
    ):
        await stack.listing.set_default(work, "offline")
        assert await stack.listing.default(work) == "offline"
        with pytest.raises(UnknownModel):
            await stack.listing.set_default(work, "nobody:x")
        with pytest.raises(Invalid):
            await stack.listing.set_default(work, "default")


@pytest.mark.parametrize("name", ["offline", "default", "agent", "Bad Name", "a:b", ""])
async def test_a_provider_needs_a_name_that_can_stand_in_a_models_name(
    database: Database, scope: Scope, stack: ModelStack, server: ScriptedServer, name: str
):
    async with database.begin(scope) as work:
        with pytest.raises(Invalid):
            await stack.connections.put(work, name, mine(server))


async def test_another_org_sees_no_provider_and_no_default(
    database: Database,
    scope: Scope,
    other_scope: Scope,
    stack: ModelStack,
    server: ScriptedServer,
):
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", mine(server))
        await stack.listing.set_default(work, "mine:scripted")

    async with database.begin(other_scope) as work:
        assert await stack.connections.all(work) == []
        assert await stack.listing.default(work) == "offline"
        with pytest.raises(UnknownModel):
            await stack.listing.set_default(work, "mine:scripted")
        with pytest.raises(UnknownProvider):
            await stack.connections.delete(work, "mine")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (None, None),
        (Reply(status=401, when="GET /models"), "model_auth_failed"),
        (Reply(status=500, when="GET /models"), "model_unavailable"),
    ],
)
async def test_testing_a_provider_tells_what_is_wrong(
    database: Database,
    scope: Scope,
    stack: ModelStack,
    server: ScriptedServer,
    reply: Reply | None,
    code: str | None,
):
    if reply is not None:
        server.say(replace(reply))
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", mine(server))
        endpoint = await stack.connections.endpoint(work, "mine")

    check = await stack.connections.check(endpoint)

    assert (check.ok, check.code) == (code is None, code)
    assert check.models == (["scripted"] if check.ok else [])


async def test_nobody_at_the_address_is_an_answer_too(stack: ModelStack):
    check = await stack.connections.check(Endpoint("mine", "http://127.0.0.1:9/v1"))

    assert (check.ok, check.code) == (False, "model_unavailable")


async def test_what_an_ollama_has_installed_is_known_once_it_was_asked(
    database: Database, scope: Scope, stack: ModelStack, raw: RawServer
):
    raw.say_json({"models": [{"name": "qwen3:8b"}, {"name": "nomic-embed-text:latest"}]})
    raw.say_json({"capabilities": ["embedding"], "model_info": {}})
    raw.say_json({"capabilities": ["completion", "tools"], "model_info": {"q.context_length": 9}})
    given = ProviderInput(kind="ollama", base_url=f"{raw.url}/v1", models=["qwen3:8b"])
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", given)

    checked = await stack.connections.test(database, scope, "mine")

    async with database.read(scope) as work:
        cards = {card.name: card for card in (await stack.views.of(work)).cards.visible()}
    assert checked.models == ["nomic-embed-text:latest", "qwen3:8b"]
    asked = cards["mine:qwen3:8b"]
    assert (asked.context_tokens, "tools" in asked.capabilities) == (9, True)
    assert (asked.source, asked.price) == ("discovered", FREE)
    assert cards["mine:nomic-embed-text:latest"].kind == "embedding"


async def test_a_price_that_was_entered_goes_before_what_a_server_says(
    database: Database, scope: Scope, stack: ModelStack, raw: RawServer
):
    raw.say_json({"models": [{"name": "qwen3:8b"}]})
    raw.say_json({"capabilities": ["completion"], "model_info": {}})
    given = ProviderInput(kind="ollama", base_url=f"{raw.url}/v1", prices={"qwen3:8b": PRICE})
    async with database.begin(scope) as work:
        await stack.connections.put(work, "mine", given)
    await stack.connections.test(database, scope, "mine")

    async with database.read(scope) as work:
        card = (await stack.views.of(work)).cards.find("mine:qwen3:8b")
    assert card.price == PRICE
