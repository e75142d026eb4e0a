"""Consents: a person's own, for as long as they said, used once if they said once."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from cadre.infra.database import Database
from cadre.kernel.errors import Denied
from cadre.kernel.scope import Principal, Scope
from cadre.trust.consent import (
    BadConsent,
    Consent,
    ConsentDecided,
    ConsentInput,
    ConsentNotFound,
    Consents,
    Holding,
    Wanted,
)


class Notes:
    """An audit that can be read."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, str]] = []

    async def used(self, scope: Scope, consent_id: str, details: dict[str, Any]) -> None:
        self.written.append((consent_id, scope.principal.id, details["tool"]))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def consents(database: Database, notes: Notes) -> Consents:
    return Consents(database, notes)


async def ask(database: Database, consents: Consents, scope: Scope, **given: Any) -> Consent:
    async with database.begin(scope) as work:
        return await consents.request(work, ConsentInput.model_validate(given))


async def take(consents: Consents, scope: Scope, use: str = "run_1/1", **given: Any) -> str | None:
    return await consents.take(scope, Wanted(use=use, **{"tool": "http_get", **given}))


async def test_a_request_is_no_consent_until_it_is_granted(
    database: Database, consents: Consents, scope: Scope
):
    asked = await ask(database, consents, scope, tool="http_get", span="always")
    before = await take(consents, scope)

    async with database.begin(scope) as work:
        granted = await consents.grant(work, asked, None)

    assert before is None
    assert granted.status == "granted"
    assert await take(consents, scope) == asked.id
    assert await take(consents, scope, "run_2/1") == asked.id


async def test_asking_again_is_the_same_request(
    database: Database, consents: Consents, scope: Scope
):
    first = await ask(database, consents, scope, tool="http_get")
    again = await ask(database, consents, scope, tool="http_get")

    assert first.id == again.id


@pytest.mark.parametrize(
    ("given", "wanted", "covers"),
    [
        ({"tool": "http_get"}, {}, True),
        ({"tool": "*"}, {}, True),
        ({"tool": "mail"}, {}, False),
        ({"tool": "http_get", "resource": "host:a.example"}, {"resource": "host:a.example"}, True),
        ({"tool": "http_get", "resource": "host:a.example"}, {"resource": "host:b.example"}, False),
        ({"tool": "http_get", "resource": "host:a.example"}, {}, False),
        ({"tool": "http_get", "server": "mcp"}, {"server": "mcp"}, True),
        ({"tool": "http_get", "server": "mcp"}, {"server": "other"}, False),
        ({"span": "session", "session_id": "cnv_1", "tool": "*"}, {"session_id": "cnv_1"}, True),
        ({"span": "session", "session_id": "cnv_1", "tool": "*"}, {"session_id": "cnv_2"}, False),
        ({"span": "session", "session_id": "cnv_1", "tool": "*"}, {}, False),
    ],
)
async def test_a_consent_covers_what_it_names_and_nothing_else(
    database: Database,
    consents: Consents,
    scope: Scope,
    given: dict[str, Any],
    wanted: dict[str, Any],
    covers: bool,
):
    await ask(database, consents, scope, **{"span": "always", "grant": True, **given})

    assert (await take(consents, scope, **wanted) is not None) == covers


async def test_one_that_holds_once_is_used_by_one_call_alone(
    database: Database, consents: Consents, scope: Scope
):
    await ask(database, consents, scope, tool="http_get", grant=True)

    taken = await asyncio.gather(*(take(consents, scope, f"run_1/{n}") for n in range(5)))

    [winner] = [n for n, one in enumerate(taken) if one is not None]
    assert await take(consents, scope, f"run_1/{winner}") == taken[winner]  # after a crash
    assert await take(consents, scope, "run_1/9") is None


async def test_one_that_holds_longer_is_used_first(
    database: Database, consents: Consents, scope: Scope
):
    once = await ask(database, consents, scope, tool="http_get", grant=True)
    always = await ask(database, consents, scope, tool="*", span="always", grant=True)

    assert await take(consents, scope) == always.id
    async with database.read(scope) as work:
        assert (await consents.get(work, once.id)).status == "granted"


async def test_its_time_runs_out(database: Database, consents: Consents, scope: Scope):
    soon = time.time() + 0.2
    given = await ask(
        database, consents, scope, tool="http_get", span="until", expires_at=soon, grant=True
    )
    during = await take(consents, scope)

    await asyncio.sleep(0.3)

    assert during == given.id
    assert await take(consents, scope) is None
    async with database.read(scope) as work:
        expired = await consents.listing(work, user_id=None, status="expired")
        granted = await consents.listing(work, user_id=None, status="granted")
    assert [one.status for one in expired.items] == ["expired"]
    assert granted.items == []


async def test_a_withdrawn_consent_counts_no_more_and_each_use_is_audited(
    database: Database, consents: Consents, notes: Notes, scope: Scope
):
    given = await ask(database, consents, scope, tool="http_get", span="always", grant=True)
    await take(consents, scope)

    async with database.begin(scope) as work:
        await consents.revoke(work, given)

    assert await take(consents, scope) is None
    assert notes.written == [(given.id, scope.principal.id, "http_get")]


async def test_a_refused_request_can_not_be_granted_afterwards(
    database: Database, consents: Consents, scope: Scope
):
    asked = await ask(database, consents, scope, tool="http_get")
    async with database.begin(scope) as work:
        await consents.deny(work, asked)

    async with database.begin(scope) as work:
        with pytest.raises(ConsentDecided):
            await consents.grant(work, asked, Holding(span="always"))
    assert await take(consents, scope) is None


async def test_nobody_consents_for_somebody_else_or_for_another_org(
    database: Database, consents: Consents, scope: Scope, other_scope: Scope
):
    given = await ask(database, consents, scope, tool="*", span="always", grant=True)
    colleague = replace(scope, principal=Principal("user", "usr_2", "Bob"))
    namesake = replace(other_scope, principal=scope.principal)

    assert await take(consents, colleague) is None
    assert await take(consents, namesake) is None
    async with database.read(other_scope) as work:
        with pytest.raises(ConsentNotFound):
            await consents.get(work, given.id)
        assert (await consents.listing(work, user_id=None)).items == []


async def test_an_agent_asks_and_never_gives(database: Database, consents: Consents, scope: Scope):
    agent = replace(scope, principal=Principal("agent", "run_1", "helper"))
    asked = await ask(database, consents, agent, tool="*", user_id=scope.principal.id)

    async with database.begin(agent) as work:
        with pytest.raises(Denied):
            await consents.request(work, ConsentInput(tool="*", grant=True))
        for act in (consents.grant(work, asked, None), consents.revoke(work, asked)):
            with pytest.raises(Denied):
                await act
    assert await take(consents, scope) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"span": "until"}, "expires_at"),
        ({"span": "until", "expires_at": 1.0}, "expires_at"),
        ({"span": "session"}, "session_id"),
        ({"span": "always", "expires_at": 9e12}, "expires_at"),
    ],
)
async def test_how_long_it_holds_has_to_make_sense(
    database: Database, consents: Consents, scope: Scope, given: dict[str, Any], field: str
):
    with pytest.raises(BadConsent) as refused:
        await ask(database, consents, scope, tool="x", **given)

    assert refused.value.field == field
