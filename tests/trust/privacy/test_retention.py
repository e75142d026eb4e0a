"""How long data is kept: days by class, what a change would delete, holds, and one at a time."""

import asyncio
import time
from typing import Any

import pytest

from cadre.app.local import OWNER_SCOPE
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_ORG
from cadre.trust.privacy import OnHold, PrivacyJobs, Retention
from tests.trust.privacy.conftest import Installation, ok, talk

DAY = 86_400.0
ELSEWHERE = OrgId("org_elsewhere")  # which the installation's own round passes by


def of(state: Any, key: str) -> Any:
    return next(item for item in state["items"] if item["key"] == key)


async def age(house: Installation, days: float) -> None:
    """Let everything that is there have happened so many days before."""
    seconds = days * DAY
    for table, column in (
        ("runs", "ended_at"),
        ("conversations", "updated_at"),
        ("usage_calls", "at"),
        ("policy_decisions", "at"),
        ("sign_in_failures", "last_at"),
    ):
        await house.change(f"update {table} set {column} = {column} - :s", s=seconds)


async def test_every_class_says_how_long_it_is_kept_and_what_there_is(installation: Installation):
    await talk(installation.owner, "hello")

    state = await ok(installation.owner.get("/data/retention"))

    days = {item["key"]: (item["days"], item["is_default"]) for item in state["items"]}
    assert days == {
        "conversations": (None, True),
        "runs": (90, True),
        "approvals": (365, True),
        "decisions": (90, True),
        "usage": (90, True),
        "model-health": (30, True),
        "sign-ins": (90, True),
        "audit": (730, True),
    }
    assert (of(state, "runs")["rows"], of(state, "conversations")["rows"]) == (1, 1)
    assert time.time() - of(state, "runs")["oldest"] < 600
    assert state["hold"] is None


async def test_a_change_is_tried_then_made_then_applied(installation: Installation):
    owner = installation.owner
    run = await talk(owner, "hello")
    await age(installation, 40)

    wanted = {"days": {"runs": 30, "usage": 50}}
    tried = await ok(owner.put("/data/retention", json={**wanted, "dry_run": True}))
    untouched = await ok(owner.get("/data/retention"))
    made = await ok(owner.put("/data/retention", json=wanted))
    applied = await ok(owner.post("/data/retention/apply"))

    assert of(tried, "runs")["would_delete"] == 1
    assert of(tried, "usage")["would_delete"] == 0
    assert of(tried, "audit")["would_delete"] is None
    assert of(untouched, "runs")["days"] == 90
    assert (of(made, "runs")["days"], of(made, "runs")["is_default"]) == (30, False)
    assert (applied["finished"], applied["deleted"]["runs"], applied["deleted"]["usage"]) == (
        True,
        1,
        0,
    )
    assert (await owner.get(f"/runs/{run['id']}")).status_code == 404
    after = await ok(owner.get("/data/retention"))
    assert after["deleted"]["runs"] == 1
    assert after["applied_at"] is not None
    assert await installation.rows("select count(*) from run_events") == [(0,)]


async def test_the_older_routes_set_the_same_days(installation: Installation):
    owner = installation.owner

    await ok(owner.put("/usage/retention", json={"days": 11}))
    await ok(owner.put("/retention/runs", json={"kind": "*", "days": 12}))
    state = await ok(owner.get("/data/retention"))
    await ok(owner.put("/data/retention", json={"days": {"usage": 13, "runs": "default"}}))

    assert (of(state, "usage")["days"], of(state, "runs")["days"]) == (11, 12)
    assert await ok(owner.get("/usage/retention")) == {"days": 13}
    assert (await ok(owner.get("/retention/runs")))["items"] == [{"kind": "*", "days": 90}]


async def test_old_conversations_go_with_messages_and_files(installation: Installation):
    owner = installation.owner
    old, young = await talk(owner, "old"), await talk(owner, "young")
    folder = installation.home / "workspaces" / old["session_id"]
    await installation.change(
        "update conversations set updated_at = 1 where id = :id", id=old["session_id"]
    )

    await ok(owner.put("/data/retention", json={"days": {"conversations": 365}}))
    applied = await ok(owner.post("/data/retention/apply"))

    assert applied["deleted"]["conversations"] == 1
    assert (await owner.get(f"/conversations/{old['session_id']}")).status_code == 404
    assert (await owner.get(f"/runs/{old['id']}")).status_code == 404
    assert not folder.exists()
    await ok(owner.get(f"/runs/{young['id']}"))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"nonsense": 3}, "no class"),
        ({"audit": 7}, "30 to"),
        ({"runs": "forever"}, "at most"),
        ({"usage": 4000}, "1 to 3650"),
        ({"runs": 0}, ""),
        ({"runs": -1}, ""),
        ({"runs": "soon"}, ""),
    ],
)
async def test_days_that_make_no_sense_are_refused(
    installation: Installation, days: dict[str, Any], said: str
):
    refused = await installation.owner.put("/data/retention", json={"days": days})

    assert refused.status_code == 422
    assert said in refused.text
    assert await installation.rows("select count(*) from retention_rules") == [(0,)]


async def test_a_hold_keeps_everything_until_it_is_lifted(installation: Installation):
    owner = installation.owner
    run = await talk(owner, "evidence")
    _, somebody = await installation.member("Ann")
    await age(installation, 400)

    hold = await ok(owner.put("/data/hold", json={"reason": "Acme against Globex."}))
    refused = await owner.post("/data/retention/apply")
    erased = await owner.post(f"/data/people/{somebody}/erase", json={"confirm": somebody})
    talks = (await ok(owner.get("/conversations")))["items"]
    forgotten = await owner.delete(f"/conversations/{talks[0]['id']}")
    assert await installation.service(PrivacyJobs).apply_all() == 0
    with pytest.raises(OnHold):
        await installation.service(Retention).apply(DEFAULT_ORG, due=time.time(), seconds=None)

    assert hold["reason"] == "Acme against Globex."
    for answer in (refused, erased, forgotten):
        assert (answer.status_code, answer.json()["code"]) == (409, "legal_hold")
        assert "Acme against Globex" in answer.json()["detail"]
    await ok(owner.get(f"/runs/{run['id']}"))

    await ok(owner.delete("/data/hold"))
    assert (await ok(owner.post("/data/retention/apply")))["deleted"]["runs"] == 1


async def test_two_processes_never_apply_the_days_of_an_org_together(installation: Installation):
    retention: Retention = installation.service(Retention)
    now = time.time()

    applied = await asyncio.gather(
        *[retention.apply(ELSEWHERE, due=now, seconds=None) for _ in range(4)]
    )

    assert sum(each is not None for each in applied) == 1


async def test_a_round_that_died_is_taken_up_when_its_lease_is_over(installation: Installation):
    retention: Retention = installation.service(Retention)
    await retention.apply(ELSEWHERE, due=time.time(), seconds=None)
    until = time.time() + 60
    await installation.change(
        "update retention_rounds set lease_until = :u, applied_at = 0", u=until
    )
    assert await retention.apply(ELSEWHERE, due=time.time(), seconds=None) is None

    await installation.change("update retention_rounds set lease_until = 1")

    assert await retention.apply(ELSEWHERE, due=time.time(), seconds=None) is not None


async def test_the_audit_log_is_shortened_and_still_proved(installation: Installation):
    owner = installation.owner
    for _ in range(5):
        await ok(owner.post("/conversations", json={}))
    ends = await installation.rows("select max(seq) from audit_events")
    audit = installation.service(Retention).retained["audit"]
    async with installation.database.begin(OWNER_SCOPE) as work:
        in_three_days = time.time() + 3 * DAY
        gone = await audit.expire(work, in_three_days, 3)
        assert (await audit.expire(work, time.time() + DAY / 2, 3)).rows == 0

    assert gone.rows == 3
    assert (await ok(owner.get("/audit/verify")))["ok"] is True
    left = await installation.rows("select min(seq), max(seq) from audit_events")
    assert left[0][0] == 4
    assert left[0][1] >= ends[0][0]


async def test_whoever_may_not_sees_and_changes_nothing(installation: Installation):
    client, _ = await installation.member("Ann", "operator")

    answers = [
        await client.get("/data/retention"),
        await client.put("/data/retention", json={"days": {"runs": 1}}),
        await client.post("/data/retention/apply"),
        await client.put("/data/hold", json={"reason": "because"}),
        await client.delete("/data/hold"),
        await client.get("/data/jobs"),
    ]

    assert {answer.status_code for answer in answers} == {403}
