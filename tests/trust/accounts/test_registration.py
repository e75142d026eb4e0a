"""Registering and getting back in: what is answered tells strangers nothing, letters tell the rest."""

import asyncio
import time
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update

from cadre.kernel.ids import OrgId
from cadre.trust.accounts import Pages
from cadre.trust.accounts.tables import account_tokens
from cadre.trust.orgs import Tenant, set_tenant
from tests.trust.accounts.house import HOME, PASSWORD, House, enter

ANNA = "anna@acme.example"
OTHER = "zinc-harbour-violin"


async def register(client: httpx2.AsyncClient, address: str, password: str = PASSWORD):
    body = {"email": address, "name": "Anna", "password": password}
    return await client.post("/api/v1/registration", json=body)


async def ask_reset(client: httpx2.AsyncClient, address: str):
    return await client.post("/api/v1/password-reset", json={"email": address})


async def verify(client: httpx2.AsyncClient, token: str):
    return await client.post("/api/v1/verification", json={"token": token})


async def test_nobody_registers_unless_the_org_is_open(house: House):
    async with house.anybody() as client:
        for registration in ("invite", "closed"):
            await house.set_org(registration=registration)
            answer = await register(client, ANNA)
            assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    assert await house.letters() == []


async def test_somebody_registers_confirms_and_signs_in(house: House):
    await house.set_org(registration="open")

    async with house.anybody() as client:
        answer = await register(client, ANNA.upper())
        early = await enter(client, ANNA)
        [letter] = await house.letters()
        confirmed = await verify(client, letter["token"])
        again = await verify(client, letter["token"])
        entered = await enter(client, ANNA)

    assert (answer.status_code, early.status_code) == (202, 401)
    assert (confirmed.status_code, again.status_code) == (204, 422)
    assert entered.json()["me"]["role"] == "user"


async def test_registering_answers_alike_for_known_and_unknown_addresses(house: House):
    await house.set_org(registration="open")
    await house.add(ANNA)
    await house.letters()

    async with house.anybody() as client:
        known = await register(client, ANNA, OTHER)
        unknown = await register(client, "new@acme.example", OTHER)
        kept = await enter(client, ANNA)

    letters = {letter["to"]: letter for letter in await house.letters()}
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert letters[ANNA]["subject"] == "You have an account at My organisation already"
    assert letters[ANNA]["token"] == ""
    assert kept.status_code == 200


async def test_nobody_prepares_an_account_for_a_stranger(house: House):
    await house.set_org(registration="open")

    async with house.anybody() as attacker, house.anybody() as anna:
        await register(attacker, ANNA, OTHER)
        await house.letters()
        await register(anna, ANNA, PASSWORD)
        [hers] = await house.letters()
        await verify(anna, hers["token"])

        assert (await enter(attacker, ANNA, OTHER)).status_code == 401
        assert (await enter(anna, ANNA, PASSWORD)).status_code == 200


async def test_asking_for_a_new_password_answers_alike(house: House):
    await house.add(ANNA)
    await house.letters()

    async with house.anybody() as client:
        known, unknown = await ask_reset(client, ANNA), await ask_reset(client, "no@acme.example")

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert [letter["to"] for letter in await house.letters()] == [ANNA]


async def test_a_new_password_signs_everything_out_and_works_once(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as before, house.anybody() as client:
        await house.letters()
        await ask_reset(client, ANNA)
        [letter] = await house.letters()
        body = {"token": letter["token"], "password": OTHER}
        weak = await client.put("/api/v1/password-reset", json={**body, "password": "password123"})
        done = await client.put("/api/v1/password-reset", json=body)
        again = await client.put("/api/v1/password-reset", json=body)
        out = await before.get("/api/v1/me")
        old, new = await enter(client, ANNA, PASSWORD), await enter(client, ANNA, OTHER)
        [told] = await house.letters()

    assert (weak.status_code, weak.json()["field"]) == (422, "password")
    assert (done.status_code, again.status_code, out.status_code) == (204, 422, 401)
    assert (old.status_code, new.status_code) == (401, 200)
    assert "was changed" in told["subject"]


async def test_a_reset_opens_a_locked_account_and_still_asks_for_the_second_factor(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        started = (await client.post("/api/v1/account/mfa/totp")).json()
        from pyotp.totp import TOTP

        code = TOTP(started["secret"]).now()
        await client.put("/api/v1/account/mfa/totp", json={"code": code})
    async with house.anybody() as client:
        for _ in range(6):
            await enter(client, ANNA, "not the password")
        await house.letters()
        await ask_reset(client, ANNA)
        [letter] = await house.letters()
        await client.put(
            "/api/v1/password-reset", json={"token": letter["token"], "password": OTHER}
        )
        entered = await enter(client, ANNA, OTHER)

    assert (entered.status_code, entered.json()["status"]) == (200, "mfa_needed")


async def test_links_end_by_time_and_serve_one_purpose(house: House):
    await house.add(ANNA)
    async with house.anybody() as client:
        await house.letters()
        await ask_reset(client, ANNA)
        [letter] = await house.letters()
        token = letter["token"]
        assert (await verify(client, token)).status_code == 422
        assert (await client.post("/api/v1/session", json={"token": token})).status_code == 401
        async with house.database.begin(HOME) as work:
            await work.connection.execute(
                update(account_tokens)
                .where(account_tokens.c.org_id == HOME.org)
                .values(expires_at=time.time() - 1)
            )
        late = await client.put("/api/v1/password-reset", json={"token": token, "password": OTHER})

    assert (late.status_code, late.json()["code"]) == (422, "link_used")


async def test_a_mailbox_is_not_flooded(house: House):
    await house.add(ANNA)
    await house.letters()

    async with house.anybody() as client:
        answers = [(await ask_reset(client, ANNA)).status_code for _ in range(7)]
        signs_in = await enter(client, ANNA)

    assert answers == [202] * 5 + [429] * 2
    assert len(await house.letters()) == 5
    assert signs_in.status_code == 200


async def test_a_new_address_counts_once_its_letter_is_answered(house: House):
    await house.add(ANNA)
    await house.add("ben@acme.example")

    async with house.signed_in(ANNA) as client:
        await house.letters()
        taken = await client.post("/api/v1/account/email", json={"email": "ben@acme.example"})
        asked = await client.post("/api/v1/account/email", json={"email": "anna@new.example"})
        [letter] = await house.letters()
        before = (await client.get("/api/v1/account")).json()["email"]
        await verify(client, letter["token"])
        after = (await client.get("/api/v1/account")).json()["email"]

    assert (taken.status_code, taken.text) == (asked.status_code, asked.text)
    assert (letter["to"], before, after) == ("anna@new.example", ANNA, "anna@new.example")


async def test_no_table_holds_what_a_letter_says(house: House):
    await house.add(ANNA)
    await house.letters()
    async with house.anybody() as client:
        await ask_reset(client, ANNA)
    [letter] = await house.letters()

    async with house.database.read(HOME) as work:
        rows = str((await work.connection.execute(select(account_tokens))).all())
    assert letter["token"] not in rows


@pytest.mark.parametrize("password", ["short", "password123", "anna@acme.example", "x" * 300])
async def test_a_weak_password_is_refused_and_says_what_to_do(house: House, password: str):
    await house.set_org(registration="open")

    async with house.anybody() as client:
        answer = await register(client, ANNA, password)

    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert "Use" in answer.json()["detail"]
    assert password not in answer.text


async def test_two_who_confirm_the_same_address_at_once_make_one_account(house: House):
    await house.set_org(registration="open")

    async with house.anybody() as client:
        await register(client, ANNA)
        await register(client, ANNA, OTHER)
        tokens = [letter["token"] for letter in await house.letters()]
        answers = await asyncio.gather(*[verify(client, token) for token in tokens])

    assert sorted(answer.status_code for answer in answers) == [204, 409]


def test_letters_lead_to_the_address_that_is_set_for_the_home_org_alone():
    asked: dict[str, Any] = {
        "type": "http",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1:8700")],
    }
    other: dict[str, Any] = {**asked, "state": {}}
    set_tenant(other, Tenant(OrgId("org_acme"), is_home=False))

    assert Pages().of(asked) == "http://127.0.0.1:8700"
    assert Pages("https://cadre.example/").of(asked) == "https://cadre.example"
    assert Pages("https://cadre.example/").of(other) == "http://127.0.0.1:8700"
