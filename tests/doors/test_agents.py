"""Agents through the HTTP door: written, checked, read back."""

import pytest

from tests.doors.server import Server

GOOD = """# kept as it is written
name: bookkeeper
instructions: Check the invoices.
tools: [read_file,   sql]
"""


async def test_a_definition_comes_back_byte_for_byte(server: Server):
    async with server.signed_in() as client:
        saved = await client.put("/api/v1/agents/bookkeeper", json={"yaml": GOOD})
        read = await client.get("/api/v1/agents/bookkeeper")

    assert saved.status_code == 200
    assert read.json()["yaml"] == GOOD
    assert read.json()["version"] == 1


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (GOOD.replace("sql", "sqll"), "tools[1]"),
        (GOOD + "limits: {steps: many}\n", "limits.steps"),
        (GOOD + "colour: red\n", "colour"),
        ("name: [", "yaml"),
    ],
)
async def test_a_faulty_definition_is_named_and_nothing_is_kept(
    server: Server, text: str, field: str
):
    async with server.signed_in() as client:
        checked = await client.post("/api/v1/agents/check", json={"yaml": text})
        saved = await client.put("/api/v1/agents/bookkeeper", json={"yaml": text})
        good = await client.post("/api/v1/agents/check", json={"yaml": GOOD})
        listed = await client.get("/api/v1/agents")

    assert (checked.status_code, saved.status_code, good.status_code) == (422, 422, 204)
    assert checked.json()["field"] == field
    assert checked.json()["detail"] == saved.json()["detail"]
    assert "bookkeeper" not in {agent["name"] for agent in listed.json()["items"]}
