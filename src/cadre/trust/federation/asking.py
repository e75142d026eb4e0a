"""Asking providers: JSON over the one way out, without following where an answer leads."""

from collections.abc import Collection, Mapping
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import orjson

from cadre.infra.http_client import HttpClient, HttpLimits, HttpResponse, host_and_port
from cadre.kernel.errors import CadreError
from cadre.trust.federation.errors import ProviderBroken, ProviderRefused

_LIMITS = HttpLimits(total_seconds=10.0, body_bytes=1_000_000, redirects=0)
_MOST_SHOWN = 64


class Asking:
    """`private_hosts` holds `host:port` entries of this installation, which may be plain http."""

    def __init__(self, http: HttpClient, private_hosts: Collection[str] = ()) -> None:
        self._http = http
        self._private_hosts = frozenset(entry.lower() for entry in private_hosts)

    def require_safe(self, url: str, field: str = "issuer") -> str:
        """`url`, or raise `ProviderRefused`: tokens and secrets travel encrypted."""
        try:
            parts = urlsplit(url)
            where = host_and_port(url)
        except ValueError as error:
            raise ProviderRefused("This is no address.", field=field) from error
        if parts.scheme == "https" and parts.hostname:
            return url
        if parts.scheme == "http" and where in self._private_hosts:
            return url
        raise ProviderRefused(
            "Providers are asked over https only. An internal one without it has to be in "
            "CADRE_PRIVATE_HOSTS as host:port.",
            field=field,
        )

    async def get(self, url: str, *, token: str = "") -> dict[str, Any]:
        """The object at `url`."""
        return _object(url, await self.get_any(url, token=token))

    async def get_any(self, url: str, *, token: str = "") -> Any:
        """What is at `url`, of whatever shape."""
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = await self._ask("GET", url, headers, None)
        if answer.status != 200:
            raise ProviderBroken(f"{_shown(url)} answered {answer.status}.")
        return _json(url, answer)

    async def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Status and object of the answer to a form."""
        said = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            **headers,
        }
        answer = await self._ask("POST", url, said, urlencode(form).encode())
        return answer.status, _object(url, _json(url, answer))

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> HttpResponse:
        self.require_safe(url)
        try:
            return await self._http.request(method, url, headers=headers, body=body, limits=_LIMITS)
        except CadreError as error:
            raise ProviderBroken(f"{_shown(url)}: {error.detail}") from error


def short(said: object) -> str:
    """What somebody else said, fit for a log."""
    text = said if isinstance(said, str) else type(said).__name__
    return "".join(each for each in text[:_MOST_SHOWN] if each.isprintable())


def _json(url: str, answer: HttpResponse) -> Any:
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise ProviderBroken(f"{_shown(url)} did not answer with JSON.") from error


def _object(url: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ProviderBroken(f"{_shown(url)} did not answer with a JSON object.")
    return cast("dict[str, Any]", found)


def _shown(url: str) -> str:
    """Without the query, which may hold what is nobody's business."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
