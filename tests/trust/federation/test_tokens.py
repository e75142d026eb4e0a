"""ID tokens that must not be believed, and keys that change."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from jwt.algorithms import RSAAlgorithm

from cadre.infra.http_client import HttpClient
from cadre.trust.federation import Asking, Discovery, ProviderBroken
from tests.trust.accounts.house import House
from tests.trust.federation.forging import (
    CLIENT,
    Forger,
    by_hand,
    come_back,
    new_key,
    public_pem,
)

Make = Callable[[Forger, str], str]
OTHER = new_key()
REFUSED = "federated_token_refused"

FORGED: dict[str, Make] = {
    "no signature": lambda f, n: by_hand({"alg": "none", "kid": f.kid}, f.claims(n), None),
    "None in other letters": lambda f, n: by_hand({"alg": "nOnE"}, f.claims(n), None),
    "the public key as a secret": lambda f, n: by_hand(
        {"alg": "HS256", "kid": f.kid}, f.claims(n), public_pem(f.key)
    ),
    "a signature that is cut off": lambda f, n: f.signed(f.claims(n)).rpartition(".")[0] + ".",
    "another key of the same name": lambda f, n: f.signed(f.claims(n), key=OTHER),
    "another key, which it brings along": lambda f, n: f.signed(
        f.claims(n),
        key=OTHER,
        headers={"kid": "mine", "jwk": RSAAlgorithm.to_jwk(OTHER.public_key(), as_dict=True)},
    ),
    "what is not understood": lambda f, n: f.signed(f.claims(n), headers={"crit": ["b64"]}),
    "expired": lambda f, n: f.signed(f.claims(n, exp=int(time.time()) - 120)),
    "without an end": lambda f, n: f.signed(f.claims(n, exp=None)),
    "of the future": lambda f, n: f.signed(f.claims(n, iat=int(time.time()) + 600)),
    "for another client": lambda f, n: f.signed(f.claims(n, aud="other")),
    "for two, and it does not say for which": lambda f, n: f.signed(
        f.claims(n, aud=[CLIENT, "other"])
    ),
    "for two, made for the other": lambda f, n: f.signed(
        f.claims(n, aud=[CLIENT, "other"], azp="other")
    ),
    "of another issuer": lambda f, n: f.signed(f.claims(n, iss="https://other.example")),
    "of another sign-in": lambda f, n: f.signed(f.claims("other")),
    "of no sign-in": lambda f, n: f.signed(f.claims(n, nonce=None)),
    "about nobody": lambda f, n: f.signed(f.claims(n, sub="")),
    "no token at all": lambda f, n: "no token at all",
    "nothing": lambda f, n: "",
}


@pytest.fixture
async def forger(outside: str) -> AsyncIterator[Forger]:
    made = Forger(outside)
    async with made.serving():
        yield made


async def provider_of(house: House, forger: Forger, **more: Any) -> str:
    wanted = {
        "name": "Forger",
        "issuer": forger.url,
        "client_id": CLIENT,
        "client_secret": "s",
        "creates_users": True,
        **more,
    }
    async with house.owner() as owner:
        made = await owner.post("/api/v1/identity-providers", json=wanted)
        assert made.status_code == 201, made.text
    return made.json()["id"]


async def sign_in(client: httpx2.AsyncClient, forger: Forger, provider: str, make: Make) -> str:
    asked = await forger.begin(client, provider)
    forger.id_token = make(forger, asked["nonce"])
    return await come_back(client, asked["state"])


async def test_only_what_the_provider_signed_for_this_sign_in_is_believed(
    house: House, forger: Forger
):
    provider = await provider_of(house, forger)
    told: dict[str, str] = {}
    async with house.anybody() as client:
        for name, make in FORGED.items():
            told[name] = await sign_in(client, forger, provider, make)
        me = await client.get("/api/v1/me")
        honest = await sign_in(client, forger, provider, lambda f, n: f.signed(f.claims(n)))
        several = await sign_in(
            client,
            forger,
            provider,
            lambda f, n: f.signed(f.claims(n, aud=[CLIENT, "x"], azp=CLIENT)),
        )
        late = await sign_in(
            client, forger, provider, lambda f, n: f.signed(f.claims(n, exp=int(time.time()) - 20))
        )

    assert told == dict.fromkeys(FORGED, REFUSED)
    assert me.status_code == 401
    assert (honest, several, late) == ("/", "/", "/")
    refused = [event for event in house.events.written if event.result == "refused"]
    assert len(refused) == len(FORGED)
    assert {event.details["code"] for event in refused} == {REFUSED}


async def test_what_is_told_of_somebody_else_is_not_mixed_in(house: House, forger: Forger):
    provider = await provider_of(house, forger)
    bare = {"email": None, "email_verified": None}
    async with house.anybody() as client:

        async def told(said: dict[str, Any], **claims: Any) -> str:
            forger.told = said
            return await sign_in(
                client, forger, provider, lambda f, n: f.signed(f.claims(n, **claims))
            )

        other = await told(
            {"sub": "bob-1", "email": "bob@acme.example", "email_verified": True}, **bare
        )
        verified_other = await told(
            {"sub": "anna-1", "email": "anna@mail.example", "email_verified": True},
            email_verified=None,
        )
        lookalike = await told({}, email="\uff41nna@acme.example")
        whole = await told(
            {"sub": "anna-1", "email": "anna@acme.example", "email_verified": True}, **bare
        )

    assert other == "identity_provider_broken"
    assert (verified_other, lookalike) == ("federated_email_unverified",) * 2
    assert whole == "/"


async def test_new_keys_are_found_but_not_looked_for_all_the_time(outside: str):
    forger = Forger(outside)
    async with HttpClient(allow_private=[outside]) as http, forger.serving():
        eager = Discovery(Asking(http, [outside]), again_seconds=0)
        patient = Discovery(Asking(http, [outside]), again_seconds=3600)
        before = [await each.keys(forger.url) for each in (eager, patient)]
        forger.kid, forger.asked = "key-2", []
        again = [await each.keys(forger.url) for each in (eager, patient)]
        after = await eager.keys(forger.url, but=before[0])
        still = [await patient.keys(forger.url, but=before[1]) for _ in range(20)][-1]

    assert [keys[0]["kid"] for keys in (*before, *again)] == ["key-1"] * 4
    assert (after[0]["kid"], still[0]["kid"]) == ("key-2", "key-1")
    assert forger.asked == ["/jwks"]


async def test_a_provider_that_is_not_what_was_entered_is_told(house: House, forger: Forger):
    forger.issuer = "https://other.example"
    provider = await provider_of(house, forger)
    async with house.owner() as owner:
        path = f"/api/v1/identity-providers/{provider}/test"
        other = (await owner.post(path)).json()
        forger.issuer = ""
        right = (await owner.post(path)).json()
    async with HttpClient() as http:
        with pytest.raises(ProviderBroken):
            await Discovery(Asking(http, [forger.host])).metadata(forger.url)

    assert (other["ok"], "of another issuer" in other["problems"][0]) == (False, True)
    assert right == {
        "ok": True,
        "problems": [],
        "authorization_endpoint": f"{forger.url}/authorize",
        "keys": 1,
        "algorithms": ["RS256"],
    }


async def test_a_provider_that_is_away_ends_on_the_sign_in_page(house: House, outside: str):
    provider = await provider_of(house, Forger(outside))
    async with house.anybody() as client:
        answer = await client.get(f"/api/v1/session/sso/{provider}/start")
        why = await client.get("/api/v1/session/sso/refusal?code=identity_provider_broken")

    assert answer.headers["location"] == "/signin?refused=identity_provider_broken"
    assert "did not answer" in why.json()["detail"]
