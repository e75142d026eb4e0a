"""Endpoints: where a provider is reached and in which words, and how patiently it is asked."""

from dataclasses import dataclass, field
from typing import Literal

from cadre.infra.http_client import host_and_port

Wire = Literal["openai", "anthropic", "gemini", "offline"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is reached. `key` is None for servers that ask for none.

    `kind` is the known provider that somebody said it is, whatever it is called here.
    """

    provider: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    wire: Wire = "openai"
    kind: str = ""

    @property
    def is_official(self) -> bool:
        return host_and_port(self.base_url) == "api.openai.com:443"

    def url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}"

    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return headers

    def reachable(self) -> list[str]:
        """An admin wrote this address down, so it may be an internal one."""
        return [host_and_port(self.base_url)]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a connection, and for the next bytes of an answer."""

    idle_seconds: float = 120.0
    connect_seconds: float = 10.0
