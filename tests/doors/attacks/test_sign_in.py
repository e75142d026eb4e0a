"""Sign-in from outside: what a provider did not say, and what can be told from how long an answer takes."""

import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.doors.attacks.people import PASSWORD, join, without_haste
from tests.doors.server import Server, free_port
from tests.trust.federation.forging import CLIENT, Forger, come_back
from tests.trust.federation.test_tokens import FORGED, REFUSED

KNOWN, TRIES = 5, 4
# Whatever tells known from unknown addresses is many times this; a busy machine is less.
WIDEST = 2.5


@pytest.fixture
async def forger() -> AsyncIterator[Forger]:
    made = Forger(f"127.0.0.1:{free_port()}")
    async with made.serving():
        yield made


async def test_no_forged_token_signs_anybody_in(tmp_path: Path, forger: Forger):
    """alg none, HS256 with the public key, expired, wrong audience, issuer and nonce, and more."""
    server = Server(tmp_path / "home", {"CADRE_PRIVATE_HOSTS": forger.host})
    await server.start()
    try:
        told: dict[str, str] = {}
        async with server.signed_in() as owner:
            await without_haste(owner)
            wanted = {
                "name": "Forger",
                "issuer": forger.url,
                "client_id": CLIENT,
                "client_secret": "s",
                "creates_users": True,
            }
            made = await owner.post("/api/v1/identity-providers", json=wanted)
            provider = made.json()["id"]
            async with server.anybody() as browser:
                for name, make in FORGED.items():
                    asked = await forger.begin(browser, provider)
                    forger.id_token = make(forger, asked["nonce"])
                    told[name] = await come_back(browser, asked["state"])
                    me = await browser.get("/api/v1/me")
                    assert me.status_code == 401, name
                asked = await forger.begin(browser, provider)
                forger.id_token = honest = forger.signed(forger.claims(asked["nonce"]))
                first = await come_back(browser, asked["state"])
            async with server.anybody() as thief:  # the same token, brought to another sign-in
                asked = await forger.begin(thief, provider)
                forger.id_token = honest
                replayed = await come_back(thief, asked["state"])
                refused = await thief.get("/api/v1/me")
            members = (await owner.get("/api/v1/members")).json()["items"]
    finally:
        await server.stop()

    assert told == dict.fromkeys(FORGED, REFUSED)
    assert (first, replayed, refused.status_code) == ("/", REFUSED, 401)
    assert [member["email"] for member in members[1:]] == ["anna@acme.example"]


async def test_how_long_a_refusal_takes_does_not_tell_who_is_known(tmp_path: Path):
    """By medians, and generously. Each try comes from an address of its own, or it would be made to wait."""
    server = Server(tmp_path / "home", {"CADRE_TRUSTED_PROXIES": "127.0.0.1"})
    await server.start()
    try:
        async with server.signed_in() as owner:
            await without_haste(owner)
            known = [
                (await join(server, owner, "user", f"known{n}@acme.example")).email
                for n in range(KNOWN)
            ]
            gone = await join(server, owner, "user", "gone@acme.example")
            await owner.patch(f"/api/v1/members/{gone.id}", json={"status": "suspended"})
        took: dict[str, list[float]] = {"known": [], "unknown": [], "suspended": []}
        said: set[tuple[int, str]] = set()
        async with server.anybody() as client:
            for number in range(KNOWN * TRIES):
                addresses = {
                    "known": known[number % KNOWN],
                    "unknown": f"nobody{number}@acme.example",
                    **({"suspended": gone.email} if number < TRIES else {}),
                }
                for kind, email in addresses.items():
                    seconds, answer = await _refused(client, email, f"10.{len(kind)}.0.{number}")
                    took[kind].append(seconds)
                    said.add((answer.status_code, answer.text))
    finally:
        await server.stop()

    medians = {kind: statistics.median(seconds) for kind, seconds in took.items()}
    assert len(said) == 1, said
    for kind in ("unknown", "suspended"):
        assert 1 / WIDEST < medians[kind] / medians["known"] < WIDEST, medians


async def _refused(
    client: httpx2.AsyncClient, email: str, address: str
) -> tuple[float, httpx2.Response]:
    body = {"email": email, "password": f"not {PASSWORD}"}
    started = time.perf_counter()
    answer = await client.post(
        "/api/v1/session/password", json=body, headers={"X-Forwarded-For": address}
    )
    return time.perf_counter() - started, answer
