"""Discovery: what a provider says of itself and which keys it signs with, kept for a while.

It is public and the same for every org that has the provider. A key that is not known is looked for
again, but not more often than every few seconds: anybody can send a token with a key of their own.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, cast

from cadre.trust.federation.asking import Asking, short
from cadre.trust.federation.errors import ProviderBroken, ProviderRefused

_KNOWN_SECONDS = 3600.0
_AGAIN_SECONDS = 10.0
_MOST_KNOWN = 500
_PATH = "/.well-known/openid-configuration"

Jwk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of a provider's configuration that is needed."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    auth_methods: tuple[str, ...]
    algorithms: tuple[str, ...]
    names_itself: bool  # it says in its answers who it is (RFC 9207)


@dataclass(slots=True)
class _Known:
    metadata: Metadata
    until: float
    keys: list[Jwk] = field(default_factory=list[Jwk])
    keys_at: float | None = None


class Discovery:
    """Knows providers by their issuer."""

    def __init__(self, asking: Asking, *, again_seconds: float = _AGAIN_SECONDS) -> None:
        self._asking = asking
        self._again_seconds = again_seconds
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def metadata(self, issuer: str, *, fresh: bool = False) -> Metadata:
        """Of the provider at `issuer`, or raise `ProviderBroken`."""
        known = self._known.get(issuer)
        if known is not None and time.monotonic() < known.until and not fresh:
            return known.metadata
        async with self._lock(issuer):
            known = self._known.get(issuer)
            if known is None or time.monotonic() >= known.until or fresh:
                metadata = await self._ask(issuer)
                known = _Known(metadata, time.monotonic() + _KNOWN_SECONDS)
                self._known[issuer] = known
                if len(self._known) > _MOST_KNOWN:
                    gone, _ = self._known.popitem(last=False)
                    self._locks.pop(gone, None)
            return known.metadata

    async def keys(self, issuer: str, *, but: list[Jwk] | None = None) -> list[Jwk]:
        """The keys of the provider; newer ones than `but`, if it is time to look again."""
        metadata = await self.metadata(issuer)
        async with self._lock(issuer):
            known = self._known.get(issuer)
            if known is None:
                return await self._ask_keys(metadata)
            age = None if known.keys_at is None else time.monotonic() - known.keys_at
            is_due = age is None or age >= _KNOWN_SECONDS
            is_wanted = but is not None and known.keys is but
            if is_due or (is_wanted and age is not None and age >= self._again_seconds):
                known.keys = await self._ask_keys(metadata)
                known.keys_at = time.monotonic()
            return known.keys

    def _lock(self, issuer: str) -> asyncio.Lock:
        return self._locks.setdefault(issuer, asyncio.Lock())

    async def _ask(self, issuer: str) -> Metadata:
        self._asking.require_safe(issuer)
        found = await self._asking.get(issuer.rstrip("/") + _PATH)
        said = _text(found, "issuer")
        if said.rstrip("/") != issuer.rstrip("/"):
            raise ProviderBroken(
                f"The configuration there is of another issuer: `{short(said)}`. Enter the issuer "
                "as its provider writes it."
            )
        methods = cast("list[object]", found.get("token_endpoint_auth_methods_supported") or [])
        signing = cast("list[object]", found.get("id_token_signing_alg_values_supported") or [])
        userinfo = found.get("userinfo_endpoint")
        metadata = Metadata(
            issuer=said,
            authorization_endpoint=_text(found, "authorization_endpoint"),
            token_endpoint=_text(found, "token_endpoint"),
            jwks_uri=_text(found, "jwks_uri"),
            userinfo_endpoint=userinfo if isinstance(userinfo, str) else None,
            end_session_endpoint=self._leaving(found.get("end_session_endpoint")),
            auth_methods=tuple(each for each in methods if isinstance(each, str)),
            algorithms=tuple(each for each in signing if isinstance(each, str)),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )
        for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            self._asking.require_safe(url)
        return metadata

    def _leaving(self, said: object) -> str | None:
        """Where people sign out; one that can't be trusted is none: the rest works without it."""
        if not isinstance(said, str):
            return None
        try:
            return self._asking.require_safe(said)
        except ProviderRefused:
            return None

    async def _ask_keys(self, metadata: Metadata) -> list[Jwk]:
        found = (await self._asking.get(metadata.jwks_uri)).get("keys")
        if not isinstance(found, list):
            raise ProviderBroken("The provider has no list of keys at its `jwks_uri`.")
        return [cast("Jwk", each) for each in cast("list[object]", found) if isinstance(each, dict)]


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderBroken(f"The configuration of the provider says no `{name}`.")
    return value
