"""A provider that says whatever a test wants, over real HTTP: what no honest one can be made to say."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

CLIENT = "cadre"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token that no library would make."""
    parts = [_encoded(json.dumps(each).encode()) for each in (header, claims)]
    signed = ".".join(parts).encode()
    mac = b"" if secret is None else hmac.digest(signed, secret, "sha256")
    return f"{signed.decode()}.{_encoded(mac)}"


@dataclass
class Forger:
    """`id_token` is what the token endpoint gives; `asked` the paths that were asked for."""

    host: str
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    kid: str = "key-1"
    id_token: str = ""
    issuer: str = ""
    challenge: str = ""
    told: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: list[str] = field(default_factory=list[str])

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def claims(self, nonce: str, /, **more: Any) -> dict[str, Any]:
        now = time.time()
        said = {
            "iss": self.url,
            "sub": "anna-1",
            "aud": CLIENT,
            "iat": int(now),
            "exp": int(now) + 300,
            "nonce": nonce,
            "email": "anna@acme.example",
            "email_verified": True,
            "name": "Anna",
        }
        return {name: value for name, value in {**said, **more}.items() if value is not None}

    def signed(self, claims: dict[str, Any], **more: Any) -> str:
        headers = {"kid": self.kid, **more.pop("headers", {})}
        key = more.pop("key", self.key)
        return jwt.encode(claims, key, algorithm=more.pop("algorithm", "RS256"), headers=headers)

    async def _configuration(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.json_response(
            {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        jwk = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return web.json_response({"keys": [{**jwk, "kid": self.kid, "use": "sig"}]})

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        verifier = str((await request.post())["code_verifier"])
        if _encoded(hashlib.sha256(verifier.encode()).digest()) != self.challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token}
        )

    async def _userinfo(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        assert request.headers["Authorization"] == "Bearer at"
        return web.json_response(self.told)

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._configuration)
        app.router.add_get("/jwks", self._keys)
        app.router.add_post("/token", self._token)
        app.router.add_get("/userinfo", self._userinfo)
        async with served(app, self.host):
            yield

    async def begin(self, client: httpx2.AsyncClient, provider: str) -> dict[str, str]:
        """Begin to sign in; what the provider is asked, by name."""
        sent = await client.get(f"/api/v1/session/sso/{provider}/start")
        assert sent.status_code == 303, sent.text
        query = parse_qs(urlsplit(sent.headers["location"]).query)
        asked = {name: values[0] for name, values in query.items()}
        self.challenge = asked["code_challenge"]
        return asked


@asynccontextmanager
async def served(app: web.Application, host: str) -> AsyncGenerator[None]:
    """`app` at `host`, while the block runs."""
    runner = web.AppRunner(app)
    await runner.setup()
    name, _, port = host.partition(":")
    await web.TCPSite(runner, name, int(port)).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def come_back(client: httpx2.AsyncClient, state: str, **more: str) -> str:
    """Come back from the provider; where the server sends the browser to."""
    query = {"state": state, "code": "a code", **more}
    answer = await client.get("/api/v1/session/sso/callback", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/signin?refused=")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
