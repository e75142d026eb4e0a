"""Nobody gets in without a link or a key, on loopback either."""

import stat

from tests.doors.server import Server

_OPEN = {
    ("/api/v1/health", "get"),
    ("/api/v1/org/branding", "get"),
    ("/api/v1/org/logo", "get"),
    ("/api/v1/password-reset", "post"),
    ("/api/v1/password-reset", "put"),
    ("/api/v1/registration", "post"),
    ("/api/v1/registration/invitation", "post"),
    ("/api/v1/registration/invitation/look", "post"),
    ("/api/v1/session", "post"),
    ("/api/v1/session/mfa/app", "post"),
    ("/api/v1/session/mfa/app", "put"),
    ("/api/v1/session/options", "get"),
    ("/api/v1/session/passkey/options", "post"),
    ("/api/v1/session/passkey", "post"),
    ("/api/v1/session/password", "post"),
    ("/api/v1/session/sso/callback", "get"),
    ("/api/v1/session/sso/refusal", "get"),
    ("/api/v1/session/sso/{provider_id}/start", "get"),
    ("/api/v1/verification", "post"),
}
# Open to whoever brings the token of a refresh or of half a sign-in; nobody else learns anything.
_TICKETED = {
    ("/api/v1/session/mfa", "post"),
    ("/api/v1/session/mfa/passkey", "post"),
    ("/api/v1/session/refresh", "post"),
}


async def test_the_printed_link_signs_in_once(server: Server):
    async with server.anybody() as client, server.anybody() as other:
        first = await client.post("/api/v1/session", json={"token": server.token})
        second = await other.post("/api/v1/session", json={"token": server.token})
        me = await client.get("/api/v1/me")

    assert (first.status_code, second.status_code) == (200, 401)
    assert me.json()["user"]["name"] == "Owner"
    assert me.json()["models"]["default"] == "offline"


async def test_every_address_of_the_api_is_closed_to_strangers(server: Server):
    async with server.signed_in() as client:
        description = (await client.get("/openapi.json")).json()

    async with server.anybody() as stranger:
        for path, operations in description["paths"].items():
            for method in operations:
                address = path.replace("{", "").replace("}", "")
                answer = await stranger.request(method, address)
                if (path, method) in _TICKETED:
                    assert answer.status_code in {401, 422}, (method, path)
                    continue
                expected = (path, method) in _OPEN
                assert (answer.status_code != 401) == expected, (method, path)


async def test_a_page_needs_the_csrf_token_and_a_key_does_not(server: Server):
    async with server.signed_in() as client:
        made = (await client.post("/api/v1/keys", json={"name": "ci"})).json()
        del client.headers["X-CSRF-Token"]
        refused = await client.post("/api/v1/keys", json={"name": "ci"})
    async with server.anybody() as program:
        program.headers["Authorization"] = f"Bearer {made['key']}"
        allowed = await program.post("/api/v1/keys", json={"name": "second"})
        await program.delete(f"/api/v1/keys/{made['id']}")
        after = await program.get("/api/v1/me")

    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert allowed.status_code == 201
    assert after.status_code == 401


async def test_a_rebound_name_is_refused(server: Server):
    async with server.anybody() as client:
        answer = await client.get("/api/v1/health", headers={"Host": "evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (421, "host_not_served")


async def test_what_is_stored_is_for_the_owner_only(server: Server):
    key = server.home / "secrets" / "master.key"

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
    assert server.token not in server.log.replace(server.link, "")
