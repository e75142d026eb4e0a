"""Which models an org can ask: names, defaults, providers, and keys that never show."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cadre.engine.models import (
    Endpoint,
    EnvironmentProvider,
    Models,
    OpenAICompatible,
    Price,
    ProviderFromEnvironment,
    ProviderInput,
    UnknownModel,
    UnknownProvider,
)
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import Invalid
from cadre.kernel.messages import ModelRequest, ReplyDone, TextPart, UserMessage
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Secrets
from tests.engine.models.conftest import IMPATIENT
from tests.engine.models.scripted_server import Reply, ScriptedServer


class Maker:
    def __init__(self, http: HttpClient, blobs: Blobs, server: ScriptedServer) -> None:
        self._http, self._blobs = http, blobs
        self.offline = OpenAICompatible(http, blobs, Endpoint("offline", server.base_url), "x")

    def __call__(self, *environment: EnvironmentProvider) -> Models:
        return Models(
            http=self._http,
            blobs=self._blobs,
            secrets=Secrets(bytes(32)),
            offline=self.offline,
            environment=environment,
            patience=IMPATIENT,
        )


@pytest.fixture
def make(http: HttpClient, blobs: Blobs, server: ScriptedServer) -> Maker:
    return Maker(http, blobs, server)


def mine(server: ScriptedServer, key: str | None = "sk-1") -> ProviderInput:
    price = Price(input=Decimal("0.40"), output=Decimal("1.60"))
    return ProviderInput(
        base_url=server.base_url, key=key, models=["scripted"], prices={"scripted": price}
    )


async def test_with_nothing_configured_the_operator_answers(
    database: Database, scope: Scope, make: Maker
):
    models = make()

    async with database.read(scope) as work:
        assert await models.default(work) == "offline"
        assert await models.resolve(work, "default") is make.offline
        assert [(m.name, m.default) for m in (await models.catalog(work)).items] == [
            ("offline", True)
        ]


async def test_a_stored_provider_answers_with_its_key_and_price(
    database: Database, scope: Scope, make: Maker, server: ScriptedServer
):
    models = make()
    usage = {"prompt_tokens": 1000, "completion_tokens": 500}
    server.say(Reply(text="hi", usage=usage))
    async with database.begin(scope) as work:
        await models.put_provider(work, "mine", mine(server))
    async with database.read(scope) as work:
        model = await models.resolve(work, "default")

    request = ModelRequest(model="default", messages=[UserMessage(parts=[TextPart(text="x")])])
    deltas = [delta async for delta in model.stream(scope, request)]

    assert server.headers[0]["Authorization"] == "Bearer sk-1"
    assert server.requests[0]["model"] == "scripted"
    assert isinstance(deltas[-1], ReplyDone)
    assert deltas[-1].reply.model == "mine:scripted"
    assert deltas[-1].reply.usage.cost_usd == Decimal("0.0012")


async def test_prices_survive_storage_exactly(
    database: Database, scope: Scope, make: Maker, server: ScriptedServer
):
    models = make()
    async with database.begin(scope) as work:
        put = await models.put_provider(work, "mine", mine(server))

    assert put.prices["scripted"].input == Decimal("0.40")
    assert put.has_key


async def test_a_key_stays_until_it_is_changed_and_never_follows_to_another_address(
    database: Database, scope: Scope, make: Maker, server: ScriptedServer
):
    models = make()
    elsewhere = ProviderInput(base_url="https://evil.example.com/v1")
    async with database.begin(scope) as work:
        await models.put_provider(work, "mine", mine(server))
        kept = await models.put_provider(work, "mine", mine(server, key=None))
        with pytest.raises(Invalid, match="enter the key again"):
            await models.put_provider(work, "mine", elsewhere)
        removed = await models.put_provider(work, "mine", mine(server, key=""))

    assert kept.has_key
    assert not removed.has_key


async def test_the_environments_provider_is_shown_as_such_and_can_not_be_changed(
    database: Database, scope: Scope, make: Maker, server: ScriptedServer
):
    models = make(EnvironmentProvider(key="sk-env"))

    async with database.begin(scope) as work:
        (shown,) = await models.providers(work)
        default = await models.default(work)
        with pytest.raises(ProviderFromEnvironment):
            await models.put_provider(work, "openai", mine(server))
        with pytest.raises(ProviderFromEnvironment):
            await models.delete_provider(work, "openai")

    assert (shown.name, shown.source, shown.has_key) == ("openai", "environment", True)
    assert default == "openai:gpt-4.1-mini"
    assert "sk-env" not in repr(models) + repr(shown)


async def test_the_chosen_default_wins(
    database: Database, scope: Scope, make: Maker, server: ScriptedServer
):
    models = make(EnvironmentProvider(key="sk-env"))
    async with database.begin(scope) as work:
        await models.set_default(work, "offline")
        assert await models.default(work) == "offline"
        with pytest.raises(UnknownProvider):
            await models.set_default(work, "nobody:x")
        with pytest.raises(Invalid):
            await models.set_default(work, "default")


@pytest.mark.parametrize("name", ["gpt-4", "mine:", "nobody:x"])
async def test_an_unknown_name_says_what_names_look_like(
    database: Database, scope: Scope, make: Maker, name: str
):
    async with database.read(scope) as work:
        with pytest.raises((UnknownModel, UnknownProvider)):
            await make().resolve(work, name)


@pytest.mark.parametrize("name", ["offline", "default", "Bad Name", "a:b", ""])
async def test_a_provider_needs_a_name_that_can_stand_in_a_models_name(
    database: Database, scope: Scope, make: Maker, server: ScriptedServer, name: str
):
    async with database.begin(scope) as work:
        with pytest.raises(Invalid):
            await make().put_provider(work, name, mine(server))


async def test_another_org_sees_no_provider_and_no_default(
    database: Database, scope: Scope, other_scope: Scope, make: Maker, server: ScriptedServer
):
    models = make()
    async with database.begin(scope) as work:
        await models.put_provider(work, "mine", mine(server))
        await models.set_default(work, "mine:scripted")

    async with database.begin(other_scope) as work:
        assert await models.providers(work) == []
        assert await models.default(work) == "offline"
        with pytest.raises(UnknownProvider):
            await models.resolve(work, "mine:scripted")
        with pytest.raises(UnknownProvider):
            await models.delete_provider(work, "mine")


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
    make: Maker,
    server: ScriptedServer,
    reply: Reply | None,
    code: str | None,
):
    models = make()
    if reply is not None:
        server.say(replace(reply))
    async with database.begin(scope) as work:
        await models.put_provider(work, "mine", mine(server))
        endpoint = await models.endpoint(work, "mine")

    check = await models.check(endpoint)

    assert (check.ok, check.code) == (code is None, code)
    assert check.models == (["scripted"] if check.ok else [])


async def test_nobody_at_the_address_is_an_answer_too(make: Maker):
    check = await make().check(Endpoint("mine", "http://127.0.0.1:9/v1"))

    assert (check.ok, check.code) == (False, "model_unavailable")
