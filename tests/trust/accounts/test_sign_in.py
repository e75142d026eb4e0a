"""Signing in with a password: who gets in, what they get, and what strangers learn."""

import time

import pytest
from sqlalchemy import update

from cadre.trust.accounts import Passwords
from cadre.trust.accounts.tables import sign_in_failures, users
from tests.trust.accounts.house import HOME, PASSWORD, House, enter

ANNA = "anna@acme.example"


async def test_a_member_signs_in_whatever_the_case_of_the_address(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        answer = await enter(client, "  Anna@ACME.example ")
        me = await client.get("/api/v1/me")

    assert answer.json()["status"] == "signed_in"
    assert answer.json()["tokens"] is None
    assert me.json()["user"]["email"] == ANNA
    assert (me.json()["role"], "agents:run" in me.json()["permissions"]) == ("user", True)
    assert me.json()["session"]["method"] == "password"
    assert me.json()["mfa"] == {"enabled": False, "required": False}


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(house: House):
    await house.add(ANNA)

    async with house.anybody() as plain, house.anybody("https://cadre.example") as encrypted:
        over_http = (await enter(plain, ANNA)).headers.get_list("set-cookie")
        over_https = (await enter(encrypted, ANNA)).headers.get_list("set-cookie")

    by_name = {line.partition("=")[0]: line for line in [*over_http, *over_https]}
    for name in ("cadre_session", "cadre_refresh"):
        assert "HttpOnly" in by_name[name]
        assert "SameSite=lax" in by_name[name]
        assert "Secure" not in by_name[name]
    host, refresh = by_name["__Host-cadre_session"], by_name["__Secure-cadre_refresh"]
    assert all(part in host for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/;"))
    assert "Domain" not in host
    assert all(part in refresh for part in ("HttpOnly", "SameSite=lax", "Secure"))
    assert "Path=/api/v1/session/refresh;" in refresh
    assert 600 < int(host.partition("Max-Age=")[2].partition(";")[0]) <= 900


async def test_a_program_gets_both_tokens_and_no_cookie(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        answer = await enter(client, ANNA, program=True)
        tokens = answer.json()["tokens"]
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        changed = await client.patch("/api/v1/account", json={"name": "Anna"})
        renewed = await client.post(
            "/api/v1/session/refresh", json={"refresh_token": tokens["refresh_token"]}
        )

    assert "set-cookie" not in answer.headers
    assert changed.json()["name"] == "Anna"
    assert renewed.json()["tokens"]["access_token"] != tokens["access_token"]
    assert "set-cookie" not in renewed.headers


async def test_wrong_unknown_suspended_and_without_password_look_alike(house: House):
    await house.add(ANNA)
    suspended = await house.add("ben@acme.example")
    async with house.owner() as owner:
        await owner.patch(f"/api/v1/members/{suspended}", json={"status": "suspended"})
        await owner.post("/api/v1/members", json={"email": "invited@acme.example"})

    async with house.anybody() as client:
        answers = [
            await enter(client, ANNA, "ocelot-lantern-wrong"),
            await enter(client, "nobody@acme.example"),
            await enter(client, "ben@acme.example"),
            await enter(client, "invited@acme.example"),
        ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert all("set-cookie" not in answer.headers for answer in answers)


async def test_an_unknown_address_costs_a_hash_too():
    passwords = Passwords()
    known = await passwords.hash(PASSWORD)

    async def cost(password_hash: str | None) -> float:
        started = time.process_time()
        assert not await passwords.matches(password_hash, "something else entirely")
        return time.process_time() - started

    spent_on_known = min([await cost(known) for _ in range(5)])
    spent_on_nobody = min([await cost(None) for _ in range(5)])

    assert spent_on_nobody > spent_on_known / 3


@pytest.mark.parametrize("address", [ANNA, "nobody@acme.example"])
async def test_an_account_is_locked_for_a_while_whether_or_not_it_exists(
    house: House, address: str
):
    await house.add(ANNA)

    async with house.anybody() as client, house.anybody(address="203.0.113.9") as elsewhere:
        wrong = [await enter(client, address, "not the password") for _ in range(5)]
        locked = await enter(elsewhere, address)
        other = await enter(elsewhere, "somebody@acme.example", "not the password")

    assert {answer.status_code for answer in wrong} == {401}
    assert (locked.status_code, locked.json()["code"]) == (429, "too_many_attempts")
    assert 1 <= int(locked.headers["retry-after"]) <= 30
    assert other.status_code == 401


async def test_the_lock_is_kept_in_the_database_and_opens_by_itself(house: House):
    await house.add(ANNA)
    async with house.anybody() as client:
        for _ in range(5):
            await enter(client, ANNA, "not the password")
        assert (await enter(client, ANNA)).status_code == 429

        async with house.database.begin(HOME) as work:
            await work.connection.execute(
                update(sign_in_failures).where(sign_in_failures.c.org_id == HOME.org)
                .values(locked_until=1.0)
            )  # fmt: skip
        assert (await enter(client, ANNA)).status_code == 200
        assert (await enter(client, ANNA, "not the password")).status_code == 401


async def test_whoever_signs_in_has_a_new_session_whatever_the_browser_brought(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        client.cookies.set("cadre_session", "ca_planted", domain="cadre.example")
        answer = await enter(client, ANNA)
        token = answer.headers.get_list("set-cookie")[0].partition("=")[2].partition(";")[0]
        again = await enter(client, ANNA)
        second = again.headers.get_list("set-cookie")[0].partition("=")[2].partition(";")[0]

    assert "ca_planted" not in {token, second}
    assert token != second


async def test_an_old_hash_is_made_anew_when_its_owner_signs_in(house: House):
    from argon2 import PasswordHasher

    user_id = await house.add(ANNA)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with house.database.begin(HOME) as work:
        mine = update(users).where(users.c.org_id == HOME.org, users.c.id == user_id)
        await work.connection.execute(mine.values(password_hash=weak))

    async with house.anybody() as client:
        first = await enter(client, ANNA)
        second = await enter(client, ANNA)

    assert (first.status_code, second.status_code) == (200, 200)
    async with house.database.read(HOME) as work:
        rows = (await work.connection.execute(users.select())).all()
    assert next(row.password_hash for row in rows if row.id == user_id).startswith(
        "$argon2id$v=19$m=19456,t=2,p=1$"
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "x", "password": "y"}, "email"),
        ({"email": ANNA}, "password"),
        ({"email": ANNA, "password": ""}, "password"),
        ({"email": ANNA, "password": "x" * 5000}, "password"),
        ({"email": ANNA, "password": "x", "next": "https://evil.example"}, "next"),
        ({"email": ["a"], "password": "x"}, "email"),
    ],
)
async def test_bad_input_names_the_field(house: House, body: dict[str, object], field: str):
    async with house.anybody() as client:
        answer = await client.post("/api/v1/session/password", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_page_learns_how_to_sign_in(house: House):
    await house.set_org(registration="open", name="Acme")

    async with house.anybody() as named, house.anybody("http://127.0.0.1") as numbered:
        options = (await named.get("/api/v1/session/options")).json()
        by_number = (await numbered.get("/api/v1/session/options")).json()

    assert (options["registration"], options["org"], options["providers"]) == ("open", "Acme", [])
    assert (options["passkeys"], by_number["passkeys"]) == (True, False)
    assert options["branding"]["has_logo"] is False


async def test_nothing_ever_redirects(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        for query in ("?next=//evil.example", "?redirect_uri=https://evil.example"):
            for path in ("/api/v1/session/options", "/signin", "/verify"):
                answer = await client.get(f"{path}{query}")
                assert "location" not in answer.headers
            entered = await client.post(
                f"/api/v1/session/password{query}", json={"email": ANNA, "password": PASSWORD}
            )
            assert (entered.status_code, "location" in entered.headers) == (200, False)
            assert "evil" not in entered.text
