"""The description is true: whatever is asked, what comes back is in it, and is never a fault of ours.

By hand with more and other data: FUZZ_EXAMPLES=100 FUZZ_SEED=1.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.doors.openapi.examining import EXAMPLES, ONLY, Examiner, Known
from tests.doors.openapi.seeds import Seeds
from tests.doors.server import Server

# Not asked at all, and why.
LEFT_OUT = {
    "GET /api/v1/conversations/{conversation_id}/stream": "never ends; see test_streams.py",
    "GET /api/v1/runs/{run_id}/stream": "never ends; see test_streams.py",
}
# Does not go well with made-up data, and why; nine of ten others go well at least once.
_LETTER = "takes what only a letter or a link holds"
_AUTHENTICATOR = "takes the answer of an authenticator"
MAY_FAIL = {
    "DELETE /api/v1/account/mfa/passkeys/{passkey_id}": _AUTHENTICATOR,
    "PATCH /api/v1/account/mfa/passkeys/{passkey_id}": _AUTHENTICATOR,
    "POST /api/v1/account/mfa/passkeys": _AUTHENTICATOR,
    "PUT /api/v1/account/mfa/totp": "takes a code of the moment",
    "POST /api/v1/session/mfa": "takes a code of the moment",
    "POST /api/v1/session/mfa/app": _LETTER,
    "PUT /api/v1/session/mfa/app": "takes a code of the moment",
    "POST /api/v1/session/mfa/passkey": _AUTHENTICATOR,
    "POST /api/v1/session/passkey": _AUTHENTICATOR,
    "POST /api/v1/session": _LETTER,
    "POST /api/v1/session/password": "whoever guesses has to wait; `Seeds.person` signs in by it",
    "POST /api/v1/session/refresh": "takes a token that works once",
    "POST /api/v1/verification": _LETTER,
    "POST /api/v1/registration/invitation": _LETTER,
    "POST /api/v1/registration/invitation/look": _LETTER,
    "PUT /api/v1/password-reset": _LETTER,
    "DELETE /api/v1/secrets/leases/{lease_id}": "a run that works with a secret has one",
    "POST /api/v1/org/domains/{domain}/verify": "no name server is there",
    "POST /api/v1/orgs/import": "takes an archive",
    "POST /api/v1/runs/{run_id}/resolve": "takes a run that was cut off while it acted",
    "POST /api/v1/models/health/{name}/probe": "no model is there",
}
KNOWN = Known(
    needs_person=frozenset(
        {
            "account",
            "account_mfa",
            "POST /api/v1/session/proof",
            "POST /api/v1/session/proof/passkey",
            "DELETE /api/v1/members/{user_id}/mfa",
        }
    ),
    spends=frozenset(
        {
            "POST /api/v1/approvals/{approval_id}/decision",
            "POST /api/v1/consents/{consent_id}/deny",
            "POST /api/v1/consents/{consent_id}/grant",
            "POST /api/v1/orgs/{org}/delete",
            "POST /api/v1/orgs/{org}/suspend",
        }
    ),
    # A name may hold slashes.
    overlapping=frozenset(
        {
            "POST /api/v1/models/catalog/{name}/hide",
            "GET /api/v1/models/health/{name}/history",
            "POST /api/v1/models/health/{name}/probe",
        }
    ),
    guesses=frozenset({"POST /api/v1/session/proof", "PUT /api/v1/account/password"}),
    # No request a minute; `PATCH /orgs/{org}` takes the same for another organisation.
    locks_out={"PATCH /api/v1/org": "limits"},
)
# What would be otherwise for whatever is asked next.
CHANGES_ALL = {
    "PATCH /api/v1/org",
    "PUT /api/v1/gate/rules",
    "PUT /api/v1/models/default",
    "PUT /api/v1/policies/{name}",
    "PUT /api/v1/providers/{name}",
}
ASKS_FOR_KEY = "Authorization: Bearer"
_ENOUGH = {"requests": 100_000_000, "seconds": 60}


async def key_of(server: Server) -> str:
    code, out, error = await server.cadre("keys", "create", "--name", "all", "--json")
    assert code == 0, error
    return json.loads(out)["key"]


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Server]:
    """A server that asks no name server on the internet."""
    server = Server(tmp_path / "home", {"CADRE_NAME_SERVERS": "127.0.0.1:9"})
    await server.start()
    yield server
    if server.is_running:
        await server.stop()


def lift_limits(client: httpx2.Client) -> None:
    """Nothing of this asks slowly."""
    for subject in ("user", "key", "address", "org"):
        for endpoints in ("sign_in", "reads", "writes", "uploads"):
            path = f"/api/v1/limits/{subject}/{endpoints}"
            assert client.put(path, json=_ENOUGH).status_code == 200


def put_back(client: httpx2.Client) -> None:
    """What was changed for everybody."""
    usual: dict[str, Any] = {"mfa_required": False, "origins": [], "registration": "open"}
    client.patch("/api/v1/org", json=usual)
    client.put("/api/v1/gate/rules", json={"rules": []})
    client.put("/api/v1/models/default", json={"name": "offline"})


def examined(url: str, key: str) -> Examiner:
    """All that was found with the whole description."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
        lift_limits(client)
        put_back(client)
        description: dict[str, Any] = client.get("/openapi.json").json()
        examiner = Examiner(url, key, description, Seeds(client), KNOWN)
        for operation in examiner.operations():
            if operation.label not in LEFT_OUT and ONLY in operation.label:
                examiner.examine(operation)
                if operation.label in CHANGES_ALL:
                    put_back(client)
    return examiner


@pytest.mark.timeout(900 + 100 * EXAMPLES)
async def test_every_answer_is_as_described(asked: Server):
    key = await key_of(asked)

    examiner = await asyncio.to_thread(examined, asked.url, key)

    assert not examiner.findings, "\n".join(map(str, examiner.findings.values()))
    missing = sorted(
        label
        for label, statuses in examiner.statuses.items()
        if label not in MAY_FAIL and not any(status < 400 for status in statuses)
    )
    # So that this keeps looking at answers, and not at refusals only.
    assert len(missing) <= len(examiner.statuses) // 10, missing


async def test_without_a_key_only_what_is_said_to_be_open_is_answered(asked: Server):
    key = await key_of(asked)
    wrong: list[str] = []

    async with asked.anybody() as client:
        header = {"Authorization": f"Bearer {key}"}
        description = (await client.get("/openapi.json", headers=header)).json()
        for path, item in description["paths"].items():
            for method, operation in item.items():
                url = re.sub(r"\{\w+\}", "x", path)
                none = await client.request(method, url)
                forged = await client.request(
                    method, url, headers={"Authorization": f"Bearer {key}x"}
                )
                is_open = operation["security"] == []
                for answer in (none, forged):
                    is_refused = answer.status_code == 401 and ASKS_FOR_KEY in answer.text
                    if is_refused == is_open:
                        wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")

    assert not wrong, "\n".join(wrong)
