"""People on a real server with real mail: invited, signed in, refreshed, locked out, and restarts."""

import asyncio
import email
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from queue import Queue

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pyotp.totp import TOTP

from tests.doors.server import Server, free_port

ANNA = "anna@acme.example"
PASSWORD = "ocelot-lantern-grape"
OTHER = "zinc-harbour-violin"


class Mailbox:
    """What the mail server took."""

    def __init__(self) -> None:
        self.letters: Queue[tuple[str, str]] = Queue()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content)
        parts = {part.get_content_type(): part for part in message.walk()}
        text = parts["text/plain"].get_payload(decode=True)
        assert isinstance(text, bytes)
        self.letters.put((envelope.rcpt_tos[0], text.decode()))
        return "250 OK"

    async def link(self, to: str) -> str:
        """The link of the next letter to `to`, once it is there."""

        while True:
            who, text = await asyncio.to_thread(self.letters.get, timeout=60)
            if who == to:
                break
        found = re.search(r"http://\S+#token=\S+", text)
        assert found is not None
        return found[0]


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


async def sign_in(client: httpx2.AsyncClient, password: str = PASSWORD, **more: object):
    body = {"email": ANNA, "password": password, **more}
    return await client.post("/api/v1/session/password", json=body)


async def test_from_an_invitation_by_mail_to_a_second_factor(
    tmp_path: Path, mailbox: tuple[Mailbox, str]
):
    box, url = mailbox
    server = Server(
        tmp_path / "home", {"CADRE_SMTP_URL": url, "CADRE_MAIL_FROM": "cadre@acme.example"}
    )
    await server.start()
    try:
        code, out, error = await server.cadre(
            "users", "invite", ANNA, "--role", "builder", "--json"
        )
        assert code == 0, error
        assert json.loads(out)["link"] is None
        link = await box.link(ANNA)
        assert link.startswith(f"{server.url}/invitation#token=")
        async with server.anybody() as client:
            body = {"token": link.partition("=")[2], "name": "Anna", "password": PASSWORD}
            accepted = await client.post("/api/v1/registration/invitation", json=body)
            entered = await sign_in(client)
            client.headers["X-CSRF-Token"] = entered.json()["me"]["csrf"]
            started = (await client.post("/api/v1/account/mfa/totp")).json()
            first = TOTP(started["secret"]).now()
            confirmed = await client.put("/api/v1/account/mfa/totp", json={"code": first})

            await client.post("/api/v1/password-reset", json={"email": ANNA})
            reset = (await box.link(ANNA)).partition("=")[2]
            changed = await client.put(
                "/api/v1/password-reset", json={"token": reset, "password": OTHER}
            )
            out_now = await client.get("/api/v1/me")
            half = await sign_in(client, OTHER)
            recovery = confirmed.json()["recovery_codes"][0]
            whole = await client.post("/api/v1/session/mfa", json={"code": recovery})
            me = await client.get("/api/v1/me")

        assert (accepted.status_code, entered.json()["status"]) == (204, "signed_in")
        assert (confirmed.status_code, changed.status_code, out_now.status_code) == (200, 204, 401)
        assert (half.json()["status"], whole.json()["status"]) == ("mfa_needed", "signed_in")
        assert me.json()["session"]["method"] == "password+recovery"
        for secret in (PASSWORD, OTHER, reset, started["secret"], recovery):
            assert secret not in server.log
    finally:
        await server.stop()


async def test_sessions_and_locks_outlive_the_process(server: Server):
    _code, out, _error = await server.cadre("users", "invite", ANNA)
    token = out.strip().partition("#token=")[2]
    async with server.anybody() as client:
        body = {"token": token, "name": "Anna", "password": PASSWORD}
        await client.post("/api/v1/registration/invitation", json=body)
        tokens = (await sign_in(client, program=True)).json()["tokens"]
        for _ in range(5):
            assert (await sign_in(client, "not the password")).status_code == 401

    await server.kill()
    await server.restart()

    async with server.anybody() as client:
        locked = await sign_in(client)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        still = await client.get("/api/v1/me", headers=bearer)
        body = {"refresh_token": tokens["refresh_token"]}
        renewed = await client.post("/api/v1/session/refresh", json=body)
    assert (locked.status_code, still.status_code, renewed.status_code) == (429, 200, 200)


async def test_the_command_line_manages_members(server: Server):
    _code, out, _error = await server.cadre("users", "invite", ANNA)
    assert out.startswith(f"{server.url}/invitation#token=")

    code, out, error = await server.cadre("users", "role", ANNA, "builder", "--json")
    assert (code, json.loads(out)["role"]) == (0, "builder"), error
    code, out, error = await server.cadre("users", "list", "--json")
    assert [member["status"] for member in json.loads(out)] == ["active", "invited"], error
    code, _out, error = await server.cadre("users", "invite", ANNA)
    assert (code, "belongs to a member already" in error) == (1, True)
    code, _out, error = await server.cadre("users", "remove", ANNA)
    assert code == 0, error
    code, _out, error = await server.cadre("users", "remove", ANNA)
    assert (code, "no such member" in error) == (1, True)
