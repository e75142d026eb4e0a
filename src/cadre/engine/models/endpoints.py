"""Endpoints: where a provider is reached and in which words, and how patiently it is asked."""

import random
from dataclasses import dataclass, field
from typing import Literal

from cadre.engine.models.errors import ModelOutOfCredit
from cadre.infra.http_client import host_and_port
from cadre.kernel.errors import CadreError

Wire = Literal["openai", "anthropic", "gemini", "offline"]
_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is reached. `key` is None for servers that ask for none."""

    provider: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    wire: Wire = "openai"

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
    """How long to wait for bytes, and how often to ask again before an answer has begun."""

    idle_seconds: float = 120.0
    connect_seconds: float = 10.0
    retries: int = 3
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 8.0
    longest_retry_after_seconds: float = 60.0

    def pause_seconds(self, failures: int, error: CadreError) -> float | None:
        """How long to wait after the `failures`-th failure; None: don't try again."""
        asked = getattr(error, "retry_after_seconds", None) or 0.0
        is_hopeless = isinstance(error, ModelOutOfCredit)
        if failures > self.retries or is_hopeless or asked > self.longest_retry_after_seconds:
            return None
        step = min(self.longest_pause_seconds, self.first_pause_seconds * 2 ** (failures - 1))
        return asked + step * _random.uniform(0.5, 1.0)
