"""Tools and secrets: what is known is in nothing that they say, and a lease ends with the call."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from cadre.engine.tools import Lender, Tool, Toolbox, ToolContext, ToolOutput
from cadre.engine.tools.builtin.http_get import HTTP_GET
from cadre.engine.tools.lending import Lending
from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Leases, Redactor, Secrets, Vault
from cadre.trust.secrets.schemas import SecretHosts, SecretLease
from tests.planted import Planted, masking_logs

REDACTOR = Redactor()
VALUE = Planted().new("value of a tool", "ghp_")
HOLDER = "run:run_1 tool:thing"

Run = Callable[[dict[str, Json], ToolContext], Awaitable[ToolOutput]]


def tool(run: Run, **more: Any) -> Tool:
    return Tool(name="thing", description="", parameters={"type": "object"}, run=run, **more)


def toolbox(made: Tool, scope: Scope) -> Toolbox:
    REDACTOR.know("github", VALUE, scope.org)
    return Toolbox([made], REDACTOR)


@pytest.fixture(autouse=True)
def logs_are_masked(scope: Scope) -> Iterator[None]:
    REDACTOR.know("github", VALUE, scope.org)
    with masking_logs(REDACTOR):
        yield


async def test_what_a_tool_says_shows_and_returns_is_masked(
    context: ToolContext, scope: Scope, frames: list[dict[str, Json]]
):
    async def run(_: dict[str, Json], context: ToolContext) -> ToolOutput:
        half = len(VALUE) // 2
        for piece in (f"token {VALUE[:half]}", f"{VALUE[half:]}\n"):
            context.emit({"type": "output.delta", "text": piece})
        context.emit({"type": "progress", "text": f"with {VALUE}"})
        data = {VALUE: [VALUE, {"basic": base64.b64encode(f"me:{VALUE}".encode()).decode()}]}
        return ToolOutput(text=f"It printed {VALUE}.", data=data)

    made = tool(run)
    output = await toolbox(made, scope).act(made, {}, context)

    assert output.text == "It printed [secret github]."
    assert output.data["[secret github]"][0] == "[secret github]"
    assert "[secret github]" in output.data["[secret github]"][1]["basic"]
    shown = "".join(str(frame["text"]) for frame in frames)
    assert shown == "token [secret github]\nwith [secret github]"


async def test_a_long_text_is_masked_before_it_is_cut_and_kept(context: ToolContext, scope: Scope):
    async def run(_: dict[str, Json], __: ToolContext) -> ToolOutput:
        # Every cut goes through one of them.
        return ToolOutput(text=f"{VALUE}\n" * 20_000)

    made = tool(run)
    output = await toolbox(made, scope).act(made, {}, context)
    kept = await context.workspace.read(output.files[0].path)

    assert VALUE[:12] not in output.text
    assert VALUE.encode() not in kept
    assert kept.count(b"[secret github]\n") == 20_000


@pytest.mark.parametrize("error", [RuntimeError(VALUE), Invalid(f"No: {VALUE}")])
async def test_what_a_tool_raises_is_masked(context: ToolContext, scope: Scope, error: Exception):
    async def run(_: dict[str, Json], __: ToolContext) -> ToolOutput:
        raise error

    made = tool(run)
    output = await toolbox(made, scope).act(made, {}, context)

    assert output.is_error
    assert VALUE not in output.model_dump_json()
    assert "[secret github]" in output.text


async def test_arguments_that_do_not_fit_are_not_quoted_with_a_secret(
    context: ToolContext, scope: Scope
):
    made = replace(HTTP_GET, name="thing")
    output = await toolbox(made, scope).act(made, {"url": [VALUE]}, context)

    assert output.is_error
    assert VALUE not in output.text


async def test_a_file_that_a_tool_writes_stays_as_it_is(context: ToolContext, scope: Scope):
    async def run(_: dict[str, Json], context: ToolContext) -> ToolOutput:
        file = await context.workspace.add_file("config", VALUE.encode())
        return ToolOutput(text=(await context.workspace.read("config")).decode(), files=[file])

    made = tool(run)
    output = await toolbox(made, scope).act(made, {}, context)

    assert output.text == "[secret github]"
    assert await context.workspace.read("config") == VALUE.encode()


@dataclass
class Bank:
    """Secrets of an org, and who leases them."""

    database: Database
    secrets: Secrets
    leases: Leases
    lender: Lender
    scope: Scope

    async def put(self, name: str, value: str, *hosts: str) -> None:
        async with self.database.begin(self.scope) as work:
            await self.secrets.put(work, name, value)
            given = SecretHosts(hosts=list(hosts))
            await Vault(self.secrets, [self.leases]).put_hosts(work, name, given)

    async def leased(self) -> list[SecretLease]:
        async with self.database.read(self.scope) as work:
            page = await self.leases.all(work, name=None, only_open=False, cursor=None, limit=50)
        return page.items

    async def users(self) -> list[str]:
        async with self.database.read(self.scope) as work:
            [info] = await Vault(self.secrets, [self.leases]).all(work)
        return info.used_by


@pytest.fixture
def bank(database: Database, scope: Scope) -> Bank:
    secrets = Secrets(bytes(range(32)))
    leases = Leases(secrets)
    return Bank(database, secrets, leases, Lender(database, leases), scope)


async def act(bank: Bank, made: Tool, arguments: dict[str, Json], context: ToolContext):
    """As a call of an agent that may use what the tool asks for."""
    names = made.secrets_for(arguments)
    async with bank.lender.lending(bank.scope, HOLDER, names) as lending:
        mine = replace(context, lending=lending)
        return await Toolbox([made], bank.secrets.redactor).act(made, arguments, mine)


async def test_a_tool_leases_what_it_has_named_and_gives_it_back(bank: Bank, context: ToolContext):
    await bank.put("github", VALUE)
    seen: list[str] = []
    users: list[list[str]] = []

    async def run(_: dict[str, Json], context: ToolContext) -> ToolOutput:
        seen.extend([await context.lease("github"), await context.lease("github")])
        users.append(await bank.users())
        return ToolOutput(text=f"I was given {seen[0]}")

    output = await act(bank, tool(run, secrets=("github",)), {}, context)

    assert seen == [VALUE, VALUE]
    assert output.text == "I was given [secret github]"
    assert users == [[HOLDER]]
    [lease] = await bank.leased()
    assert (lease.holder, lease.state, lease.leased_by) == (HOLDER, "released", "usr_acme")
    assert await bank.users() == []


async def test_a_lease_ends_also_where_the_tool_fails(bank: Bank, context: ToolContext):
    await bank.put("github", VALUE)

    async def run(_: dict[str, Json], context: ToolContext) -> ToolOutput:
        raise RuntimeError(await context.lease("github"))

    output = await act(bank, tool(run, secrets=("github",)), {}, context)

    assert (output.is_error, VALUE in output.text) == (True, False)
    assert [lease.state for lease in await bank.leased()] == ["released"]


async def test_a_tool_is_not_given_what_it_has_not_named(bank: Bank, context: ToolContext):
    await bank.put("github", VALUE)

    async def run(_: dict[str, Json], context: ToolContext) -> ToolOutput:
        return ToolOutput(text=await context.lease("github"))

    unnamed = await act(bank, tool(run), {}, context)
    without = await Toolbox([tool(run)]).act(tool(run), {}, context)

    for output in (unnamed, without):
        assert output.data == {"error": {"code": "secret_not_lent"}}
    assert await bank.leased() == []


@dataclass
class Site:
    """A web server that says what it was sent."""

    port: int = 0
    sent: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def echo(self, request: web.Request) -> web.Response:
        self.sent.append(dict(request.headers))
        if "to" in request.query:
            raise web.HTTPFound(request.query["to"])
        return web.json_response({"you sent": dict(request.headers)})


@pytest.fixture
async def site(context: ToolContext) -> AsyncIterator[Site]:
    site, app = Site(), web.Application()
    app.router.add_get("/", site.echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    async with HttpClient(allow_private=[f"127.0.0.1:{site.port}"]) as client:
        context.http = client
        yield site
    await runner.cleanup()


def asking(site: Site, path: str = "/", **headers: str) -> dict[str, Json]:
    return {"url": f"{site.origin}{path}", "headers": headers}


async def test_a_placeholder_in_a_header_becomes_the_value_on_the_way_out_only(
    bank: Bank, context: ToolContext, site: Site
):
    await bank.put("github", VALUE, site.origin)
    arguments = asking(site, Authorization="token {{secret:github}}", Accept="text/plain")

    output = await act(bank, HTTP_GET, arguments, context)

    assert site.sent[0]["Authorization"] == f"token {VALUE}"
    assert site.sent[0]["Accept"] == "text/plain"
    assert VALUE not in output.model_dump_json()
    assert "token [secret github]" in output.text
    assert [lease.state for lease in await bank.leased()] == ["released"]


@pytest.mark.parametrize(
    "hosts",
    [(), ("https://127.0.0.1:{port}",), ("http://127.0.0.1:1",), ("http://localhost:{port}",)],
)
async def test_a_secret_goes_to_no_host_that_it_does_not_name(
    bank: Bank, context: ToolContext, site: Site, hosts: tuple[str, ...]
):
    await bank.put("github", VALUE, *(host.format(port=site.port) for host in hosts))

    output = await act(bank, HTTP_GET, asking(site, X="{{secret:github}}"), context)

    assert output.data == {"error": {"code": "secret_not_lent"}}
    assert site.sent == []


async def test_a_redirect_is_not_followed_with_a_secret(
    bank: Bank, context: ToolContext, site: Site
):
    await bank.put("github", VALUE, site.origin)
    away = f"/?to={site.origin}/"

    with_it = await act(bank, HTTP_GET, asking(site, away, X="{{secret:github}}"), context)
    without = await act(bank, HTTP_GET, asking(site, away, X="nothing"), context)

    assert with_it.data["status"] == 302
    assert f"It leads to {site.origin}/" in with_it.text
    assert without.data["status"] == 200
    assert len(site.sent) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"content-length": "3"},
        {"X": "a\r\nb: c"},
        {"X y": "z"},
        {"": "z"},
    ],
)
async def test_headers_of_the_connection_and_broken_ones_are_refused(
    bank: Bank, context: ToolContext, site: Site, headers: dict[str, str]
):
    output = await act(bank, HTTP_GET, {"url": site.origin, "headers": headers}, context)

    assert output.is_error
    assert site.sent == []


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.com@evil.example/",
        "https://api.example.com:444/",
        "https://api.example.com.evil.example/",
        "http://api.example.com/",
        "https://evil.example/?https://api.example.com",
        "https://user:word@api.example.com/",
        "//api.example.com",
        "",
    ],
)
async def test_an_address_that_only_looks_like_a_host_is_none(bank: Bank, address: str):
    await bank.put("github", VALUE, "api.example.com")
    lending = Lending(bank.database, bank.leases, bank.scope, HOLDER, ["github"])
    good = ["https://api.example.com/x", "https://API.example.com:443", "https://api.example.com"]

    for each in good:
        assert await lending.filled("{{ secret:github }}!", each) == f"{VALUE}!"
    with pytest.raises(Exception, match="may not be sent there"):
        await lending.filled("{{secret:github}}", address)


def test_only_names_count_as_placeholders():
    headers = {"X": "{{secret:../etc}} {{secret:a.b}} {{secret:}} {secret:c} {{ secret:d }}"}

    assert HTTP_GET.secrets_for({"headers": headers}) == ["a.b", "d"]
