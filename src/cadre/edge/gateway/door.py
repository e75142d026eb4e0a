"""Door: an ASGI app for one dialect, bare because the way through is short.

Every answer carries the request's id; every error is in the dialect's shape, in a stream too.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from cadre.edge.gateway.admission import Admission
from cadre.edge.gateway.errors import JSON, NoSuchAddress, Unforeseen, WrongMethod
from cadre.edge.gateway.listing import ModelsList
from cadre.engine.conversations import Names
from cadre.engine.models import UnknownModel
from cadre.infra.asgi import ClientGone, Exchange, Header, Receive, Send
from cadre.infra.telemetry import get_logger
from cadre.infra.web import set_scope
from cadre.kernel.errors import CadreError
from cadre.trust.budgets import Spender

Endpoint = Callable[[Exchange, Spender, bytes, list[Header]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one door finds the key and says what went wrong.

    `event` is said where the answer has begun, so that no status can be told any more.
    """

    name: str
    id_header: bytes
    key: Callable[[Exchange], str]
    status: Callable[[CadreError], int]
    headers: Callable[[CadreError], list[Header]]
    body: Callable[[CadreError, Exchange], bytes]
    event: Callable[[CadreError, Exchange], bytes]


@dataclass(frozen=True, slots=True)
class Address:
    """What is served somewhere; nothing is read of the body of a GET."""

    endpoint: Endpoint
    body_bytes: int = 0
    method: str = "POST"


class Door:
    """Serves what `find` finds, to whoever has a key."""

    def __init__(
        self,
        dialect: Dialect,
        admission: Admission,
        names: Names,
        find: Callable[[Exchange], Address],
    ) -> None:
        self._dialect = dialect
        self._admission = admission
        self._names = names
        self._find = find
        self._log = get_logger(f"edge.{dialect.name}")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        headers = [(self._dialect.id_header, exchange.request_id.encode())]
        try:
            await self._serve(scope, exchange, headers)
        except CadreError as error:
            await self._fail(scope, exchange, error, headers)
        except ClientGone:
            pass
        except Exception:
            self._log.exception(
                "request failed", path=exchange.path, request_id=exchange.request_id
            )
            await self._fail(scope, exchange, self._unforeseen(), headers)

    async def _serve(
        self, scope: MutableMapping[str, Any], exchange: Exchange, headers: list[Header]
    ) -> None:
        spender = await self._admission.admit(scope, self._dialect.key(exchange), headers)
        set_scope(scope, spender.scope)
        address = self._find(exchange)
        if exchange.method != address.method:
            raise WrongMethod(f"Send {address.method} to {exchange.path[:200]}.")
        try:
            if address.method == "GET":
                return await address.endpoint(exchange, spender, b"", headers)
            raw = await exchange.body(address.body_bytes)
            serving = self._in_turn(address.endpoint, exchange, spender, raw, headers)
            await exchange.while_connected(serving)
        except UnknownModel as error:
            named = await self._names.with_near_names(spender.scope, error, exchange.model)
            raise named from error

    async def _in_turn(
        self,
        endpoint: Endpoint,
        exchange: Exchange,
        spender: Spender,
        raw: bytes,
        headers: list[Header],
    ) -> None:
        queue = self._admission.queue
        await queue.enter(spender.scope.org)
        try:
            await endpoint(exchange, spender, raw, headers)
        finally:
            queue.leave()

    async def _fail(
        self,
        scope: MutableMapping[str, Any],
        exchange: Exchange,
        error: CadreError,
        headers: list[Header],
    ) -> None:
        """Say what went wrong, in the dialect's words; a key that a provider repeats is masked."""
        dialect, mask = self._dialect, self._admission.mask
        if exchange.is_complete:
            return
        if exchange.started:
            await exchange.end(mask(scope, dialect.event(error, exchange)))
            return
        more = [*headers, *dialect.headers(error)]
        body = mask(scope, dialect.body(error, exchange))
        await exchange.answer(dialect.status(error), body, more, JSON)

    def _unforeseen(self) -> Unforeseen:
        return Unforeseen(
            "This should not have happened. The log of cadre says more under the id in "
            f"`{self._dialect.id_header.decode()}`."
        )


class Addresses:
    """`endpoints` by their path, and the models at `models_path`."""

    def __init__(
        self, endpoints: Mapping[str, Address], models_path: str, models: ModelsList
    ) -> None:
        self._endpoints = endpoints
        self._path = models_path
        self._all = Address(models.all, method="GET")
        self._one = Address(models.one, method="GET")

    def __call__(self, exchange: Exchange) -> Address:
        path = exchange.path
        found = self._endpoints.get(path)
        if found is not None:
            return found
        if path.rstrip("/") == self._path:
            return self._all
        if not path.startswith(f"{self._path}/"):
            known = ", ".join([*self._endpoints, self._path])
            raise NoSuchAddress(f"There is nothing at {path[:200]}. There are: {known}.")
        exchange.model = path.removeprefix(f"{self._path}/")
        return self._one
