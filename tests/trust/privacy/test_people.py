"""Exports and erasures of people in a whole installation, on each kind of database."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx2

from cadre.app.local import OWNER_SCOPE
from cadre.engine.approvals import Approvals, exact_call
from cadre.kernel.ids import RunId
from tests.trust.privacy.conftest import Installation, client_of, finished, ok, over, talk


async def erase(house: Installation, person: str, by: httpx2.AsyncClient | None = None) -> Any:
    client = by or house.owner
    begun = await ok(client.post(f"/data/people/{person}/erase", json={"confirm": person}))
    job = await finished(client, begun)
    assert job["state"] == "done", job
    return {room["room"]: room for room in job["result"]}


def files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


async def test_what_somebody_began_goes_with_all_that_came_of_it(installation: Installation):
    """Also children, copies that others made, what others said in it, and runs of their keys."""
    house, owner = installation, installation.owner
    ann, ann_id = await house.member("Ann", "builder")
    mine = await talk(ann, "I am Ann")
    said = await talk(owner, "I am the owner, in Ann's conversation", mine["session_id"])
    others = await talk(owner, "The owner's own")
    hers = await talk(ann, "Ann in the owner's conversation", others["session_id"])
    forked = await ok(owner.post(f"/runs/{mine['id']}/fork", json={"at_seq": 0}))
    await over(owner, forked["id"])
    key = await ok(ann.post("/keys", json={"name": "Ann's laptop"}))
    async with client_of(house.app) as program:
        program.headers["Authorization"] = f"Bearer {key['key']}"
        by_key = await over(program, (await ok(program.post("/runs", json={"text": "hi"})))["id"])
    call = exact_call("send", {"to": "ann-secret"})
    for run in (mine, others):
        await house.service(Approvals).request(
            OWNER_SCOPE, run_id=RunId(run["id"]), agent="a", key="k", call=call, reason="r"
        )

    result = await erase(house, ann_id)

    for gone in (mine, said, hers, forked, by_key):
        assert (await owner.get(f"/runs/{gone['id']}")).status_code == 404
    assert (await owner.get(f"/conversations/{mine['session_id']}")).status_code == 404
    assert (await ok(owner.get(f"/runs/{others['id']}")))["status"] == "done"
    left = await house.rows("select distinct run_id from run_events")
    assert left == [(others["id"],)]
    asked = await house.rows("select run_id from approvals")
    assert asked == [(others["id"],)]
    assert await house.rows("select count(*) from api_keys where user_id = :id", id=ann_id) == [
        (0,)
    ]
    assert not (house.home / "workspaces" / mine["session_id"]).exists()
    assert not (house.home / "workspaces" / by_key["id"]).exists()
    assert result["conversations"]["deleted"] >= 1
    assert result["account"]["deleted"] >= 1


async def test_money_stays_and_says_only_an_id(installation: Installation):
    ann, ann_id = await installation.member("Ann")
    await talk(ann, "hello")
    total = "select count(*) from usage_calls where user_id = :id"
    before = await installation.rows(total, id=ann_id)

    result = await erase(installation, ann_id)

    assert await installation.rows(total, id=ann_id) == before != [(0,)]
    assert "bills" in result["usage"]["stays"]
    summary = await ok(installation.owner.get("/usage/breakdown?by=user"))
    assert ann_id in {share["name"] for share in summary["items"]}


async def test_a_name_that_others_have_too_is_left_where_it_is(installation: Installation):
    """Nobody can tell whose it is, so it is nobody's to remove."""
    owner = installation.owner
    ann, ann_id = await installation.member("Ann", "builder")
    await ok(
        owner.post("/members", json={"email": "b@acme.example", "name": "Ann", "role": "user"})
    )
    agent = "name: helper\ndescription: d\ninstructions: Help.\ntools: [list_files]\n"
    await ok(ann.put("/agents/helper", json={"yaml": agent}))

    await erase(installation, ann_id)

    assert await installation.rows("select created_by from agents") == [("Ann",)]


async def test_a_name_that_others_once_had_is_left_where_it_is(installation: Installation):
    """The owner was called so when they made the agent, and is not any more."""
    owner = installation.owner
    await ok(owner.patch("/account", json={"name": "Kim"}))
    agent = "name: helper\ndescription: d\ninstructions: Help.\ntools: [list_files]\n"
    await ok(owner.put("/agents/helper", json={"yaml": agent}))
    await ok(owner.patch("/account", json={"name": "Robin"}))
    _, kim_id = await installation.member("Kim")

    await erase(installation, kim_id)

    assert await installation.rows("select created_by from agents") == [("Kim",)]


async def test_content_that_others_have_too_stays(installation: Installation):
    house = installation
    (ann, ann_id), (bob, _) = await house.member("Ann"), await house.member("Bob")
    for client, name in ((ann, "ann.txt"), (bob, "bob.txt")):
        made = await ok(client.post("/conversations", json={}))
        for content, title in ((b"the same in both", "same.txt"), (name.encode() * 9, name)):
            path = f"/conversations/{made['id']}/files"
            await ok(client.post(path, files={"file": (title, content)}))
        await talk(client, "List my files.", made["id"])
    before = files_below(house.home / "blobs")

    result = await erase(house, ann_id)

    texts = [p.read_bytes() for p in (house.home / "blobs").rglob("*") if p.is_file()]
    assert any(text == b"the same in both" for text in texts)
    assert not any(b"ann.txt" in text for text in texts)
    assert any(b"bob.txt" in text for text in texts)
    assert 0 < result["files"]["deleted"] <= len(before)


async def test_the_last_owner_and_whoever_may_more_cant_be_erased(installation: Installation):
    owner = installation.owner
    me = (await ok(owner.get("/me")))["user"]["id"]
    admin, admin_id = await installation.member("Ada", "admin")

    last = await owner.post(f"/data/people/{me}/erase", json={"confirm": me})
    above = await admin.post(f"/data/people/{me}/erase", json={"confirm": me})
    unsaid = await owner.post(f"/data/people/{admin_id}/erase", json={"confirm": "yes"})
    nobody = await owner.post("/data/people/usr_nobody/erase", json={"confirm": "usr_nobody"})

    assert (last.status_code, last.json()["code"]) == (409, "last_owner")
    assert "Make somebody else an owner first" in last.json()["detail"]
    assert (above.status_code, above.json()["code"]) == (403, "outranked")
    assert (unsaid.status_code, unsaid.json()["field"]) == (422, "confirm")
    assert nobody.status_code == 404
    assert await installation.rows("select count(*) from data_jobs") == [(0,)]
    await ok(admin.get("/me"))
    await ok(owner.get("/me"))


async def test_whoever_only_was_invited_can_be_erased_too(installation: Installation):
    wanted = {"email": "late@acme.example", "name": "Late", "role": "user"}
    invited = await ok(installation.owner.post("/members", json=wanted))

    await erase(installation, invited["member"]["id"])

    assert await installation.rows("select count(*) from account_tokens") == [(0,)]
    again = await installation.owner.post("/members", json=wanted)
    assert again.status_code == 201


async def test_what_a_former_member_left_can_be_exported_and_erased(installation: Installation):
    owner = installation.owner
    ann, ann_id = await installation.member("Ann")
    run = await talk(ann, "what Ann left")
    await ok(owner.delete(f"/members/{ann_id}"))

    job = await finished(owner, await ok(owner.post(f"/data/people/{ann_id}/export")))
    archive = await owner.get(f"/data/jobs/{job['id']}/archive")
    await erase(installation, ann_id)

    with zipfile.ZipFile(io.BytesIO(archive.content)) as content:
        assert b"what Ann left" in content.read("conversations.jsonl")
    assert (await owner.get(f"/runs/{run['id']}")).status_code == 404
    assert await installation.rows("select count(*) from conversations") == [(0,)]


async def test_everybody_takes_their_own_data_and_nobody_elses(installation: Installation):
    (ann, ann_id), (bob, _) = await installation.member("Ann"), await installation.member("Bob")
    await talk(ann, "Ann said this")
    begun = await ok(ann.post("/account/exports"))
    job = await finished(installation.owner, begun)
    others = await ok(installation.owner.post(f"/data/people/{ann_id}/export"))
    await finished(installation.owner, others)

    archive = await ann.get(f"/account/exports/{job['id']}/archive")
    refused = [
        await bob.get(f"/account/exports/{job['id']}"),
        await bob.get(f"/account/exports/{job['id']}/archive"),
        await ann.get(f"/account/exports/{others['id']}"),
        await ann.post("/account/exports", headers={"Authorization": "Bearer ck_no_key"}),
        await bob.get(f"/data/jobs/{job['id']}/archive"),
    ]

    assert archive.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as content:
        about = json.loads(content.read("person.json"))
        conversations = content.read("conversations.jsonl").decode()
    assert (about["id"], about["email"]) == (ann_id, "ann@acme.example")
    assert "Ann said this" in conversations
    assert [answer.status_code for answer in refused] == [404, 404, 404, 401, 403]
    assert len((await ok(ann.get("/account/exports")))["items"]) == 1
    assert (await ok(bob.get("/account/exports")))["items"] == []


async def test_what_others_said_in_a_conversation_is_not_exported(installation: Installation):
    ann, ann_id = await installation.member("Ann")
    run = await talk(ann, "Ann asks")
    await talk(installation.owner, "the owner's words", run["session_id"])

    begun = await ok(installation.owner.post(f"/data/people/{ann_id}/export"))
    job = await finished(installation.owner, begun)
    archive = await installation.owner.get(f"/data/jobs/{job['id']}/archive")

    with zipfile.ZipFile(io.BytesIO(archive.content)) as content:
        everything = "".join(
            content.read(name).decode(errors="replace") for name in content.namelist()
        )
        (line,) = content.read("conversations.jsonl").splitlines()
    who = [message["from"] for message in json.loads(line)["values"]["messages"]]
    assert who == ["person", "assistant", "somebody else"]
    assert "the owner's words" not in everything
    assert "argon2" not in everything


async def test_an_erasure_takes_the_archives_of_before(installation: Installation):
    ann, ann_id = await installation.member("Ann")
    job = await finished(installation.owner, await ok(ann.post("/account/exports")))
    archive = installation.home / "exports" / f"{job['id']}.zip"
    assert archive.exists()

    await erase(installation, ann_id)

    assert not archive.exists()
    gone = await installation.owner.get(f"/data/jobs/{job['id']}/archive")
    assert gone.status_code == 404
    details = await installation.rows("select details from data_jobs")
    assert {row[0] for row in details} == {"{}"}


async def test_the_log_is_whole_and_names_no_address(installation: Installation):
    _, ann_id = await installation.member("Ann")

    await erase(installation, ann_id)

    assert (await ok(installation.owner.get("/audit/verify")))["ok"] is True
    events = await installation.rows("select * from audit_events")
    assert "ann@acme.example" not in str(events)
    assert f"user:{ann_id}" in str(events) or ann_id in str(events)
