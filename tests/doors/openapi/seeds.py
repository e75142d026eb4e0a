"""Seeds: one of everything that an organisation can have, so that an address leads somewhere.

`value` says what to put into a path; an operation that takes things away is given one of its own each
time, so that whatever comes after it still finds something.
"""

import itertools
import json
import re
import struct
import time
import zlib
from collections.abc import Callable
from typing import Any

import httpx2

AGENT = "name: {name}\ndescription: For tests.\ninstructions: Help.\ntools: [list_files]\n"
ROUTE = "name: {name}\nrules:\n  - needs: {{capabilities: [text]}}\n"
POLICY = (
    "package cadre.org.{name}\n\nimport rego.v1\n\n"
    'deny contains "no" if input.call.tool == "no_such_tool"\n'
)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


PIXEL = b"".join(
    (
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(bytes(16 * (1 + 3 * 16)))),
        _chunk(b"IEND", b""),
    )
)
_WAIT_SECONDS = 60
_PASSWORD = "correct horse battery staple"


class Seeds:
    """Makes things over the API and remembers what they are called."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._numbers = itertools.count(1)
        self._kept: dict[str, str] = {}
        self._person: tuple[str, str] | None = None

    def value(self, path: str, name: str, *, is_spent: bool) -> str | None:
        """What the parameter `name` of `path` can be; None where nothing of the kind can be made."""
        before, _, after = path.partition("{" + name + "}")
        key = f"{before.rstrip('/').rpartition('/')[2]}/{name}{after}"
        short = key.removesuffix(after)
        make = _MAKERS.get(key) or _MAKERS.get(short) or _MAKERS.get(name)
        if make is None:
            return None
        key = key if key in _MAKERS else short
        if is_spent or key not in self._kept:
            self._kept[key] = make(self)
        return self._kept[key]

    def body(self, label: str) -> dict[str, Any]:
        """A body that an operation takes; empty where chance finds one as well."""
        make = _BODIES.get(label)
        return {} if make is None else make(self)

    def word(self, name: str) -> str | None:
        """What a field of a body called `name` can hold, where that is the name of something."""
        make = _WORDS.get(name)
        if make is None:
            return None
        if name not in self._kept:
            self._kept[name] = make(self)
        return self._kept[name]

    def person(self) -> str:
        """The token of somebody who has just signed in: an owner, as some things need a person."""
        wanted = {**self.credentials(), "program": True}
        while True:
            answer = self._client.post("/api/v1/session/password", json=wanted)
            if answer.status_code != 429:  # somebody guessed
                break
            time.sleep(int(answer.headers["retry-after"]))
        signed_in = answer.json()
        return signed_in["tokens"]["access_token"]

    def credentials(self) -> dict[str, Any]:
        """What that person signs in with."""
        if self._person is None:
            self._person = self._accept("owner")
        return {"email": self._person[0], "password": self._person[1]}

    def kept(self, key: str) -> str:
        """What was put into the path last."""
        return self._kept.get(key, "nothing")

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """What the API answers, if all is well."""
        answer = self._client.request(method, f"/api/v1{path}", json=body, **more)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def new(self, kind: str) -> str:
        """A name that nothing has yet."""
        return f"{kind}{next(self._numbers)}"

    def first(self, path: str) -> str:
        """The id of the first item at `path`, once there is one."""
        until = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until:
            if items := self.call("GET", path)["items"]:
                return items[0]["id"]
            time.sleep(0.05)
        raise AssertionError(f"nothing came at {path}")

    def run(self, text: str = "Hello", **more: Any) -> str:
        """A run that is over."""
        run = self.call("POST", "/runs", {"text": text, **more})
        until = time.monotonic() + _WAIT_SECONDS
        while run["status"] not in {"done", "failed", "cancelled"}:
            assert time.monotonic() < until, run
            time.sleep(0.05)
            run = self.call("GET", f"/runs/{run['id']}")
        return run["id"]

    def run_with_file(self, text: str = "Hello") -> str:
        """A run in a conversation, with a file in its workspace."""
        return self.run(text, session_id=self.conversation())

    def _accept(self, role: str) -> tuple[str, str]:
        email = f"{self.new('person')}@example.org"
        invited = self.call("POST", "/members", {"email": email, "role": role})
        token = re.split(r"[#=]", invited["link"])[-1]
        accepted = {"token": token, "name": "Ann", "password": _PASSWORD}
        self.call("POST", "/registration/invitation", accepted)
        return email, _PASSWORD

    # One for each kind of thing; named for what they make.

    def agent(self) -> str:
        name = self.new("agent-")
        self.call("PUT", f"/agents/{name}", {"yaml": AGENT.format(name=name)})
        return name

    def approval(self) -> str:
        ask = {"rules": [{"tool": "*", "effect": "ask"}]}
        self.call("PUT", "/gate/rules", ask)
        conversation = self.conversation()
        message = {"text": "List my files."}
        run = self.call("POST", f"/conversations/{conversation}/messages", message)
        found = self.first(f"/approvals?status=pending&run_id={run['id']}")
        self.call("PUT", "/gate/rules", {"rules": []})
        return found

    def decision(self) -> Any:
        approval = self.call("GET", f"/approvals/{self._kept['approvals/approval_id']}")
        return {"decision": "deny", "call_hash": approval["call_hash"]}

    def blob(self) -> str:
        run = self._kept["runs/run_id"] = self.run_with_file("€" * 400_000)
        events = json.dumps(self.call("GET", f"/runs/{run}/events"))
        found = re.search(r'"\$blob": "(sha256:[0-9a-f]{64})"', events)
        assert found, events
        return found[1]

    def budget(self) -> str:
        wanted = {"limit_usd": "5", "mode": "soft", "period": "day"}
        return self.call("POST", "/budgets", wanted)["id"]

    def binding(self) -> str:
        subject = {"kind": "service", "id": self.service_account()}
        return self.call("POST", "/role-bindings", {"subject": subject, "role": "user"})["id"]

    def card(self) -> str:
        self.provider()
        return "llm:model"

    def consent_asked(self) -> str:
        wanted = {"tool": "list_files", "span": "always"}
        return self.call("POST", "/consents", wanted)["id"]

    def consent(self) -> str:
        self.call("POST", f"/consents/{(made := self.consent_asked())}/grant")
        return made

    def conversation(self) -> str:
        made = self.call("POST", "/conversations", {})["id"]
        files = {"file": ("notes.txt", b"Nothing much.")}
        self.call("POST", f"/conversations/{made}/files", files=files)
        return made

    def device(self) -> str:
        headers = {"Authorization": f"Bearer {self.person()}"}
        return self.call("GET", "/account/devices", headers=headers)["items"][0]["id"]

    def domain(self) -> str:
        domain = f"{self.new('d')}.example.org"
        return self.call("POST", "/org/domains", {"domain": domain})["domain"]

    def group(self) -> str:
        return self.call("POST", "/groups", {"name": self.new("Group ")})["id"]

    def identity_provider(self) -> str:
        wanted = {"name": self.new("Provider "), "issuer": "https://127.0.0.1:9", "client_id": "x"}
        return self.call("POST", "/identity-providers", wanted)["id"]

    def job(self) -> str:
        job = self.call("POST", f"/orgs/{self.org()}/export", {})["id"]
        until = time.monotonic() + _WAIT_SECONDS
        while self.call("GET", f"/orgs/jobs/{job}")["state"] not in {"done", "failed"}:
            assert time.monotonic() < until
            time.sleep(0.05)
        return job

    def key(self) -> str:
        return self.call("POST", "/keys", {"name": "seed"})["id"]

    def member(self) -> str:
        wanted = {"email": f"{self.new('member')}@example.org", "role": "user"}
        return self.call("POST", "/members", wanted)["member"]["id"]

    def org(self) -> str:
        slug = self.new("org-")
        wanted = {"slug": slug, "name": slug, "email": "owner@example.org"}
        return self.call("POST", "/orgs", wanted)["org"]["slug"]

    def policy(self) -> str:
        name = self.new("policy_")
        self.call("PUT", f"/policies/{name}", {"text": POLICY.format(name=name)})
        return name

    def project(self) -> str:
        slug = self.new("project-")
        return self.call("POST", "/org/projects", {"slug": slug, "name": slug})["id"]

    def provider(self) -> str:
        wanted = {"base_url": "http://127.0.0.1:9/v1", "key": "sk-1", "models": ["model"]}
        self.call("PUT", "/providers/llm", wanted)
        return "llm"

    def role(self) -> str:
        name, grants = self.new("role-"), [{"permission": "runs:read", "resource": "*"}]
        self.call("PUT", f"/roles/{name}", {"grants": grants})
        return name

    def route(self) -> str:
        name = self.new("route-")
        self.call("PUT", f"/models/routes/{name}", {"yaml": ROUTE.format(name=name)})
        return name

    def rule(self) -> str:
        self.call("PUT", "/limits/key:key_nobody/reads", {"requests": 5})
        return "key:key_nobody"

    def secret(self) -> str:
        name = self.new("secret-")
        self.call("PUT", f"/secrets/{name}", {"value": "a value"})
        return name

    def service_account(self) -> str:
        return self.call("POST", "/service-accounts", {"name": self.new("Robot ")})["id"]


# By the name of the parameter, with the part of the path before it where that matters.
_MAKERS: dict[str, Callable[[Seeds], str]] = {
    "ResourceTypes/name": lambda _: "User",
    "account_id": Seeds.service_account,
    "agents/name": Seeds.agent,
    "approval_id": Seeds.approval,
    "binding_id": Seeds.binding,
    "blob": Seeds.blob,
    "budget_id": Seeds.budget,
    "catalog/name": Seeds.card,
    "consent_id": Seeds.consent,
    "consents/consent_id/deny": Seeds.consent_asked,
    "consents/consent_id/grant": Seeds.consent_asked,
    "conversation_id": Seeds.conversation,
    "devices/session_id": Seeds.device,
    "domain": Seeds.domain,
    "endpoints": lambda _: "reads",
    "group_id": Seeds.group,
    "health/name": Seeds.card,
    "job": Seeds.job,
    "key_id": Seeds.key,
    "kind": lambda _: "service",
    "member_id": Seeds.service_account,
    "org": Seeds.org,
    "path": lambda _: "notes.txt",
    "policies/name": Seeds.policy,
    "project": Seeds.project,
    "provider_id": Seeds.identity_provider,
    "providers/name": Seeds.provider,
    "roles/name": Seeds.role,
    "routes/name": Seeds.route,
    "run_id": Seeds.run_with_file,
    "secrets/name": Seeds.secret,
    "subject": Seeds.rule,
    "urn": lambda _: "urn:ietf:params:scim:schemas:core:2.0:User",
    "user_id": Seeds.member,
}
_WORDS: dict[str, Callable[[Seeds], str]] = {
    "agent": lambda _: "assistant",
    "group": Seeds.group,
    "permission": lambda _: "runs:read",
    "role": lambda _: "user",
    "run_id": Seeds.run,
    "service_account": Seeds.service_account,
    "session_id": Seeds.conversation,
    "subject": Seeds.service_account,
    "tool": lambda _: "list_files",
    "user_id": Seeds.member,
}


def _email(seeds: Seeds) -> str:
    return f"{seeds.new('somebody')}@example.org"


def _yaml(text: str, make: Callable[[Seeds], str]) -> Callable[[Seeds], dict[str, Any]]:
    return lambda seeds: {"yaml": text.format(name=make(seeds))}


def _kept(key: str) -> Callable[[Seeds], str]:
    return lambda seeds: seeds.kept(key)


def _provider(seeds: Seeds) -> dict[str, Any]:
    return {"name": seeds.new("Provider "), "issuer": "https://127.0.0.1:9", "client_id": "x"}


def _policy(name: str) -> dict[str, Any]:
    return {"name": name, "text": POLICY.format(name=name)}


# Where the description alone does not say what is taken.
_BODIES: dict[str, Callable[[Seeds], dict[str, Any]]] = {
    "PATCH /api/v1/scim/v2/Groups/{group_id}": lambda _: {
        "Operations": [{"op": "replace", "path": "externalId", "value": "x"}]
    },
    "PATCH /api/v1/scim/v2/Users/{user_id}": lambda _: {
        "Operations": [{"op": "replace", "path": "title", "value": "Dr."}]
    },
    "POST /api/v1/account/email": lambda seeds: {"email": _email(seeds)},
    "POST /api/v1/agents/check": _yaml(AGENT, lambda _: "an-agent"),
    "POST /api/v1/approvals/{approval_id}/decision": Seeds.decision,
    "POST /api/v1/identity-providers": _provider,
    "POST /api/v1/members": lambda seeds: {"email": _email(seeds)},
    "POST /api/v1/models/catalog/refresh": lambda _: {"models": ["openai:gpt-4.1-mini"]},
    "POST /api/v1/models/recommend": lambda _: {"task": "Read contracts", "limit": 3},
    "POST /api/v1/models/routes/check": _yaml(ROUTE, lambda _: "a-route"),
    "POST /api/v1/models/routes/dry-run": _yaml(ROUTE, lambda _: "a-route"),
    "POST /api/v1/models/routes/explain": lambda _: {"model": "default", "ask": {"tokens": 9}},
    "POST /api/v1/models/routes/{name}/restore": lambda _: {"version": 1},
    "POST /api/v1/org/domains": lambda seeds: {"domain": f"{seeds.new('x')}.example.org"},
    "POST /api/v1/org/projects": lambda seeds: {"slug": seeds.new("p-"), "name": "P"},
    "POST /api/v1/orgs": lambda seeds: {
        "slug": seeds.new("o-"),
        "name": "O",
        "email": _email(seeds),
    },
    "POST /api/v1/orgs/{org}/delete": lambda seeds: {"confirm": seeds.kept("orgs/org")},
    "POST /api/v1/password-reset": lambda seeds: {"email": _email(seeds)},
    "POST /api/v1/policies/check": lambda _: _policy("a_policy"),
    "POST /api/v1/policies/dry-run": lambda _: {"draft": _policy("a_policy")},
    "POST /api/v1/policies/{name}/restore": lambda _: {"version": 1},
    "POST /api/v1/role-bindings": lambda seeds: {
        "subject": {"kind": "service", "id": seeds.service_account()},
        "role": "user",
    },
    "POST /api/v1/runs/{run_id}/fork": lambda _: {"at_seq": 0},
    "POST /api/v1/scim/v2/Groups": lambda seeds: {"displayName": seeds.new("Group ")},
    "POST /api/v1/scim/v2/Users": lambda seeds: {"userName": _email(seeds)},
    "POST /api/v1/session/password": lambda seeds: seeds.credentials(),
    "POST /api/v1/session/proof": lambda seeds: {"password": seeds.credentials()["password"]},
    "PUT /api/v1/account/avatar": lambda _: {"file": PIXEL},
    "PUT /api/v1/account/password": lambda seeds: {
        "current": seeds.credentials()["password"],
        "password": seeds.credentials()["password"],
    },
    "PUT /api/v1/agents/{name}": _yaml(AGENT, _kept("agents/name")),
    "PUT /api/v1/budgets/{budget_id}": lambda _: {"limit_usd": "7", "mode": "soft"},
    "PUT /api/v1/identity-providers/{provider_id}": _provider,
    "PUT /api/v1/models/default": lambda seeds: {"name": seeds.card()},
    "PUT /api/v1/models/routes/{name}": _yaml(ROUTE, _kept("routes/name")),
    "PUT /api/v1/org/logo": lambda _: {"file": PIXEL},
    "PUT /api/v1/policies/{name}": lambda seeds: {
        "text": POLICY.format(name=seeds.kept("policies/name"))
    },
    "PUT /api/v1/providers/{name}": lambda _: {
        "base_url": "http://127.0.0.1:9/v1",
        "models": ["model"],
    },
    "PUT /api/v1/scim/v2/Groups/{group_id}": lambda seeds: {"displayName": seeds.new("Group ")},
    "PUT /api/v1/scim/v2/Users/{user_id}": lambda seeds: {"userName": _email(seeds)},
}
