"""Sessions: refreshed, copied, ended; here, everywhere and by another process."""

import asyncio
import time

import httpx2
from sqlalchemy import func, select, update

from cadre.infra.database import Database
from cadre.kernel.ids import UserId
from cadre.trust.accounts import Accounts
from cadre.trust.accounts.tables import session_tokens, sessions
from tests.trust.accounts.house import HOME, House, enter

ANNA = "anna@acme.example"
PATIENCE_SECONDS = 30


async def refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post("/api/v1/session/refresh", json={"refresh_token": token})


async def tokens_of(client: httpx2.AsyncClient) -> dict[str, str]:
    return (await enter(client, ANNA, program=True)).json()["tokens"]


async def is_in(client: httpx2.AsyncClient, access_token: str) -> bool:
    bearer = {"Authorization": f"Bearer {access_token}"}
    return (await client.get("/api/v1/me", headers=bearer)).status_code == 200


async def make_grace_pass(house: House) -> None:
    """As if all refresh tokens had been used a minute ago."""
    async with house.database.begin(HOME) as work:
        mine = update(session_tokens).where(
            session_tokens.c.org_id == HOME.org, session_tokens.c.used_at.is_not(None)
        )
        await work.connection.execute(mine.values(used_at=time.time() - 60))


async def test_a_page_refreshes_with_its_cookie_and_keeps_its_csrf_token(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        before = client.cookies["cadre_session"]
        answer = await client.post("/api/v1/session/refresh")
        after = client.cookies["cadre_session"]
        me = await client.get("/api/v1/me")
        changed = await client.patch("/api/v1/account", json={"name": "Anna"})

    assert (answer.status_code, answer.json()["tokens"]) == (200, None)
    assert before != after
    assert answer.json()["csrf"] == me.json()["csrf"] == client.headers["X-CSRF-Token"]
    assert changed.status_code == 200


async def test_a_refresh_token_that_comes_again_ends_the_whole_session(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        first = await tokens_of(client)
        other_device = await tokens_of(client)
        second = (await refresh(client, first["refresh_token"])).json()["tokens"]
        assert await is_in(client, second["access_token"])
        await make_grace_pass(house)

        copied = await refresh(client, first["refresh_token"])

        assert (copied.status_code, copied.json()["code"]) == (401, "session_ended")
        assert not await is_in(client, first["access_token"])
        assert not await is_in(client, second["access_token"])
        assert (await refresh(client, second["refresh_token"])).status_code == 401
        assert await is_in(client, other_device["access_token"])
    told = [event for event in house.events.written if event.action == "session.refresh_reused"]
    assert [(event.result, event.address) for event in told] == [("refused", "198.51.100.7")]


async def test_two_tabs_that_refresh_together_both_stay_in(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        first = await tokens_of(client)
        answers = await asyncio.gather(*[refresh(client, first["refresh_token"]) for _ in "ab"])
        access = [answer.json()["tokens"]["access_token"] for answer in answers]

        assert [await is_in(client, token) for token in access] == [True, True]


async def test_a_copy_is_found_out_at_once_when_its_successor_was_used(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        first = await tokens_of(client)
        second = (await refresh(client, first["refresh_token"])).json()["tokens"]
        await refresh(client, second["refresh_token"])

        assert (await refresh(client, first["refresh_token"])).status_code == 401


async def test_what_is_no_refresh_token_refreshes_nothing(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        tokens = await tokens_of(client)
        for wrong in ("cr_x", tokens["access_token"], "é", "x" * 200):
            assert (await refresh(client, wrong)).status_code == 401, wrong
        assert (await client.post("/api/v1/session/refresh")).status_code == 401
        bearer = {"Authorization": f"Bearer {tokens['refresh_token']}"}
        assert (await client.get("/api/v1/me", headers=bearer)).status_code == 401


async def test_an_access_token_ends_by_itself_and_the_session_slides(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        tokens = await tokens_of(client)
        async with house.database.begin(HOME) as work:
            old = time.time() - 3600
            await work.connection.execute(
                update(session_tokens)
                .where(session_tokens.c.org_id == HOME.org, session_tokens.c.kind == "access")
                .values(expires_at=old)
            )
            await work.connection.execute(
                update(sessions)
                .where(sessions.c.org_id == HOME.org)
                .values(expires_at=time.time() + 60)
            )
        assert not await is_in(client, tokens["access_token"])
        renewed = await refresh(client, tokens["refresh_token"])
        assert await is_in(client, renewed.json()["tokens"]["access_token"])

    async with house.database.read(HOME) as work:
        ends = (await work.connection.execute(select(func.max(sessions.c.expires_at)))).scalar()
    assert ends is not None
    assert ends > time.time() + 29 * 24 * 3600


async def test_signing_out_ends_this_session_and_no_other(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client, house.signed_in(ANNA) as other:
        copy = client.cookies["cadre_session"]
        out = await client.delete("/api/v1/session")
        client.cookies.clear()
        again = await client.get("/api/v1/me", headers={"Cookie": f"cadre_session={copy}"})
        still = await other.get("/api/v1/me")

    assert (out.status_code, again.status_code, still.status_code) == (204, 401, 200)
    dropped = {line.partition("=")[0] for line in out.headers.get_list("set-cookie")}
    assert {"cadre_session", "cadre_refresh", "cadre_mfa"} <= dropped


async def test_devices_are_listed_and_ended_one_by_one_or_all_at_once(house: House):
    await house.add(ANNA)
    await house.add("ben@acme.example")

    async with (
        house.signed_in(ANNA) as here,
        house.signed_in(ANNA) as there,
        house.signed_in(ANNA) as elsewhere,
        house.signed_in("ben@acme.example") as ben,
    ):
        devices = (await here.get("/api/v1/account/devices")).json()["items"]
        mine = (await there.get("/api/v1/me")).json()["session"]["id"]
        bens = (await ben.get("/api/v1/me")).json()["session"]["id"]
        one = await here.delete(f"/api/v1/account/devices/{mine}")
        foreign = await here.delete(f"/api/v1/account/devices/{bens}")
        after_one = [c.status_code for c in [await there.get("/api/v1/me")]]
        await here.delete("/api/v1/account/devices")
        after_all = [(await c.get("/api/v1/me")).status_code for c in (here, elsewhere, ben)]
        await here.delete("/api/v1/account/devices?here=true")
        at_last = (await here.get("/api/v1/me")).status_code

    assert len(devices) == 3
    assert [device["is_this"] for device in devices].count(True) == 1
    assert devices[0]["address"] == "198.51.100.7"
    assert devices[0]["user_agent"].startswith("python-httpx")
    assert (one.status_code, foreign.status_code, after_one) == (204, 404, [401])
    assert (after_all, at_last) == ([200, 401, 200], 401)


async def test_a_session_that_another_process_ends_is_over_a_moment_later(house: House):
    user_id = await house.add(ANNA)
    elsewhere = Database(house.database.url)

    async with house.signed_in(ANNA) as client:
        assert (await client.get("/api/v1/me")).status_code == 200
        async with elsewhere.begin(HOME) as work:
            await Accounts().end_sessions(work, UserId(user_id))
        await elsewhere.close()
        until = time.monotonic() + PATIENCE_SECONDS
        status = 200
        while status == 200 and time.monotonic() < until:
            status = (await client.get("/api/v1/me")).status_code

    assert status == 401


async def test_no_table_holds_a_token_of_a_session(house: House):
    await house.add(ANNA)

    async with house.anybody() as client:
        tokens = await tokens_of(client)
        await refresh(client, tokens["refresh_token"])

    async with house.database.read(HOME) as work:
        rows = str((await work.connection.execute(select(session_tokens))).all())
    assert tokens["access_token"] not in rows
    assert tokens["refresh_token"] not in rows


async def test_what_changes_protection_asks_for_a_recent_proof(house: House):
    user_id = await house.add(ANNA)
    async with house.signed_in(ANNA) as client:
        async with house.database.begin(HOME) as work:
            await work.connection.execute(
                update(sessions)
                .where(sessions.c.org_id == HOME.org, sessions.c.user_id == user_id)
                .values(proved_at=time.time() - 3600)
            )
            work.touch("sessions")

        stale = await client.post("/api/v1/account/mfa/totp")
        wrong = await client.post("/api/v1/session/proof", json={"password": "wrong"})
        right = await client.post(
            "/api/v1/session/proof", json={"password": "ocelot-lantern-grape"}
        )
        fresh = await client.post("/api/v1/account/mfa/totp")

    assert (stale.status_code, stale.json()["code"]) == (403, "proof_needed")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "password")
    assert (right.status_code, fresh.status_code) == (204, 200)
