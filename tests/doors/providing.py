"""A real OpenID provider beside the server, and a browser that goes from one to the other and back."""

import asyncio
import fcntl
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.doors.server import Server, free_port

FOLDER = Path(__file__).parent / "oidc_provider"
_START_SECONDS = 60
_FORM = re.compile(r'<form method="post" action="([^"]+)"')
_SIGN_OUT = re.compile(r'action="([^"]+)"[^>]*>\s*<input[^>]*name="xsrf" value="([^"]+)"')


def private_key(algorithm: str, kid: str) -> dict[str, Any]:
    """A new key as a JWK."""
    if algorithm.startswith("RS"):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    else:
        jwk = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    jwk.pop("key_ops", None)
    return {**jwk, "kid": kid, "use": "sig", "alg": algorithm}


@dataclass
class Issuer:
    """One issuer of the process; `accounts` are claims by login."""

    accounts: dict[str, dict[str, Any]]
    algorithm: str = "RS256"
    client_id: str = "cadre"
    client_secret: str = "a secret of the client that is long enough"
    id_token_seconds: int = 3600
    tells_by_userinfo: bool = True
    port: int = field(default_factory=free_port)
    redirect_uris: list[str] = field(default_factory=list[str])
    sign_out_uris: list[str] = field(default_factory=list[str])
    kid: str = "key-1"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def described(self) -> dict[str, Any]:
        client = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": self.redirect_uris,
            "post_logout_redirect_uris": self.sign_out_uris,
            "id_token_signed_response_alg": self.algorithm,
        }
        return {
            "port": self.port,
            "algorithm": self.algorithm,
            "clients": [client],
            "jwks": {"keys": [private_key(self.algorithm, self.kid)]},
            "accounts": self.accounts,
            "idTokenSeconds": self.id_token_seconds,
            "tellsByUserinfo": self.tells_by_userinfo,
        }

    def wanted(self, **more: Any) -> dict[str, Any]:
        """What an org enters of it."""
        return {
            "name": "Okta",
            "issuer": self.url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            **more,
        }


@asynccontextmanager
async def provided(folder: Path, *issuers: Issuer) -> AsyncGenerator[None]:
    """The issuers, in a process of their own, while the block runs."""
    await _installed()
    config = folder / f"issuers-{issuers[0].port}.json"
    config.write_text(json.dumps({"issuers": [each.described() for each in issuers]}))
    process = await asyncio.create_subprocess_exec(
        "node",
        str(FOLDER / "server.mjs"),
        str(config),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            assert (await process.stdout.readline()).strip() == b"ready"
        yield
    finally:
        process.kill()
        await process.wait()


async def _installed() -> None:
    """The packages that the lock names, in the folder that git ignores; one process at a time."""
    with (FOLDER / "package.json").open("rb") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        if (FOLDER / "node_modules" / ".package-lock.json").exists():
            return
        process = await asyncio.create_subprocess_exec(
            "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=FOLDER
        )
        assert await process.wait() == 0


class Browser:
    """Follows links and fills in forms, with cookies; hosts below .localhost are the server's."""

    def __init__(self, client: httpx2.AsyncClient, server: Server, host: str = "") -> None:
        self.client = client
        self.server = server
        self.host = host or f"127.0.0.1:{server.port}"

    async def go(self, url: str) -> httpx2.Response:
        """One request, no redirect followed."""
        absolute = urljoin(f"http://{self.host}/", url)
        parts = urlsplit(absolute)
        if parts.port != self.server.port:
            return await self.client.get(absolute)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return await self.client.get(f"{self.server.url}{path}", headers={"Host": parts.netloc})

    async def start(self, provider: str, back: str = "/") -> str:
        """Begin; the address of the provider that the browser is sent to."""
        found = await self.go(f"/api/v1/session/sso/{provider}/start?back={back}")
        assert found.status_code == 303, found.text
        return found.headers["location"]

    async def through(self, url: str, login: str, password: str = "", otp: str = "") -> str:
        """Sign in and consent at the provider; the address that it sends the browser back to."""
        answer = await self.client.get(url)
        while True:
            if answer.status_code in {302, 303}:
                url = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(url).port == self.server.port:
                    return url
                answer = await self.client.get(url)
                continue
            form = _FORM.search(answer.text)
            assert form is not None, answer.text
            sent = {"login": login, "password": password or f"password of {login}", "otp": otp}
            answer = await self.client.post(urljoin(str(answer.url), form[1]), data=sent)

    async def sign_in(self, provider: str, login: str, **more: Any) -> httpx2.Response:
        """All of it: the server's answer to whoever came back."""
        back = await self.through(await self.start(provider), login, **more)
        return await self.go(back)

    async def sign_out(self, url: str) -> str:
        """Confirm at the provider; the address that it sends the browser to then."""
        asked = await self.client.get(url)
        form = _SIGN_OUT.search(asked.text)
        assert form is not None, asked.text
        sent = {"xsrf": form[2], "logout": "yes"}
        answer = await self.client.post(form[1], data=sent)
        while urlsplit(answer.headers["location"]).port != self.server.port:
            answer = await self.client.get(urljoin(str(answer.url), answer.headers["location"]))
        return answer.headers["location"]

    async def me(self) -> httpx2.Response:
        return await self.go("/api/v1/me")


def refusal(answer: httpx2.Response) -> str:
    """The code that the sign-in page is told, or where the browser went instead."""
    location = answer.headers.get("location", "")
    assert answer.status_code == 303, answer.text
    found = parse_qs(urlsplit(location).query).get("refused")
    return found[0] if found else location
