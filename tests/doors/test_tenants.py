"""Every route of the real app, asked by the owner of one org with the ids of another.

The routes come from the description of the API, so a new one is covered by itself: it must answer as if
what belongs to the other org did not exist, and change nothing there.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from cadre.app.main import create_app
from cadre.app.settings import Settings
from cadre.infra.database import Database, metadata
from tests.doors.server import is_over, until

MARK = "only-acme-knows"
# What is written by the mere fact that somebody asks, and by what goes on in the background.
BY_ITSELF = {
    "audit_checkpoints",
    "audit_events",
    "audit_heads",
    "model_health",
    "policy_decisions",
    "retention_rounds",
    "sessions",
}
# Where the ids of a parameter are found: table and column; None: no id but a word of the API itself.
FOUND_IN: dict[str, tuple[str, str] | None] = {
    "account_id": ("service_accounts", "id"),
    "approval_id": ("approvals", "id"),
    "binding_id": ("role_bindings", "id"),
    "blob": None,
    "budget_id": ("budgets", "id"),
    "consent_id": ("consents", "id"),
    "conversation_id": ("conversations", "id"),
    "domain": ("org_domains", "domain"),
    "endpoints": None,
    "group_id": ("groups", "id"),
    "job": ("org_jobs", "id"),
    "job_id": ("data_jobs", "id"),
    "key_id": ("api_keys", "id"),
    "kind": None,
    "lease_id": ("secret_leases", "id"),
    "member_id": ("users", "id"),
    "org": ("orgs", "slug"),
    "passkey_id": ("passkeys", "id"),
    "path": None,
    "project": ("projects", "id"),
    "provider_id": ("identity_providers", "id"),
    "run_id": ("runs", "id"),
    "session_id": ("sessions", "id"),
    "subject": None,
    "urn": None,
    "user_id": ("users", "id"),
}
WORDS = {
    "blob": "sha256:" + "0" * 64,
    "endpoints": "reads",
    "kind": "user",
    "path": "notes.txt",
    "subject": "org",
    "urn": "urn:ietf:params:scim:schemas:core:2.0:User",
}
# What is called by a name, by where that is in a path.
NAMES = {
    "agents": "acme-agent",
    "catalog": "acme-llm:acme-model",
    "health": "acme-llm:acme-model",
    "policies": "acme_policy",
    "providers": "acme-llm",
    "ResourceTypes": "User",
    "roles": "acme-role",
    "routes": "acme-route",
    "secrets": "acme-secret",
}


@dataclass
class House:
    app: FastAPI
    home: httpx2.AsyncClient
    acme: httpx2.AsyncClient
    beta: httpx2.AsyncClient
    ids: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def database(self) -> Database:
        return self.app.state.services[Database]

    async def rows(self) -> dict[str, list[Any]]:
        """What belongs to acme, wherever it lies."""
        found: dict[str, list[Any]] = {}
        async with self.database.engine.connect() as connection:
            for name in sorted(set(metadata.tables) - BY_ITSELF):
                if "org_id" in metadata.tables[name].c:
                    query = text(f"select * from {name} where org_id = :org")
                    rows = await connection.execute(query, {"org": self.ids["org_id"]})
                    found[name] = [tuple(row) for row in rows]
        return found

    async def first(self, table: str, column: str) -> str | None:
        """An id that only acme has."""
        if table not in metadata.tables:
            return None
        where = "id = :org" if table == "orgs" else "org_id = :org"
        query = text(f"select {column} from {table} where {where} limit 1")
        async with self.database.engine.connect() as connection:
            return (await connection.execute(query, {"org": self.ids["org_id"]})).scalar()


def page(app: FastAPI, host: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{host}", timeout=60)


async def sign_in(client: httpx2.AsyncClient, link: str) -> None:
    answer = await client.post("/api/v1/session", json={"token": link.rpartition("=")[2]})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    app = create_app(Settings(home=tmp_path / "home"))
    async with (
        app.router.lifespan_context(app),
        page(app, "127.0.0.1") as home,
        page(app, "acme.localhost") as acme,
        page(app, "beta.localhost") as beta,
    ):
        from cadre.app.local import sign_in_link

        await sign_in(home, await sign_in_link(Settings(home=tmp_path / "home"), "http://x"))
        house = House(app, home, acme, beta)
        for client, slug in ((acme, "acme"), (beta, "beta")):
            wanted = {"slug": slug, "name": slug.title(), "email": f"owner@{slug}.example"}
            made = await home.post("/api/v1/orgs", json=wanted)
            assert made.status_code == 201, made.text
            await sign_in(client, made.json()["sign_in"])
            if slug == "acme":
                house.ids["org_id"] = (await acme.get("/api/v1/me")).json()["org"]["id"]
        yield house


async def exported_by(acme: httpx2.AsyncClient, job: str) -> None:
    async with asyncio.timeout(60):
        while True:
            found = await acme.get(f"/api/v1/data/jobs/{job}")
            if found.json()["state"] == "done":
                return
            await asyncio.sleep(0.05)


async def furnish(acme: httpx2.AsyncClient, home: httpx2.AsyncClient) -> None:
    """Something of everything that an org can have."""

    async def made(method: str, path: str, body: Any) -> Any:
        answer = await acme.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    conversation = (await made("POST", "/conversations", {}))["id"]
    files = {"file": ("notes.txt", MARK.encode())}
    sent = await acme.post(f"/api/v1/conversations/{conversation}/files", files=files)
    assert sent.status_code == 201
    message = {"text": f"List my files. {MARK}", "files": ["notes.txt"]}
    run = await made("POST", f"/conversations/{conversation}/messages", message)
    await until(acme, run["id"], is_over)
    agent = f"name: acme-agent\ndescription: {MARK}\ninstructions: Help.\ntools: [list_files]\n"
    await made("PUT", "/agents/acme-agent", {"yaml": agent})
    await made("POST", "/budgets", {"limit_usd": "5", "mode": "hard", "period": "day"})
    grants = [{"permission": "runs:read", "resource": "*"}]
    await made("PUT", "/roles/acme-role", {"description": MARK, "grants": grants})
    await made("POST", "/groups", {"name": "acme-group"})
    await made("POST", "/service-accounts", {"name": f"robot {MARK}"})
    await made("POST", "/keys", {"name": f"key {MARK}"})
    provider = {"base_url": "http://127.0.0.1:9/v1", "key": f"sk-{MARK}", "models": ["acme-model"]}
    await made("PUT", "/providers/acme-llm", provider)
    route = f"name: acme-route\ndescription: {MARK}\nrules:\n  - needs: {{capabilities: [text]}}\n"
    await made("PUT", "/models/routes/acme-route", {"yaml": route})
    await made("POST", "/members", {"email": "ann@acme.example", "role": "user"})
    await made("POST", "/org/domains", {"domain": "agents.acme.example"})
    await made("POST", "/org/projects", {"name": "Acme project", "slug": "acme-project"})
    await made("PUT", "/secrets/acme-secret", {"value": f"value {MARK}"})
    me = (await acme.get("/api/v1/me")).json()["user"]["id"]
    job = await made("POST", f"/data/people/{me}/export", None)
    await exported_by(acme, job["id"])
    await made("PUT", "/data/retention", {"days": {"runs": 80}})
    exported = await home.post("/api/v1/orgs/acme/export", json={})
    assert exported.status_code < 300, exported.text


def described(api: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def sample(schema: dict[str, Any], api: dict[str, Any], name: str = "") -> Any:  # noqa: C901  # one case a kind of schema
    """Something that `schema` takes, as little as that can be."""
    if "$ref" in schema:
        return sample(api["components"]["schemas"][schema["$ref"].rpartition("/")[2]], api, name)
    for many in ("anyOf", "oneOf", "allOf"):
        if many in schema:
            return sample(schema[many][0], api, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("examples"):
        return schema["examples"][0]
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {each: sample(schema["properties"][each], api, each) for each in wanted}
        case "array":
            return [sample(schema["items"], api)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
        case "string":
            return "x" * max(1, schema.get("minLength", 1))
        case _:
            return None


def body_of(operation: dict[str, Any], api: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    kind = content.get("application/json") or content.get("application/scim+json")
    return None if kind is None else sample(kind["schema"], api)


async def values_of(house: House, path: str) -> dict[str, str] | None:
    """What acme has for the parameters of `path`; None if it has nothing of the kind."""
    values: dict[str, str] = {}
    for name in re.findall(r"\{(\w+)\}", path):
        if name == "name":
            kind = path.partition("/{name}")[0].rpartition("/")[2]
            assert kind in NAMES, f"say in NAMES what acme has at {path}"
            values[name] = NAMES[kind]
            continue
        assert name in FOUND_IN, f"say in FOUND_IN where the ids of `{name}` in {path} are"
        place = FOUND_IN[name]
        value = WORDS.get(name) if place is None else await house.first(*place)
        if value is None:
            return None
        values[name] = value
    return values


def nobody(values: dict[str, str]) -> dict[str, str]:
    """The same with ids that nobody has."""
    return {
        name: value if name in WORDS or value == "User" else value[:-4] + "zzzz"
        for name, value in values.items()
    }


def told(answer: httpx2.Response, values: dict[str, str]) -> tuple[int, str]:
    """Status and words of an answer, whatever it was asked about."""
    said = answer.text
    for name, value in values.items():
        if name not in WORDS:
            for part in (value, value.rpartition(":")[2]):
                said = said.replace(json.dumps(part)[1:-1], "ID")
    for volatile in (r"\d{10}\.\d+", r"[a-z]+_[0-9a-z]{26}", r"req_\w+", r'"request_id": ?"\w+"'):
        said = re.sub(volatile, "…", said)
    return answer.status_code, said


async def test_ids_of_another_org_lead_nowhere(house: House):
    await furnish(house.acme, house.home)
    before, api = await house.rows(), house.app.openapi()
    asked, skipped, leaks = 0, list[str](), list[str]()
    for method, path, operation in described(api):
        values = await values_of(house, path)
        if values is None:
            skipped.append(f"{method} {path}")
            continue
        if nobody(values) == values or path.endswith("/stream"):
            continue  # nothing in it belongs to anybody
        answers: list[tuple[int, str]] = []
        for given in (values, nobody(values)):
            url = path.format(**given)
            body = body_of(operation, api)
            answer = await house.beta.request(method, url, json=body)
            answers.append(told(answer, given))
            assert answer.status_code < 500, f"{method} {url}: {answer.text}"
            assert MARK not in answer.text, f"{method} {url}: {answer.text}"
        asked += 1
        if answers[0] != answers[1]:
            leaks.append(f"{method} {path}: {answers[0]} but for nobody's {answers[1]}")

    assert not leaks, "\n".join(leaks)
    assert asked > 60, skipped
    assert await house.rows() == before


async def test_no_list_of_one_org_holds_anything_of_another(house: House):
    await furnish(house.acme, house.home)

    shown: list[str] = []
    for method, path, _ in described(house.app.openapi()):
        if method == "GET" and "{" not in path and not path.endswith("/stream"):
            answer = await house.beta.get(path)
            assert answer.status_code < 500, f"{path}: {answer.text}"
            if MARK in answer.text or house.ids["org_id"] in answer.text:
                shown.append(path)

    assert not shown, shown
