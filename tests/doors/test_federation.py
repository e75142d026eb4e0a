"""Signing in by a real OpenID provider on a real server, and a directory that keeps an org up to date."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from tests.doors.providing import Browser, Issuer, provided, refusal
from tests.doors.server import Server, free_port

ACCOUNTS: dict[str, dict[str, Any]] = {
    "anna": {"email": "anna@acme.example", "email_verified": True, "name": "Anna Adams"},
    "bob": {"email": "bob@acme.example", "email_verified": False, "name": "Bob"},
    "eve": {"email": "eve@evil.example", "email_verified": True, "name": "Eve"},
    "gina": {
        "email": "gina@acme.example",
        "email_verified": True,
        "name": "Gina",
        "groups": ["staff", "builders"],
    },
    "mallory": {"email": "anna@acme.example", "email_verified": True, "name": "Not Anna"},
}
CALLBACK = "/api/v1/session/sso/callback"


@asynccontextmanager
async def housed(tmp_path: Path, *issuers: Issuer) -> AsyncGenerator[Server]:
    """A server that may reach the issuers, which know where to send people back to."""
    server = Server(tmp_path / "home", port=free_port())
    hosts = (
        f"127.0.0.1:{server.port}",
        *(f"{s}.localhost:{server.port}" for s in ("acme", "beta")),
    )
    for issuer in issuers:
        issuer.redirect_uris = [f"http://{host}{CALLBACK}" for host in hosts]
        issuer.sign_out_uris = [f"http://{host}/signin" for host in hosts]
    server.environment["CADRE_PRIVATE_HOSTS"] = ",".join(each.host for each in issuers)
    async with provided(tmp_path, *issuers):
        await server.start()
        try:
            yield server
        finally:
            await server.stop()


@asynccontextmanager
async def browser(server: Server, host: str = "") -> AsyncGenerator[Browser]:
    async with httpx2.AsyncClient(timeout=60) as client:
        yield Browser(client, server, host)


async def added(client: httpx2.AsyncClient, issuer: Issuer, **more: Any) -> str:
    """The id of the issuer as a provider of the org."""
    answer = await client.post("/api/v1/identity-providers", json=issuer.wanted(**more))
    assert answer.status_code == 201, answer.text
    assert issuer.client_secret not in answer.text
    return answer.json()["id"]


async def change(client: httpx2.AsyncClient, provider: str, issuer: Issuer, **more: Any) -> None:
    wanted = {**issuer.wanted(**more), "client_secret": None}
    answer = await client.put(f"/api/v1/identity-providers/{provider}", json=wanted)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("algorithm", "tells_by_userinfo"), [("RS256", True), ("ES256", False)])
async def test_whoever_a_provider_vouches_for_gets_an_account_with_roles_and_groups(
    tmp_path: Path, algorithm: str, tells_by_userinfo: bool
):
    issuer = Issuer(ACCOUNTS, algorithm, tells_by_userinfo=tells_by_userinfo)
    async with housed(tmp_path, issuer) as server, server.signed_in() as owner:
        group = (await owner.post("/api/v1/groups", json={"name": "Staff"})).json()["id"]
        provider = await added(
            owner,
            issuer,
            creates_users=True,
            allowed_domains=["acme.example"],
            groups_claim="groups",
            group_map=[
                {"value": "admins", "role": "admin"},
                {"value": "builders", "role": "builder"},
                {"value": "staff", "group": group},
            ],
        )
        checked = (await owner.post(f"/api/v1/identity-providers/{provider}/test")).json()
        async with browser(server) as page:
            options = (await page.go("/api/v1/session/options")).json()
            url = await page.start(provider, "/runs")
            back = await page.through(url, "gina")
            arrived = await page.go(back)
            me = (await page.me()).json()
        async with browser(server) as again:
            second = await again.sign_in(provider, "gina")
            same = (await again.me()).json()
        members = (await owner.get(f"/api/v1/groups/{group}")).json()["members"]
        audit = (await owner.get("/api/v1/audit?action=session.sso")).json()["items"]

    assert (checked["ok"], checked["problems"], checked["keys"]) == (True, [], 1)
    assert options["providers"] == [
        {
            "id": provider,
            "name": "Okta",
            "kind": "oidc",
            "start": f"/api/v1/session/sso/{provider}/start",
        }
    ]
    query = parse_qs(urlsplit(url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/runs")
    assert (me["user"]["email"], me["user"]["name"]) == ("gina@acme.example", "Gina")
    assert (me["role"], me["session"]["method"]) == ("builder", "sso:Okta")
    assert (second.headers["location"], same["user"]["id"]) == ("/", me["user"]["id"])
    assert [member["id"] for member in members] == [me["user"]["id"]]
    assert [event["result"] for event in audit] == ["ok", "ok"]
    assert issuer.client_secret not in server.log


async def test_an_address_links_to_an_account_once_and_only_if_it_is_verified_and_let_in(
    tmp_path: Path,
):
    issuer = Issuer(ACCOUNTS)
    async with housed(tmp_path, issuer) as server, server.signed_in() as owner:
        for email in ("anna@acme.example", "bob@acme.example", "eve@evil.example"):
            await owner.post("/api/v1/members", json={"email": email, "role": "user"})
        provider = await added(owner, issuer, allowed_domains=["acme.example"])
        told: dict[str, str] = {}
        async with browser(server) as page:
            told["anna"] = refusal(await page.sign_in(provider, "anna"))
            me = (await page.me()).json()
        for login in ("bob", "eve", "gina", "mallory"):
            async with browser(server) as page:
                told[login] = refusal(await page.sign_in(provider, login))
                assert (await page.me()).status_code == 401
        async with browser(server) as page:
            why = await page.go(f"/api/v1/session/sso/refusal?code={told['bob']}")
            planted = await page.go("/api/v1/session/sso/refusal?code=call+555")
        members = (await owner.get("/api/v1/members")).json()["items"]
        await owner.patch(f"/api/v1/members/{me['user']['id']}", json={"status": "suspended"})
        async with browser(server) as page:
            suspended = refusal(await page.sign_in(provider, "anna"))

    assert told == {
        "anna": "/",
        "bob": "federated_email_unverified",
        "eve": "federated_domain_foreign",
        "gina": "federated_nobody_known",
        "mallory": "federated_other_subject",
    }
    assert me["user"]["email"] == "anna@acme.example"
    by_email = {member["email"]: member["status"] for member in members}
    assert by_email["anna@acme.example"] == "active"
    assert by_email["bob@acme.example"] == "invited"
    assert "is verified" in why.json()["detail"]
    assert "555" not in planted.json()["detail"]
    assert suspended == "federated_account_closed"


async def test_a_sign_in_comes_back_once_to_the_browser_that_began_it(tmp_path: Path):
    issuer = Issuer(ACCOUNTS)
    async with housed(tmp_path, issuer) as server, server.signed_in() as owner:
        provider = await added(owner, issuer, creates_users=True)
        async with browser(server) as mine, browser(server) as thief:
            begun = await mine.start(provider)
            # Of a sign-in that somebody else began: with their state, for another nonce and verifier.
            foreign = await thief.start(provider)
            query = {**_query(begun), "state": _query(foreign)["state"]}
            of_both = await mine.through(f"{_bare(begun)}?{urlencode(query)}", "anna")
            crossed = refusal(await mine.go(of_both))
            with_state_of_other = refusal(await thief.go(of_both))

            back = await mine.through(await mine.start(provider), "anna")
            elsewhere = refusal(await thief.go(back))
            changed = refusal(await mine.go(back.replace("state=", "state=x")))

            begun = await mine.start(provider)
            query = {**_query(begun), "nonce": "of another"}
            other_nonce = refusal(
                await mine.go(await mine.through(f"{_bare(begun)}?{urlencode(query)}", "anna"))
            )

            back = await mine.through(await mine.start(provider), "anna")
            first = refusal(await mine.go(back))
            again = refusal(await mine.go(back))
            code = _query(back)["code"]
            state = _query(await mine.start(provider))["state"]
            replay = f"{CALLBACK}?{urlencode({'code': code, 'state': state, 'iss': issuer.url})}"
            replayed = refusal(await mine.go(replay))

            state = _query(await mine.start(provider))["state"]
            other = urlencode({"code": code, "state": state, "iss": "https://other.example"})
            mixed_up = refusal(await mine.go(f"{CALLBACK}?{other}"))
            wrong = refusal(await mine.sign_in(provider, "anna", password="guessed"))

    assert crossed == "federated_sign_in_unknown"
    assert with_state_of_other == "federated_token_refused"
    assert (elsewhere, changed) == ("federated_sign_in_unknown", "federated_sign_in_unknown")
    assert other_nonce == "federated_token_refused"
    assert (first, again) == ("/", "federated_sign_in_unknown")
    assert replayed == "federated_token_refused"
    assert mixed_up == "federated_token_refused"
    # The provider remembers whom it has signed in, so it asks for no password again.
    assert wrong == "/"


async def test_an_expired_token_and_other_peoples_addresses_lead_nowhere(tmp_path: Path):
    issuer = Issuer(ACCOUNTS, id_token_seconds=-600)
    async with housed(tmp_path, issuer) as server, server.signed_in() as owner:
        provider = await added(owner, issuer, creates_users=True)
        async with browser(server) as page:
            expired = refusal(await page.sign_in(provider, "anna"))
            outside: list[int] = []
            for path in ("https://evil.example", "//evil.example", "/\\evil.example", "/api/v1/me"):
                query = urlencode({"back": path})
                start = f"/api/v1/session/sso/{provider}/start?{query}"
                outside.append((await page.go(start)).status_code)
        async with browser(server) as page:
            refused = refusal(await page.sign_in(provider, "anna", password="guessed"))
            unknown = refusal(await page.go("/api/v1/session/sso/idp_nothing/start"))
        await change(owner, provider, issuer, enabled=False)
        async with browser(server) as page:
            off = refusal(await page.go(f"/api/v1/session/sso/{provider}/start"))
            offered = (await page.go("/api/v1/session/options")).json()["providers"]

    assert expired == "federated_token_refused"
    assert outside == [422, 422, 422, 422]
    assert refused == "federated_sign_in_cancelled"
    assert unknown == off == "identity_provider_not_found"
    assert offered == []


async def test_a_provider_can_be_the_only_way_in_and_vouch_for_a_second_factor(tmp_path: Path):
    issuer = Issuer(ACCOUNTS)
    password = "ocelot-lantern-grape"
    async with housed(tmp_path, issuer) as server, server.signed_in() as owner:
        invited = await owner.post("/api/v1/members", json={"email": "anna@acme.example"})
        body = {
            "token": invited.json()["link"].partition("#token=")[2],
            "name": "Anna",
            "password": password,
        }
        provider = await added(owner, issuer, only_this_way=True)
        entering = {"email": "anna@acme.example", "password": password}
        async with server.anybody() as anna:
            await anna.post("/api/v1/registration/invitation", json=body)
            before = await anna.post("/api/v1/session/password", json=entering)
            async with browser(server) as page:
                await page.sign_in(provider, "anna")
            after = await anna.post("/api/v1/session/password", json=entering)
        await owner.patch("/api/v1/org", json={"mfa_required": True})
        async with browser(server) as page:
            back = await page.through(await page.start(provider, "/runs"), "anna", otp="123456")
            untrusted = refusal(await page.go(back))
            assert (await page.me()).status_code == 401
        await change(owner, provider, issuer, trusts_mfa=True)
        async with browser(server) as page:
            single = refusal(await page.sign_in(provider, "anna"))
        async with browser(server) as page:
            double = refusal(await page.sign_in(provider, "anna", otp="123456"))
            me = (await page.me()).json()

    assert (before.json().get("status"), after.status_code) == ("signed_in", 403)
    assert (after.json()["code"], "Okta" in after.json()["detail"]) == ("only_by_provider", True)
    assert (untrusted, single) == ("/signin?mfa=set_up&back=/runs", "/signin?mfa=set_up")
    assert (double, me["session"]["method"]) == ("/", "sso:Okta")


async def test_whoever_signs_out_is_led_to_the_provider_and_back(tmp_path: Path):
    issuer = Issuer(ACCOUNTS)
    async with housed(tmp_path, issuer) as server, server.signed_in() as owner:
        provider = await added(owner, issuer, creates_users=True)
        [shown] = (await owner.get("/api/v1/identity-providers")).json()["items"]
        async with browser(server) as page:
            await page.sign_in(provider, "anna")
            # Nobody is asked for a password: the provider still knows who it is.
            again = refusal(await page.sign_in(provider, "anna", password="guessed"))
            csrf = {"X-CSRF-Token": (await page.me()).json()["csrf"]}
            left = await page.client.post(f"{server.url}/api/v1/session/sign-out", headers=csrf)
            gone = (await page.me()).status_code
            back = await page.sign_out(left.json()["go_to"])
            asked_again = refusal(await page.sign_in(provider, "anna", password="guessed"))
        by_link = await owner.post("/api/v1/session/sign-out")

    where = urlsplit(str(left.json()["go_to"]))
    sent = parse_qs(where.query)
    assert again == "/"
    assert (left.status_code, gone) == (200, 401)
    assert f"{where.scheme}://{where.netloc}" == issuer.url
    assert sent == {
        "client_id": [issuer.client_id],
        "post_logout_redirect_uri": [shown["sign_out_uri"]],
    }
    assert back == shown["sign_out_uri"]
    assert asked_again == "federated_sign_in_cancelled"
    assert by_link.json() == {"go_to": None}


async def test_two_orgs_have_their_own_providers(tmp_path: Path):
    of_acme, of_beta = Issuer(ACCOUNTS), Issuer(ACCOUNTS, "ES256")
    async with housed(tmp_path, of_acme, of_beta) as server, server.signed_in() as home:
        ids: dict[str, str] = {}
        for slug, issuer in (("acme", of_acme), ("beta", of_beta)):
            wanted = {"slug": slug, "name": slug.title(), "email": f"owner@{slug}.example"}
            made = (await home.post("/api/v1/orgs", json=wanted)).json()
            async with server.anybody() as owner:
                owner.headers["Host"] = f"{slug}.localhost:{server.port}"
                token = made["sign_in"].rpartition("=")[2]
                answer = await owner.post("/api/v1/session", json={"token": token})
                owner.headers["X-CSRF-Token"] = answer.json()["csrf"]
                ids[slug] = await added(owner, issuer, name=f"Of {slug}", creates_users=True)
        acme, beta = (f"{slug}.localhost:{server.port}" for slug in ("acme", "beta"))
        async with browser(server, acme) as at_acme, browser(server, beta) as at_beta:
            first = refusal(await at_acme.sign_in(ids["acme"], "anna"))
            second = refusal(await at_beta.sign_in(ids["beta"], "anna"))
            people = [(await page.me()).json() for page in (at_acme, at_beta)]
            offered = (await at_beta.go("/api/v1/session/options")).json()["providers"]
            foreign = refusal(await at_beta.go(f"/api/v1/session/sso/{ids['acme']}/start"))
        async with browser(server, acme) as lost:
            back = await lost.through(await lost.start(ids["acme"]), "anna")
            elsewhere = refusal(await lost.go(back.replace("acme.localhost", "beta.localhost")))

    assert (first, second) == ("/", "/")
    assert [person["org"]["name"] for person in people] == ["Acme", "Beta"]
    assert people[0]["user"]["id"] != people[1]["user"]["id"]
    assert [each["name"] for each in offered] == ["Of beta"]
    assert foreign == "identity_provider_not_found"
    assert elsewhere == "federated_sign_in_unknown"


async def test_a_directory_keeps_its_own_org_up_to_date_and_no_other(server: Server):
    async with server.signed_in() as home:
        keys: dict[str, str] = {}
        for slug in ("acme", "beta"):
            wanted = {"slug": slug, "name": slug.title(), "email": f"owner@{slug}.example"}
            made = (await home.post("/api/v1/orgs", json=wanted)).json()
            async with server.anybody() as owner:
                owner.headers["Host"] = f"{slug}.localhost:{server.port}"
                token = made["sign_in"].rpartition("=")[2]
                answer = await owner.post("/api/v1/session", json={"token": token})
                owner.headers["X-CSRF-Token"] = answer.json()["csrf"]
                keys[slug] = (await owner.post("/api/v1/keys", json={"name": "scim"})).json()["key"]
    users = "/api/v1/scim/v2/Users"
    async with server.anybody() as directory:
        directory.headers["Authorization"] = f"Bearer {keys['acme']}"
        directory.headers["Host"] = f"acme.localhost:{server.port}"
        made = await directory.post(users, json={"userName": "anna@acme.example"})
        directory.headers["Host"] = f"beta.localhost:{server.port}"
        elsewhere = await directory.get(users)
        directory.headers["Authorization"] = f"Bearer {keys['beta']}"
        of_beta = await directory.get(users)
        foreign = await directory.delete(f"{users}/{made.json()['id']}")

    where = f"http://acme.localhost:{server.port}{users}/{made.json()['id']}"
    assert (made.status_code, made.headers["location"]) == (201, where)
    assert elsewhere.status_code == 401
    assert of_beta.json()["totalResults"] == 1
    assert foreign.status_code == 404


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _bare(url: str) -> str:
    return url.partition("?")[0]
