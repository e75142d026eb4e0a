"""Second factors: codes of an app, recovery codes, and what half a sign-in may do."""

import time

import httpx2
from pyotp.totp import TOTP
from sqlalchemy import select, text, update

from cadre.trust.accounts.tables import recovery_codes, sessions, totp
from tests.trust.accounts.house import HOME, House, enter

ANNA = "anna@acme.example"


async def set_up(client: httpx2.AsyncClient) -> tuple[TOTP, list[str]]:
    """An app for whoever is signed in; its first code is used."""
    started = (await client.post("/api/v1/account/mfa/totp")).json()
    app = TOTP(started["secret"])
    done = await client.put("/api/v1/account/mfa/totp", json={"code": app.now()})
    assert done.status_code == 200, done.text
    return app, done.json()["recovery_codes"]


async def forget_steps(house: House) -> None:
    """As if the last code had been used long ago: tests don't wait for the next 30 seconds."""
    async with house.database.begin(HOME) as work:
        await work.connection.execute(
            update(totp).where(totp.c.org_id == HOME.org).values(last_step=0)
        )


async def show(client: httpx2.AsyncClient, **proof: object) -> httpx2.Response:
    return await client.post("/api/v1/session/mfa", json=proof)


async def test_an_app_is_shown_as_a_picture_and_counts_after_its_first_code(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        started = (await client.post("/api/v1/account/mfa/totp")).json()
        before = (await client.get("/api/v1/account/mfa")).json()
        wrong = await client.put("/api/v1/account/mfa/totp", json={"code": "000000"})
        code = TOTP(started["secret"]).now()
        right = await client.put("/api/v1/account/mfa/totp", json={"code": code})
        after = (await client.get("/api/v1/account/mfa")).json()

    assert started["qr"].startswith("<svg")
    assert "script" not in started["qr"]
    assert started["uri"].startswith("otpauth://totp/")
    assert (before["totp"], after["totp"]) == (False, True)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    assert (right.status_code, after["recovery_codes_left"]) == (200, 10)


async def test_the_second_half_of_a_sign_in_gives_new_tokens(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        app, _codes = await set_up(client)
    await forget_steps(house)

    async with house.anybody() as client:
        half = await enter(client, ANNA)
        between = await client.get("/api/v1/me")
        whole = await show(client, code=app.now())
        after = await client.get("/api/v1/me")

    assert (half.json()["status"], half.json()["me"]) == ("mfa_needed", None)
    assert half.json()["methods"] == ["totp", "recovery"]
    assert between.status_code == 401
    assert whole.json()["status"] == "signed_in"
    assert after.json()["session"]["method"] == "password+totp"
    assert after.json()["mfa"]["enabled"] is True
    cookie = next(c for c in half.headers.get_list("set-cookie") if c.startswith("cadre_mfa="))
    assert "HttpOnly" in cookie
    assert "Path=/api/v1/session/mfa;" in cookie


async def test_half_a_sign_in_opens_nothing_else(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        await set_up(client)

    async with house.anybody() as client:
        half = await enter(client, ANNA, program=True)
        ticket = half.json()["ticket"]
        for name in ("cadre_session", "cadre_refresh", "cadre_mfa"):
            client.cookies.set(name, ticket, domain="cadre.example")
        attempts = [
            await client.get("/api/v1/me"),
            await client.get("/api/v1/me", headers={"Authorization": f"Bearer {ticket}"}),
            await client.get("/api/v1/account"),
            await client.post("/api/v1/session/refresh", json={"refresh_token": ticket}),
            await client.post("/api/v1/session", json={"token": ticket}),
            await client.delete("/api/v1/session"),
        ]
        set_up_again = await client.post("/api/v1/session/mfa/app", json={"ticket": ticket})

    assert {answer.status_code for answer in attempts} == {401}
    assert set_up_again.status_code == 409
    async with house.database.read(HOME) as work:
        rows = (await work.connection.execute(select(sessions.c.method))).all()
    assert "password+totp" not in {row.method for row in rows}


async def test_a_code_works_once_even_for_two_at_once(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        app, _codes = await set_up(client)
    await forget_steps(house)
    code = app.now()

    async with house.anybody() as first, house.anybody() as second:
        await enter(first, ANNA)
        await enter(second, ANNA)
        used = await show(first, code=code)
        replayed = await show(second, code=code)

    assert (used.status_code, replayed.status_code) == (200, 422)
    assert replayed.json()["code"] == "code_refused"


async def test_old_and_future_codes_are_refused(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        app, _codes = await set_up(client)
    await forget_steps(house)

    async with house.anybody() as client:
        await enter(client, ANNA)
        answers = [
            (await show(client, code=app.at(int(time.time()) + shift))).status_code
            for shift in (-120, 120)
        ]

    assert answers == [422, 422]


async def test_a_recovery_code_works_once_however_it_is_typed(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        _app, codes = await set_up(client)
    assert len(set(codes)) == 10

    async with house.anybody() as first, house.anybody() as second:
        await enter(first, ANNA)
        used = await show(first, code=codes[0].upper().replace("-", " "))
        left = (await first.get("/api/v1/account/mfa")).json()["recovery_codes_left"]
        await enter(second, ANNA)
        again = await show(second, code=codes[0])
        other = await show(second, code=codes[1])

    assert (used.status_code, left, again.status_code, other.status_code) == (200, 9, 422, 200)
    async with house.database.read(HOME) as work:
        rows = str((await work.connection.execute(select(recovery_codes))).all())
        secrets = str((await work.connection.execute(text("select * from secrets"))).all())
    assert not any(code in rows for code in codes)
    assert _app.secret not in secrets


async def test_guessing_codes_is_stopped(house: House):
    await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        app, _codes = await set_up(client)
    await forget_steps(house)

    async with house.anybody() as client:
        await enter(client, ANNA)
        guesses = [(await show(client, code="000000")).status_code for _ in range(5)]
        right = await show(client, code=app.now())

    assert set(guesses) == {422}
    assert (right.status_code, right.json()["code"]) == (429, "too_many_attempts")


async def test_whoever_must_have_a_factor_sets_one_up_before_they_come_in(house: House):
    await house.add(ANNA)
    await house.set_org(mfa_required=True)

    async with house.anybody() as client:
        half = await enter(client, ANNA)
        skipped = await show(client, code="000000")
        started = (await client.post("/api/v1/session/mfa/app", json={})).json()
        code = TOTP(started["secret"]).now()
        done = await client.put("/api/v1/session/mfa/app", json={"code": code})
        me = await client.get("/api/v1/me")
        client.headers["X-CSRF-Token"] = me.json()["csrf"]
        removed = await client.delete("/api/v1/account/mfa/totp")

    assert half.json()["status"] == "mfa_set_up_needed"
    assert skipped.status_code == 409
    assert (done.json()["status"], len(done.json()["recovery_codes"])) == ("signed_in", 10)
    assert me.json()["mfa"] == {"enabled": True, "required": True}
    assert (removed.status_code, removed.json()["code"]) == (409, "last_factor")


async def test_a_factor_that_is_removed_is_not_asked_for_any_more(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        await set_up(client)
        removed = await client.delete("/api/v1/account/mfa/totp")
        state = (await client.get("/api/v1/account/mfa")).json()
    async with house.anybody() as client:
        answer = await enter(client, ANNA)

    assert removed.status_code == 204
    assert (state["totp"], state["recovery_codes_left"]) == (False, 0)
    assert answer.json()["status"] == "signed_in"


async def test_a_password_alone_is_no_proof_for_whoever_has_a_factor(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        app, codes = await set_up(client)
        by_password = await client.post(
            "/api/v1/session/proof", json={"password": "ocelot-lantern-grape"}
        )
        by_code = await client.post("/api/v1/session/proof", json={"code": codes[0]})

    assert app.secret
    assert (by_password.status_code, by_password.json()["field"]) == (422, "code")
    assert by_code.status_code == 204


async def test_an_admin_can_remove_factors_that_were_lost(house: House):
    user_id = await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        await set_up(client)

        async with house.owner() as owner:
            removed = await owner.delete(f"/api/v1/members/{user_id}/mfa")
        after = await client.get("/api/v1/me")
        again = await enter(client, ANNA)

    assert (removed.status_code, after.status_code) == (204, 401)
    assert again.json()["status"] == "signed_in"
