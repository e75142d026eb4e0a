"""A real OPA server as the judge, and what happens when it is away."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator

import pytest

from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from cadre.kernel.scope import Scope
from cadre.trust.policy import Interpreters, OpaServer, Policies, PolicyInput
from cadre.trust.policy.bundle import FOLDER
from tests.trust.policy.asking import PAY, a_call, decide, put

OPA = shutil.which("opa")
MODULES = [str(path) for path in FOLDER.glob("*.rego") if "_test" not in path.name]
ALLOWS = {"id": "agent/0/1", "source": "agent", "layer": 0, "effect": "allow", "reason": "Fine."}
CALLS = [
    a_call(),
    a_call(dangerous=True),
    a_call(outside=True),
    a_call(read_only=True),
    a_call(dangerous=True, rules=[ALLOWS]),
    a_call(dangerous=True, rules=[ALLOWS], taints=["web page"]),
    a_call(dangerous=True, rules=[{**ALLOWS, "layer": 1}], layers=[0, 1]),
    a_call(
        rules=[ALLOWS, {**ALLOWS, "id": "org/1", "source": "org", "layer": -1, "effect": "deny"}]
    ),
    a_call(principal={"may_run": False}, rules=[ALLOWS]),
    a_call(outside=True, taints=["e-mail"]),
]


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient() as client:
        yield client


@pytest.fixture
async def opa(http: HttpClient) -> AsyncIterator[str]:
    """The address of a server that holds `policies/`."""
    if OPA is None:
        pytest.skip("the opa binary is not on the PATH")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    address = f"127.0.0.1:{port}"
    server = await asyncio.create_subprocess_exec(
        *(OPA, "run", "--server", "--addr", address, "--log-level", "error", *MODULES),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_it_answers(http, address)
        yield f"http://{address}"
    finally:
        server.terminate()
        await server.wait()


@pytest.mark.parametrize("given", CALLS)
async def test_opa_and_the_interpreter_decide_alike(
    sqlite_database: Database,
    interpreters: Interpreters,
    http: HttpClient,
    opa: str,
    scope: Scope,
    given: PolicyInput,
):
    here = Policies(sqlite_database, interpreters=interpreters)
    there = Policies(sqlite_database, interpreters=interpreters, opa=OpaServer(http, opa))

    ours = await decide(sqlite_database, here, scope, given)
    theirs = await decide(sqlite_database, there, scope, given)

    assert theirs.version == "opa"
    assert theirs.model_dump(exclude={"version"}) == ours.model_dump(exclude={"version"})


async def test_the_policies_of_the_org_count_beside_opa(
    sqlite_database: Database, interpreters: Interpreters, http: HttpClient, opa: str, scope: Scope
):
    policies = Policies(sqlite_database, interpreters=interpreters, opa=OpaServer(http, opa))
    await put(sqlite_database, policies, scope, PAY)

    denied = await decide(sqlite_database, policies, scope, a_call(arguments={"amount": 101}))
    asked = await decide(sqlite_database, policies, scope, a_call(dangerous=True))

    assert (denied.effect, asked.effect) == ("deny", "ask")


async def test_an_opa_server_that_is_down_lets_nothing_pass(
    sqlite_database: Database, interpreters: Interpreters, http: HttpClient, scope: Scope
):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    policies = Policies(sqlite_database, interpreters=interpreters, opa=OpaServer(http, address))

    decision = await decide(sqlite_database, policies, scope, a_call())

    assert decision.effect == "deny"
    assert "does not answer" in decision.reasons[0]


async def test_an_opa_server_without_the_policies_lets_nothing_pass(
    sqlite_database: Database, interpreters: Interpreters, http: HttpClient, opa: str, scope: Scope
):
    empty = OpaServer(http, f"{opa}/v1/data/nothing/here?x=")
    policies = Policies(sqlite_database, interpreters=interpreters, opa=empty)

    decision = await decide(sqlite_database, policies, scope, a_call())

    assert decision.effect == "deny"
    assert "no decision" in decision.reasons[0]


async def _until_it_answers(http: HttpClient, address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                answer = await http.request(
                    "GET", f"http://{address}/health", allow_private=[address]
                )
                if answer.status == 200:
                    return
            except Exception:
                await asyncio.sleep(0.1)
