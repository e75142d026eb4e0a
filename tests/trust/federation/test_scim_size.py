"""A directory of thousands: what is asked of the database does not grow with the people in it."""

import httpx2
from sqlalchemy import insert

from cadre.trust.accounts.tables import users
from tests.trust.accounts.house import HOME, House
from tests.trust.counting import statements_about
from tests.trust.federation.test_scim import ERROR, GROUP, patch

_SLACK = 6  # a thousand ids go in one statement


async def with_people(house: House, count: int) -> list[str]:
    """That many more people in the org."""
    ids = [f"usr_m{count}x{number}" for number in range(count)]
    rows = [{"id": each, "org_id": HOME.org, "name": "M", "created_at": 1.0} for each in ids]
    async with house.database.begin(HOME) as work:
        await work.connection.execute(insert(users), rows)
    return ids


async def group_of(client: httpx2.AsyncClient, name: str, people: list[str]) -> str:
    members = [{"value": user_id} for user_id in people]
    body = {"schemas": [GROUP], "displayName": name, "members": members}
    answer = await client.post("/Groups", json=body)
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["members"]) == len(people)
    return answer.json()["id"]


async def test_a_group_of_thousands_takes_as_many_statements_as_a_small_one(
    house: House, directory: httpx2.AsyncClient
):
    few, many = await with_people(house, 3), await with_people(house, 2500)
    counts: list[int] = []
    for name, people in (("few", few), ("many", many)):
        with statements_about() as sent:
            group = await group_of(directory, name, people)
            joined = await patch(
                directory,
                f"/Groups/{group}",
                {"op": "remove", "path": f'members[value eq "{people[0]}"]'},
                {"op": "add", "path": "members", "value": [{"value": (few + many)[-1]}]},
            )
        assert joined.status_code == 200, joined.text
        counts.append(len(sent))

    assert counts[1] <= counts[0] + 5 * _SLACK


async def test_adding_one_to_a_group_reads_neither_the_org_nor_other_groups(
    house: House, directory: httpx2.AsyncClient
):
    people = await with_people(house, 5)
    await group_of(directory, "other", people)
    group = await group_of(directory, "mine", [])
    async with house.owner() as owner:
        await owner.get("/api/v1/groups")
        with statements_about("group_members", "FROM users") as sent:
            added = await owner.put(f"/api/v1/groups/{group}/members/user/{people[0]}")

    assert added.status_code == 200, added.text
    assert [each["id"] for each in added.json()["members"]] == [people[0]]
    for statement in sent:
        narrowed = ("group_id = ", "member_id = ", "users.id ", "INSERT")
        assert any(each in statement for each in narrowed), statement


async def test_who_is_not_known_is_told_so_in_scims_words(house: House):
    async with house.anybody("http://cadre.example") as nobody:
        answers = [
            await nobody.get("/api/v1/scim/v2/Users"),
            await nobody.post("/api/v1/scim/v2/Groups", json={}),
        ]
        elsewhere = await nobody.get("/api/v1/members")

    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/scim+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        said = answer.json()
        assert (said["schemas"], said["status"]) == ([ERROR], "401")
        assert "Sign in" in said["detail"]
    assert elsewhere.headers["content-type"] == "application/problem+json"
