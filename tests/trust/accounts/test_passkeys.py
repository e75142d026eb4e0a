"""Passkeys: made, used to sign in and as second factor, and every way to cheat with them."""

from copy import deepcopy
from typing import Any

import httpx2
import pytest

from tests.trust.accounts.authenticator import Authenticator, encoded
from tests.trust.accounts.house import House, enter

ANNA, BEN = "anna@acme.example", "ben@acme.example"


async def register(
    client: httpx2.AsyncClient, device: Authenticator, name: str = "Laptop"
) -> httpx2.Response:
    begun = (await client.post("/api/v1/account/mfa/passkeys/options")).json()
    body = {
        "ceremony": begun["ceremony"],
        "credential": device.create(begun["options"]),
        "name": name,
    }
    return await client.post("/api/v1/account/mfa/passkeys", json=body)


async def begin(client: httpx2.AsyncClient) -> dict[str, Any]:
    return (await client.post("/api/v1/session/passkey/options")).json()


async def sign_in(client: httpx2.AsyncClient, device: Authenticator) -> httpx2.Response:
    begun = await begin(client)
    body = {"ceremony": begun["ceremony"], "credential": device.get(begun["options"])}
    return await client.post("/api/v1/session/passkey", json=body)


@pytest.fixture
async def device(house: House) -> Authenticator:
    """Anna's."""
    await house.add(ANNA)
    device = Authenticator()
    async with house.signed_in(ANNA) as client:
        made = await register(client, device)
    assert made.status_code == 201, made.text
    assert len(made.json()["recovery_codes"]) == 10
    return device


async def test_a_passkey_signs_in_without_a_password(house: House, device: Authenticator):
    async with house.anybody() as client:
        answer = await sign_in(client, device)
        me = await client.get("/api/v1/me")
        listed = (await client.get("/api/v1/account/mfa")).json()["passkeys"]

    assert answer.json()["status"] == "signed_in"
    assert (me.json()["user"]["email"], me.json()["session"]["method"]) == (ANNA, "passkey")
    assert [(key["name"], key["last_used_at"] is not None) for key in listed] == [("Laptop", True)]


async def test_a_passkey_is_a_second_factor(house: House, device: Authenticator):
    async with house.anybody() as client:
        half = await enter(client, ANNA)
        begun = (await client.post("/api/v1/session/mfa/passkey", json={})).json()
        passkey = {"ceremony": begun["ceremony"], "credential": device.get(begun["options"])}
        whole = await client.post("/api/v1/session/mfa", json={"passkey": passkey})
        me = await client.get("/api/v1/me")

    assert half.json()["methods"] == ["passkey", "recovery"]
    assert [key["id"] for key in begun["options"]["allowCredentials"]] == [
        encoded(device.credential_id)
    ]
    assert whole.json()["status"] == "signed_in"
    assert me.json()["session"]["method"] == "password+passkey"


async def test_a_passkey_proves_again_who_it_is(house: House, device: Authenticator):
    async with house.anybody() as client:
        answer = await sign_in(client, device)
        client.headers["X-CSRF-Token"] = answer.json()["me"]["csrf"]
        begun = (await client.post("/api/v1/session/proof/passkey")).json()
        passkey = {"ceremony": begun["ceremony"], "credential": device.get(begun["options"])}
        proved = await client.post("/api/v1/session/proof", json={"passkey": passkey})

    assert proved.status_code == 204


async def test_an_answer_works_once(house: House, device: Authenticator):
    async with house.anybody() as client:
        begun = await begin(client)
        body = {"ceremony": begun["ceremony"], "credential": device.get(begun["options"])}
        first = await client.post("/api/v1/session/passkey", json=body)
        replayed = await client.post("/api/v1/session/passkey", json=body)

    assert (first.status_code, replayed.status_code) == (200, 422)


async def test_an_answer_to_another_challenge_is_refused(house: House, device: Authenticator):
    async with house.anybody() as client:
        one, other = await begin(client), await begin(client)
        body = {"ceremony": one["ceremony"], "credential": device.get(other["options"])}
        answer = await client.post("/api/v1/session/passkey", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "passkey_refused")


async def test_a_page_elsewhere_gets_nothing_from_a_passkey(house: House, device: Authenticator):
    device.origin = "http://cadre.example.evil.example"
    async with house.anybody() as client:
        assert (await sign_in(client, device)).status_code == 422

    device.origin = "http://localhost"
    async with house.anybody("http://localhost") as client:
        assert (await sign_in(client, device)).status_code == 422


async def test_a_device_that_did_not_check_the_person_is_refused(
    house: House, device: Authenticator
):
    device.is_verifying = False

    async with house.anybody() as client:
        assert (await sign_in(client, device)).status_code == 422


async def test_a_cloned_device_is_found_by_its_count(house: House, device: Authenticator):
    async with house.anybody() as client:
        for _ in range(3):
            assert (await sign_in(client, device)).status_code == 200
        device.count = 0

        assert (await sign_in(client, device)).status_code == 422


async def test_another_key_with_the_same_id_is_refused(house: House, device: Authenticator):
    forged = Authenticator(credential_id=device.credential_id, count=50)

    async with house.anybody() as client:
        assert (await sign_in(client, forged)).status_code == 422


async def test_somebody_elses_passkey_is_no_second_factor(house: House, device: Authenticator):
    await house.add(BEN)
    bens = Authenticator()
    async with house.signed_in(BEN) as client:
        await register(client, bens)

    async with house.anybody() as client:
        await enter(client, ANNA)
        begun = (await client.post("/api/v1/session/mfa/passkey", json={})).json()
        passkey = {"ceremony": begun["ceremony"], "credential": bens.get(begun["options"])}
        crossed = await client.post("/api/v1/session/mfa", json={"passkey": passkey})
        anonymous = await begin(client)
        passkey = {
            "ceremony": anonymous["ceremony"],
            "credential": device.get(anonymous["options"]),
        }
        borrowed = await client.post("/api/v1/session/mfa", json={"passkey": passkey})

    assert (crossed.status_code, borrowed.status_code) == (422, 422)


async def test_a_passkey_is_registered_once_and_for_whoever_began(
    house: House, device: Authenticator
):
    await house.add(BEN)

    async with house.signed_in(BEN) as ben:
        again = await register(ben, device)
        async with house.anybody() as anna:
            entered = await sign_in(anna, device)
            anna.headers["X-CSRF-Token"] = entered.json()["me"]["csrf"]
            begun = (await anna.post("/api/v1/account/mfa/passkeys/options")).json()
        fresh = Authenticator()
        body = {
            "ceremony": begun["ceremony"],
            "credential": fresh.create(begun["options"]),
            "name": "Stolen",
        }
        stolen = await ben.post("/api/v1/account/mfa/passkeys", json=body)

    assert (again.status_code, stolen.status_code) == (409, 422)


async def test_a_passkey_that_is_removed_signs_nobody_in(house: House, device: Authenticator):
    async with house.anybody() as client:
        answer = await sign_in(client, device)
        client.headers["X-CSRF-Token"] = answer.json()["me"]["csrf"]
        listed = (await client.get("/api/v1/account/mfa")).json()["passkeys"]
        removed = await client.delete(f"/api/v1/account/mfa/passkeys/{listed[0]['id']}")
        gone = await client.delete(f"/api/v1/account/mfa/passkeys/{listed[0]['id']}")
        after = await sign_in(client, device)

    assert (removed.status_code, gone.status_code, after.status_code) == (204, 404, 422)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (("id",), None),
        (("id",), 7),
        (("rawId",), "AAAA"),
        (("type",), "password"),
        (("response",), "text"),
        (("response",), {}),
        (("response", "clientDataJSON"), "!!!"),
        (("response", "clientDataJSON"), encoded(b"[" * 2000)),
        (("response", "clientDataJSON"), encoded(b"\xff\xfe")),
        (("response", "authenticatorData"), ""),
        (("response", "authenticatorData"), encoded(b"x" * 10)),
        (("response", "authenticatorData"), encoded(bytes(200))),
        (("response", "signature"), encoded(b"")),
        (("response", "signature"), encoded(b"x" * 5000)),
        (("response", "signature"), ["a"]),
    ],
)
async def test_whatever_else_a_device_says_is_refused_and_breaks_nothing(
    house: House, device: Authenticator, where: tuple[str, ...], what: object
):
    async with house.anybody() as client:
        begun = await begin(client)
        credential = deepcopy(device.get(begun["options"]))
        target = credential
        for name in where[:-1]:
            target = target[name]
        target[where[-1]] = what
        body = {"ceremony": begun["ceremony"], "credential": credential}
        answer = await client.post("/api/v1/session/passkey", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "passkey_refused")


@pytest.mark.parametrize(
    "attestation", [b"", b"\xff", b"\xa0", b"\x9f" * 3000, b"\xa1\x63fmt\x64none", bytes(300)]
)
async def test_a_broken_attestation_makes_no_passkey(house: House, attestation: bytes):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        begun = (await client.post("/api/v1/account/mfa/passkeys/options")).json()
        credential = Authenticator().create(begun["options"])
        credential["response"]["attestationObject"] = encoded(attestation)
        body = {"ceremony": begun["ceremony"], "credential": credential, "name": "x"}
        answer = await client.post("/api/v1/account/mfa/passkeys", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "passkey_refused")


async def test_a_passkey_is_renamed_by_its_owner_only(house: House, device: Authenticator):
    await house.add(BEN)
    async with house.anybody() as client:
        client.headers["X-CSRF-Token"] = (await sign_in(client, device)).json()["me"]["csrf"]
        (known,) = (await client.get("/api/v1/account/mfa")).json()["passkeys"]
        path = f"/api/v1/account/mfa/passkeys/{known['id']}"
        renamed = await client.patch(path, json={"name": " Old laptop "})
        nameless = await client.patch(path, json={"name": " "})
    async with house.signed_in(BEN) as client:
        bens = await client.patch(path, json={"name": "Mine now"})
    async with house.anybody() as client:
        answer = await sign_in(client, device)
        listed = (await client.get("/api/v1/account/mfa")).json()["passkeys"]

    assert (renamed.status_code, renamed.json()["name"]) == (200, "Old laptop")
    assert (nameless.status_code, nameless.json()["field"]) == (422, "name")
    assert (bens.status_code, bens.json()["code"]) == (404, "passkey_not_found")
    assert answer.status_code == 200
    assert [key["name"] for key in listed] == ["Old laptop"]
