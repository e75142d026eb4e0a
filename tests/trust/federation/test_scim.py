"""SCIM over HTTP, by the examples of RFC 7644 and by what Okta and Entra ID send."""

from typing import Any

import httpx2
import pytest

from tests.trust.accounts.house import PASSWORD, House, enter

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def barbara(**more: Any) -> dict[str, Any]:
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": "bjensen@example.com",
        "externalId": "701984",
        "name": {
            "formatted": "Ms. Barbara J Jensen",
            "familyName": "Jensen",
            "givenName": "Barbara",
        },
        "displayName": "Babs Jensen",
        "title": "Tour Guide",
        "password": "t1meMa$heen",
        "emails": [
            {"value": "babs@home.example", "type": "home"},
            {"value": "bjensen@example.com", "type": "work", "primary": True},
        ],
        ENTERPRISE: {"department": "Tours", "manager": {"value": "26118915"}},
        **more,
    }


async def add(client: httpx2.AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/Users", json={"schemas": [USER], "userName": name, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def patch(client: httpx2.AsyncClient, path: str, *operations: dict[str, Any]):
    return await client.patch(path, json={"schemas": [PATCH], "Operations": list(operations)})


async def names(client: httpx2.AsyncClient, text: str, **more: Any) -> list[str]:
    answer = await client.get("/Users", params={"filter": text, **more})
    assert answer.status_code == 200, answer.text
    return [each["userName"] for each in answer.json()["Resources"]]


async def test_a_user_is_added_read_replaced_and_told_apart_by_version(
    directory: httpx2.AsyncClient,
):
    made = await directory.post("/Users", json=barbara())
    user = made.json()
    path = f"/Users/{user['id']}"
    again = await directory.post("/Users", json=barbara())
    read = await directory.get(path)
    unchanged = await directory.get(path, headers={"If-None-Match": read.headers["etag"]})
    moved = barbara(title="Guide", displayName="Barbara Jensen")
    replaced = await directory.put(path, json=moved, headers={"If-Match": read.headers["etag"]})
    stale = await directory.put(path, json=moved, headers={"If-Match": read.headers["etag"]})
    part = await directory.get(path, params={"attributes": "userName,name.familyName"})

    assert made.status_code == 201
    assert made.headers["content-type"].startswith("application/scim+json")
    assert made.headers["location"] == user["meta"]["location"]
    assert user["meta"]["location"].endswith(f"/api/v1/scim/v2/Users/{user['id']}")
    assert (user["active"], user["externalId"]) == (True, "701984")
    assert user[ENTERPRISE]["manager"]["value"] == "26118915"
    assert "password" not in user
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    assert again.json()["schemas"] == [ERROR]
    assert read.json() == user
    assert read.headers["etag"] == user["meta"]["version"]
    assert unchanged.status_code == 304
    assert (replaced.json()["title"], replaced.json()["displayName"]) == ("Guide", "Barbara Jensen")
    assert stale.status_code == 412
    assert part.json().keys() == {"schemas", "id", "meta", "userName", "name"}


async def test_users_are_found_sorted_and_paged(directory: httpx2.AsyncClient):
    for number, name in enumerate(("dora", "anna", "carl", "bert")):
        await add(
            directory,
            f"{name}@acme.example",
            externalId=f"Ext-{number}",
            title="Chief" if number % 2 else None,
        )
    await add(directory, "idle@acme.example", active=False)

    assert await names(directory, 'userName eq "ANNA@acme.example"') == ["anna@acme.example"]
    assert await names(directory, 'externalId eq "Ext-2"') == ["carl@acme.example"]
    assert await names(directory, 'externalId eq "ext-2"') == []
    assert await names(directory, "active eq false") == ["idle@acme.example"]
    assert await names(directory, 'userName sw "b" or userName co "dor"', sortBy="userName") == [
        "bert@acme.example",
        "dora@acme.example",
    ]
    assert await names(directory, 'title pr and not (userName eq "bert@acme.example")') == [
        "anna@acme.example"
    ]
    assert await names(
        directory, f'{USER}:userName ew "example" and title eq "chief"', sortBy="userName"
    ) == ["anna@acme.example", "bert@acme.example"]
    assert await names(directory, 'emails[type eq "work" and value co "@acme"] and active eq true')
    page = await directory.get(
        "/Users",
        params={
            "filter": 'userName co "@acme.example"',
            "sortBy": "userName",
            "sortOrder": "descending",
            "startIndex": 2,
            "count": 2,
        },
    )
    said = page.json()
    assert (said["totalResults"], said["startIndex"], said["itemsPerPage"]) == (5, 2, 2)
    assert [each["userName"][:4] for each in said["Resources"]] == ["dora", "carl"]
    empty = await directory.get("/Users", params={"count": 0})
    assert (empty.json()["totalResults"], empty.json()["Resources"]) == (6, [])
    searched = await directory.post(
        "/Users/.search", json={"filter": 'userName sw "carl"', "attributes": ["userName"]}
    )
    assert [each["userName"] for each in searched.json()["Resources"]] == ["carl@acme.example"]


@pytest.mark.parametrize(
    "text",
    [
        "userName",
        "userName eq anna",
        'userName is "anna"',
        'userName eq "anna" and',
        '(userName eq "anna"',
        'emails[type eq "work"',
        'userName eq "anna" "bert"',
        "active gt true",
        "(" * 50 + 'userName eq "a"' + ")" * 50,
        'userName eq "\\x"',
    ],
)
async def test_a_filter_that_can_not_be_read_is_said_so(directory: httpx2.AsyncClient, text: str):
    answer = await directory.get("/Users", params={"filter": text})

    assert (answer.status_code, answer.json().get("scimType")) == (400, "invalidFilter")


async def test_patches_change_parts_of_a_user(directory: httpx2.AsyncClient):
    user = (await directory.post("/Users", json=barbara())).json()
    path = f"/Users/{user['id']}"

    after = await patch(
        directory,
        path,
        {"op": "Replace", "path": "name.familyName", "value": "Smith"},
        {"op": "add", "value": {"nickName": "Babs", "externalId": "9"}},
        {"op": "replace", "path": 'emails[type eq "home"].value', "value": "b@home.example"},
        {"op": "add", "path": 'phoneNumbers[type eq "work"].value', "value": "555"},
        {"op": "remove", "path": "title"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Sales"},
    )
    said = after.json()
    assert after.status_code == 200, after.text
    assert said["name"]["familyName"] == "Smith"
    assert (said["nickName"], said["externalId"]) == ("Babs", "9")
    assert {each["value"] for each in said["emails"]} == {"b@home.example", "bjensen@example.com"}
    assert said["phoneNumbers"] == [{"type": "work", "value": "555"}]
    assert "title" not in said
    assert said[ENTERPRISE] == {"department": "Sales", "manager": {"value": "26118915"}}

    emails = await patch(directory, path, {"op": "remove", "path": 'emails[type eq "home"]'})
    assert [each["type"] for each in emails.json()["emails"]] == ["work"]
    for operation, kind in (
        ({"op": "move", "path": "title"}, "invalidSyntax"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": "na me", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "usr_other"}, "invalidValue"),
        ({"op": "replace", "path": 'emails[type co "x"].value', "value": "x"}, "noTarget"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ):
        refused = await patch(directory, path, {"op": "remove", "path": "nickName"}, operation)
        assert (refused.status_code, refused.json()["scimType"]) == (400, kind), operation
    assert (await directory.get(path)).json()["nickName"] == "Babs"  # all of a patch, or nothing


async def test_whoever_is_made_inactive_is_out_at_once_and_can_come_back(
    house: House, modest: httpx2.AsyncClient
):
    user_id = await house.add("anna@acme.example", "builder")
    async with house.signed_in("anna@acme.example") as anna:
        before = await anna.get("/api/v1/me")
        off = await patch(
            modest, f"/Users/{user_id}", {"op": "Replace", "path": "active", "value": "False"}
        )
        after = await anna.get("/api/v1/me")
        refused = await enter(anna, "anna@acme.example")
        on = await patch(modest, f"/Users/{user_id}", {"op": "replace", "value": {"active": True}})
        back = await enter(anna, "anna@acme.example")

    assert (before.status_code, after.status_code, refused.status_code) == (200, 401, 401)
    assert (off.json()["active"], on.json()["active"]) == (False, True)
    assert back.json()["status"] == "signed_in"


async def test_whoever_is_deleted_is_suspended_and_is_the_same_if_added_again(
    house: House, directory: httpx2.AsyncClient
):
    user = await add(directory, "anna@acme.example")
    path = f"/Users/{user['id']}"
    gone = await directory.delete(path)
    read, twice = await directory.get(path), await directory.delete(path)
    listed = await names(directory, 'userName eq "anna@acme.example"')
    async with house.owner() as owner:
        kept = (await owner.get(f"/api/v1/members/{user['id']}")).json()
    again = await add(directory, "anna@acme.example")

    assert (gone.status_code, read.status_code, twice.status_code) == (204, 404, 404)
    assert read.json()["schemas"] == [ERROR]
    assert listed == []
    assert kept["status"] == "suspended"
    assert (again["id"], again["active"]) == (user["id"], True)


async def test_groups_keep_who_is_in_them(house: House, directory: httpx2.AsyncClient):
    people = [await add(directory, f"{name}@acme.example") for name in ("anna", "bert", "carl")]
    ids = [each["id"] for each in people]
    body = {"schemas": [GROUP], "displayName": "Tour Guides", "externalId": "g1"}
    made = await directory.post("/Groups", json={**body, "members": [{"value": ids[0]}]})
    path = f"/Groups/{made.json()['id']}"

    async def members(answer: httpx2.Response) -> list[str]:
        assert answer.status_code == 200, answer.text
        return [each["value"] for each in answer.json()["members"]]

    added = await patch(
        directory,
        path,
        {"op": "add", "path": "members", "value": [{"value": ids[1]}, {"value": ids[0]}]},
    )
    assert await members(added) == [ids[0], ids[1]]
    removed = await patch(
        directory, path, {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
    )
    assert await members(removed) == [ids[1]]
    by_value = await patch(
        directory, path, {"op": "Remove", "path": "members", "value": [{"value": ids[1]}]}
    )
    assert await members(by_value) == []
    renamed = await directory.put(
        path, json={**body, "displayName": "Guides", "members": [{"value": each} for each in ids]}
    )
    assert (renamed.json()["displayName"], await members(renamed)) == ("Guides", ids)
    found = await directory.get(
        "/Groups", params={"filter": 'displayName eq "guides"', "excludedAttributes": "members"}
    )
    assert "members" not in found.json()["Resources"][0]
    by_member = await directory.get("/Groups", params={"filter": f'members.value eq "{ids[2]}"'})
    assert by_member.json()["totalResults"] == 1
    unknown = await patch(
        directory, path, {"op": "add", "path": "members", "value": [{"value": "usr_nobody"}]}
    )
    assert (unknown.status_code, unknown.json()["scimType"]) == (400, "invalidValue")
    twin = await directory.post("/Groups", json={"displayName": "Guides"})
    assert (twin.status_code, twin.json()["scimType"]) == (409, "uniqueness")
    cleared = await patch(directory, path, {"op": "remove", "path": "members"})
    assert await members(cleared) == []
    assert (await directory.delete(path)).status_code == 204
    assert (await directory.get(path)).status_code == 404
    async with house.owner() as owner:
        assert (await owner.get("/api/v1/groups")).json()["items"] == []


async def test_a_directory_gives_nothing_that_its_key_does_not_have(
    house: House, modest: httpx2.AsyncClient
):
    builder = await house.add("bea@acme.example", "builder")
    user = await add(modest, "anna@acme.example")
    async with house.owner() as owner:
        group = (await owner.post("/api/v1/groups", json={"name": "Builders"})).json()["id"]
        given = {"subject": {"kind": "group", "id": group}, "role": "builder"}
        await owner.post("/api/v1/role-bindings", json=given)
        me = (await owner.get("/api/v1/me")).json()["user"]["id"]

    joined = await patch(
        modest,
        f"/Groups/{group}",
        {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
    )
    taken_over = await patch(
        modest,
        f"/Users/{builder}",
        {"op": "replace", "path": "userName", "value": "evil@evil.example"},
        {"op": "replace", "path": "emails", "value": [{"value": "evil@evil.example"}]},
    )
    renamed = await patch(
        modest, f"/Users/{builder}", {"op": "replace", "path": "displayName", "value": "Bea B"}
    )
    last_owner = await modest.delete(f"/Users/{me}")

    assert (joined.status_code, joined.json()["schemas"]) == (403, [ERROR])
    assert taken_over.status_code == 403
    assert (renamed.status_code, renamed.json()["displayName"]) == (200, "Bea B")
    assert last_owner.status_code == 409
    async with house.anybody() as anybody:
        assert (await enter(anybody, "bea@acme.example", PASSWORD)).json()["status"] == "signed_in"


async def test_only_a_key_that_may_change_members_is_a_directory(house: House):
    async with house.anybody() as anybody:
        nobody = await anybody.get("/api/v1/scim/v2/Users")
    await house.add("anna@acme.example", "operator")
    async with house.signed_in("anna@acme.example") as anna:
        refused = await anna.get("/api/v1/scim/v2/Users")
        config = await anna.get("/api/v1/scim/v2/ServiceProviderConfig")

    assert nobody.status_code == 401
    assert (refused.status_code, refused.json()["status"]) == (403, "403")
    assert config.status_code == 403


async def test_it_says_what_it_can(directory: httpx2.AsyncClient):
    config = (await directory.get("/ServiceProviderConfig")).json()
    types = (await directory.get("/ResourceTypes")).json()
    user_type = (await directory.get("/ResourceTypes/User")).json()
    schemas = (await directory.get("/Schemas")).json()
    user = (await directory.get(f"/Schemas/{USER}")).json()
    unknown = await directory.get("/Schemas/urn:nothing")

    assert config["patch"]["supported"]
    assert not config["bulk"]["supported"]
    assert [each["endpoint"] for each in types["Resources"]] == ["/Users", "/Groups"]
    assert user_type["schemaExtensions"] == [{"schema": ENTERPRISE, "required": False}]
    assert {each["id"] for each in schemas["Resources"]} == {USER, GROUP, ENTERPRISE}
    assert user["attributes"][0]["name"] == "userName"
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"userName": ""},
        {"userName": "no address"},
        {"userName": "anna", "emails": [{"value": "\uff41nna@acme.example"}]},
        {"userName": "a@b.example", "active": 3},
        {"userName": "a@b.example", "emails": "a@b.example"},
        {"userName": ["a@b.example"]},
        {"userName": "a@b.example", "name": "Anna"},
        {"userName": "a@b.example", "title": "x" * 70_000},
        ["a@b.example"],
    ],
)
async def test_what_is_no_user_is_refused_in_scims_own_shape(
    directory: httpx2.AsyncClient, body: Any
):
    answer = await directory.post("/Users", json=body)

    assert (answer.status_code, answer.json()["schemas"]) == (400, [ERROR])
