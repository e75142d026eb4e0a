"""Who may say who vouches for people, and what is refused of it."""

from typing import Any

import httpx2
import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.federation.provider import Provider
from cadre.trust.federation.store import DirectoryStore, ProviderStore, SignInStore
from tests.trust.accounts.house import House

PATH = "/api/v1/identity-providers"
SECRET = "a client secret that nobody sees"


def okta(**more: Any) -> dict[str, Any]:
    return {
        "name": "Okta",
        "issuer": "https://acme.okta.example",
        "client_id": "cadre",
        "client_secret": SECRET,
        **more,
    }


async def test_a_provider_is_added_changed_and_deleted_and_its_secret_never_told(house: House):
    async with house.owner() as owner:
        made = await owner.post(PATH, json=okta())
        path = f"{PATH}/{made.json()['id']}"
        twin = await owner.post(PATH, json=okta(name="OKTA"))
        kept = await owner.put(path, json=okta(client_secret=None, scopes=["email"]))
        moved = okta(client_secret=None, issuer="https://evil.example")
        stolen = await owner.put(path, json=moved)
        taken = await owner.put(path, json=okta(client_secret=""))
        listed = await owner.get(PATH)
        gone = await owner.delete(path)
        after = await owner.get(path)

    assert made.status_code == 201
    assert made.json()["redirect_uri"] == "http://cadre.example/api/v1/session/sso/callback"
    assert made.json()["scopes"] == ["openid", "profile", "email"]
    assert (twin.status_code, twin.json()["field"]) == (409, "name")
    assert (kept.json()["has_client_secret"], kept.json()["scopes"]) == (True, ["openid", "email"])
    assert (stolen.status_code, stolen.json()["field"]) == (422, "client_secret")
    assert taken.json()["has_client_secret"] is False
    assert [each["name"] for each in listed.json()["items"]] == ["Okta"]
    assert (gone.status_code, after.status_code) == (204, 404)
    for answer in (made, kept, listed):
        assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"issuer": "http://acme.okta.example"}, "issuer"),
        ({"issuer": "ftp://acme.okta.example"}, "issuer"),
        ({"issuer": "https://a@acme.okta.example"}, "issuer"),
        ({"issuer": "https://acme.okta.example/?x=1"}, "issuer"),
        ({"issuer": None}, "issuer"),
        ({"kind": "microsoft", "issuer": None}, "issuer"),
        ({"kind": "google", "issuer": None, "creates_users": True}, "allowed_domains"),
        ({"allowed_domains": ["not a domain"]}, "allowed_domains.0"),
        ({"default_role": "nothing"}, "default_role"),
        ({"group_map": [{"value": "x", "role": "nothing"}]}, "group_map"),
        ({"group_map": [{"value": "x", "group": "grp_nothing"}]}, "group_map"),
        ({"group_map": [{"value": "x"}]}, "group_map.0"),
        ({"group_map": [{"value": "x", "role": "user", "group": "g"}]}, "group_map.0"),
        ({"scopes": ["two words"]}, "scopes.0"),
        ({"name": "<b>"}, "name"),
        ({"secret": "x"}, "secret"),
    ],
)
async def test_what_can_not_work_is_refused_with_its_field(
    house: House, more: dict[str, Any], field: str
):
    async with house.owner() as owner:
        answer = await owner.post(PATH, json=okta(**more))

    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text


async def test_an_admin_does_not_say_who_vouches_for_owners(house: House):
    await house.add("ada@acme.example", "admin")
    async with house.owner() as owner:
        provider = (await owner.post(PATH, json=okta())).json()["id"]
        role = {"grants": [{"permission": "sign-in:*"}, {"permission": "models:use"}]}
        answer = await owner.put("/api/v1/roles/vouching", json=role)
        assert answer.status_code == 200, answer.text
    await house.add("vic@acme.example", "vouching")

    async def told(client: httpx2.AsyncClient, **more: Any) -> int:
        return (await client.post(PATH, json=okta(name="Another", **more))).status_code

    async with house.signed_in("ada@acme.example") as ada:
        statuses = [
            (await ada.get(PATH)).status_code,
            await told(ada),
            (await ada.delete(f"{PATH}/{provider}")).status_code,
            (await ada.post(f"{PATH}/{provider}/test")).status_code,
        ]
    async with house.signed_in("vic@acme.example") as vic:
        as_owner = await told(vic, group_map=[{"value": "x", "role": "owner"}])
        by_default = await told(vic, default_role="admin")

    assert statuses == [200, 403, 403, 403]
    assert (as_owner, by_default) == (403, 403)


async def test_another_org_sees_nothing(database: Database, scope: Scope, other_scope: Scope):
    provider = Provider(
        id="idp_1",
        name="Okta",
        kind="oidc",
        issuer="https://acme.okta.example",
        client_id="cadre",
        scopes=("openid",),
        domains=frozenset({"acme.example"}),
        creates_users=True,
        default_role="user",
        groups_claim="",
        group_map=(),
        only_way=True,
        trusts_mfa=False,
        mfa_acr=frozenset(),
        enabled=True,
        created_at=1.0,
        updated_at=1.0,
    )
    row = {"provider_id": "idp_1", "browser_hash": "b", "redirect_uri": "r", "return_to": "/"}
    async with database.begin(scope) as work:
        await ProviderStore(work).put(provider)
        await SignInStore(work).begin("s", 1.0, expires_at=100.0, **row)
        await SignInStore(work).link("idp_1", "sub", "usr_1", email="a@acme.example", now=1.0)
        await DirectoryStore(work).put_user(
            "usr_1", 1.0, user_name="A", folded_name="a", external_id=None, attributes="{}"
        )
        await DirectoryStore(work).put_group("grp_1", "g", 1.0)
    async with database.begin(other_scope) as work:
        providers, sign_ins = ProviderStore(work), SignInStore(work)
        directory = DirectoryStore(work)
        seen = [
            await providers.all(),
            await providers.get("idp_1"),
            await providers.only_way_of("usr_1"),
            await providers.delete("idp_1"),
            await sign_ins.take("s", "b", 2.0),
            await sign_ins.user_of("idp_1", "sub"),
            await sign_ins.of_user("usr_1"),
            await directory.users(),
            await directory.user("usr_1"),
            await directory.named("A"),
            await directory.groups(),
        ]
        await directory.forget_user("usr_1")
        await sign_ins.unlink("idp_1", "sub")
    async with database.begin(scope) as work:
        assert await ProviderStore(work).get("idp_1") == provider
        assert await ProviderStore(work).only_way_of("usr_1") == "Okta"
        assert await SignInStore(work).user_of("idp_1", "sub") == "usr_1"
        assert list(await DirectoryStore(work).users()) == ["usr_1"]
        taken = [await SignInStore(work).take("s", b, 2.0) for b in ("x", "b", "b")]

    assert not any(seen)
    assert [each is not None for each in taken] == [False, True, False]
