"""On a real server: who asks too often waits, and is told how long."""

import asyncio
from collections import Counter

from tests.doors.server import Server

DEEP = "[" * 101 + "]" * 101


async def test_every_answer_says_what_is_left(server: Server):
    async with server.signed_in() as client:
        first = (await client.get("/api/v1/me")).headers
        second = (await client.get("/api/v1/me")).headers

    assert int(first["RateLimit-Limit"]) == 3_000
    assert int(second["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1
    assert 0 < int(first["RateLimit-Reset"]) <= 60
    assert first["RateLimit-Policy"] == "3000;w=60"


async def test_a_rule_of_the_org_counts_at_once_and_until_it_is_deleted(server: Server):
    async with server.signed_in() as client:
        rule = "/api/v1/limits/user/reads"
        put = await client.put(rule, json={"requests": 3, "seconds": 3_600})
        answers = [await client.get("/api/v1/runs") for _ in range(5)]
        deleted = await client.delete(rule)
        after = await client.get("/api/v1/runs")
        refusals = (await client.get("/api/v1/audit", params={"result": "refused"})).json()

    assert (put.status_code, put.json()["is_default"]) == (200, False)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    problem = answers[3].json()
    assert (problem["code"], problem["status"]) == ("rate_limited", 429)
    assert int(answers[3].headers["Retry-After"]) > 0
    assert answers[3].headers["RateLimit-Remaining"] == "0"
    assert (deleted.status_code, after.status_code) == (204, 200)
    assert Counter(e["details"]["code"] for e in refusals["items"]) == {"rate_limited": 2}


async def test_one_key_can_be_limited_by_itself(server: Server):
    async with server.signed_in() as client:
        pair = [(await client.post("/api/v1/keys", json={"name": n})).json() for n in "ab"]
        await client.put(
            f"/api/v1/limits/key:{pair[0]['id']}/reads", json={"requests": 1, "seconds": 3_600}
        )
    counts: list[list[int]] = []
    async with server.anybody() as program:
        for key in pair:
            headers = {"Authorization": f"Bearer {key['key']}"}
            answers = [await program.get("/api/v1/runs", headers=headers) for _ in range(3)]
            counts.append([answer.status_code for answer in answers])

    assert counts == [[200, 429, 429], [200, 200, 200]]


async def test_signing_in_is_limited_by_address(server: Server):
    async with server.anybody() as stranger:
        answers = await asyncio.gather(
            *(stranger.post("/api/v1/session", json={"token": f"no {n}"}) for n in range(40))
        )
        health = await stranger.get("/api/v1/health")

    codes = Counter(answer.json()["code"] for answer in answers)
    assert codes["rate_limited"] >= 9
    assert codes["sign_in_link_used"] + codes["rate_limited"] + codes["too_many_attempts"] == 40
    assert health.status_code == 200


async def test_what_counts_now_is_shown(server: Server):
    async with server.signed_in() as client:
        for _ in range(5):
            await client.get("/api/v1/runs")
        usage = (await client.get("/api/v1/limits/usage")).json()
        rules = (await client.get("/api/v1/limits")).json()["items"]

    used = {(each["subject"].partition(":")[0], each["endpoints"]): each for each in usage["items"]}
    assert used["user", "reads"]["used"] >= 5
    assert used["org", "reads"]["requests"] == 60_000
    assert all(rule["is_default"] for rule in rules)


async def test_a_rule_that_makes_no_sense_is_refused(server: Server):
    async with server.signed_in() as client:
        rule = {"requests": 1, "seconds": 60}
        wrong = [
            await client.put("/api/v1/limits/planet/reads", json=rule),
            await client.put("/api/v1/limits/key/telepathy", json=rule),
            await client.put("/api/v1/limits/key/reads", json={"requests": -1}),
            await client.put("/api/v1/limits/key/reads", json={"requests": 1, "secnods": 2}),
            await client.delete("/api/v1/limits/key/reads"),
        ]

    assert [answer.status_code for answer in wrong] == [422, 422, 422, 422, 404]
    assert [answer.json().get("field") for answer in wrong[:4]] == [
        "subject",
        "endpoints",
        "requests",
        "secnods",
    ]


async def test_json_that_is_nested_too_deep_is_refused(server: Server):
    async with server.signed_in() as client:
        client.headers["Content-Type"] = "application/json"
        path = "/api/v1/keys"
        deep = await client.post(path, content=DEEP)
        in_a_string = await client.post(path, content=f'{{"name": "{DEEP[:90]}\\"["}}')
        wide = await client.post(path, content="[" + "[]," * 5_000 + "[]]")
        broken = await client.post(path, content="[" * 50)

    assert (deep.status_code, "100 deep" in deep.json()["detail"]) == (400, True)
    assert in_a_string.status_code in {201, 422}  # read, whatever is made of it
    assert (wide.status_code, wide.json()["code"]) == (422, "invalid")
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_json")
