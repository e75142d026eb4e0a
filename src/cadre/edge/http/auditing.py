"""Auditing: every request that may change something, and every refusal, is written down.

The event is durable before the answer is sent, so whoever has an answer finds it in the log. Names of
fields are kept, values never. A route adds what else matters: `request.state.audit = {"old": ...}`
(with "resource" it also says to what), and who it signed in: `request.state.audit_scope`. One that only
begins what another one ends says so: `request.state.audit_later = True`; then only a refusal counts.
"""

import asyncio
from typing import Any, cast

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cadre.edge.http.actions import action_of, resource_of, route_of
from cadre.edge.http.paths import is_api, is_unsafe
from cadre.edge.http.refusals import refuse
from cadre.edge.http.repeats import Repeats
from cadre.infra.web import current_scope
from cadre.kernel import scope as kernel
from cadre.kernel.errors import Unauthenticated
from cadre.kernel.ids import OrgId
from cadre.trust.audit import AuditEntry, AuditLog, AuditUnwritable, Result
from cadre.trust.orgs import tenant_of

_REFUSED = {401, 403, 404, 429}
_MOST_BODY = 65_536
_MOST_FIELDS = 50
_MOST_NAME = 64


class Auditing:
    """Middleware, around authentication: it sees its refusals, and afterwards who asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._repeats: Repeats | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not is_api(scope["path"]):
            return await self._app(scope, receive, send)
        log: AuditLog = scope["app"].state.services[AuditLog]
        if self._repeats is None:
            self._repeats = Repeats(log.write)
        exchange = _Exchange(log, self._repeats, scope, receive, send)
        if exchange.is_unsafe:
            try:
                log.check()
            except AuditUnwritable as error:
                return await refuse(error, scope, receive, send)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BaseException:
            # Whatever was begun may be half done; the answer is somebody else's to give.
            if not exchange.is_told:
                await asyncio.shield(exchange.tell(500, b""))
            raise
        if exchange.is_unsafe and not exchange.is_told:
            await exchange.tell(499, b"")  # whoever asked is gone
        return None


class _Exchange:
    """One request and its answer."""

    def __init__(
        self, log: AuditLog, repeats: Repeats, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._log = log
        self._repeats = repeats
        self._scope = scope
        self._receive = receive
        self._send = send
        is_socket = scope["type"] == "websocket"
        # What is sent over a socket is only what to watch; it is of interest if it was refused.
        self.is_unsafe = not is_socket and is_unsafe(scope)
        self.is_told = False
        self._is_replaced = False
        self._held: Message | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._headers = Headers(scope=scope)
        self._reads = self.is_unsafe and "json" in self._headers.get("content-type", "json")

    async def receive(self) -> Message:
        message = await self._receive()
        if self._reads and self._size <= _MOST_BODY:
            part = message.get("body", b"")
            self._size += len(part)
            self._body.append(part)
        return message

    async def send(self, message: Message) -> None:
        if self._is_replaced:
            return
        kind = message["type"]
        if kind.endswith("http.response.start"):
            if message["status"] >= 400:
                self._held = message  # its body says why
                return
            if self.is_unsafe and not await self._tell_or_fail(message["status"], b""):
                return
        elif self._held is not None:
            held, self._held = self._held, None
            if not await self._tell_or_fail(held["status"], message.get("body", b"")):
                return
            await self._send(held)
        await self._send(message)

    async def _tell_or_fail(self, status: int, body: bytes) -> bool:
        """Write the event down, or answer that it could not be, whatever the route said."""
        try:
            await self.tell(status, body)
        except AuditUnwritable as error:
            self._is_replaced = True
            await refuse(error, self._scope, self._receive, self._send)
            return False
        return True

    async def tell(self, status: int, body: bytes) -> None:
        """Write the event down if it is one."""
        self.is_told = True
        route, who = route_of(self._scope), await self._who()
        if not self._matters(status, route is not None, who):
            return
        entry = self._entry(status, body, who)
        if entry.result == "refused" and (who is None or status == 429):
            await self._repeats.write(entry)
        else:
            await self._log.write(entry)

    def _matters(self, status: int, is_routed: bool, who: kernel.Scope | None) -> bool:
        if status == 404 and not is_routed:
            return False  # there is nothing at that address
        if status < 400 and self._scope.get("state", {}).get("audit_later"):
            return False
        if status == 404:
            return self.is_unsafe or who is not None
        return self.is_unsafe or status in _REFUSED

    async def _who(self) -> kernel.Scope | None:
        told = self._scope.get("state", {}).get("audit_scope")
        if isinstance(told, kernel.Scope):
            return told
        try:
            return await current_scope(HTTPConnection(self._scope))
        except Unauthenticated:
            return None

    def _entry(self, status: int, body: bytes, who: kernel.Scope | None) -> AuditEntry:
        details = self._details(status, body)
        action, resource = self._action()
        if "resource" in details:
            resource = str(details.pop("resource"))
        principal = who.principal if who else kernel.Principal("system", "", "")
        client = self._scope.get("client")
        return AuditEntry(
            org=who.org if who else self._org(),
            action=action,
            actor_kind=principal.kind if who else "anonymous",
            actor_id=principal.id,
            actor_name=principal.name,
            resource=resource,
            result=_result(status),
            ip=client[0] if client else "",
            user_agent=self._headers.get("user-agent", ""),
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
            details=details,
        )

    def _org(self) -> OrgId:
        return tenant_of(self._scope) or kernel.DEFAULT_ORG

    def _action(self) -> tuple[str, str]:
        route = route_of(self._scope)
        if route is None:  # the door did not let it in
            return "access.ask", self._scope["path"]
        return action_of(route), resource_of(route, self._scope.get("path_params", {}))

    def _details(self, status: int, body: bytes) -> dict[str, Any]:
        details: dict[str, Any] = {"status": status}
        if route_of(self._scope) is None:
            details["method"] = self._scope.get("method", "WEBSOCKET")
        if code := _code(body):
            details["code"] = code
        if status < 400 and (fields := self._fields()):
            details["fields"] = fields
        said = self._scope.get("state", {}).get("audit")
        return {**details, **cast("dict[str, Any]", said)} if isinstance(said, dict) else details

    def _fields(self) -> list[str]:
        """What the body names; only of one that was understood: others may hold anything."""
        if not self._body or self._size > _MOST_BODY:
            return []
        try:
            said: Any = orjson.loads(b"".join(self._body))
        except orjson.JSONDecodeError:
            return []
        if not isinstance(said, dict):
            return []
        names = [name[:_MOST_NAME] for name in cast("dict[str, Any]", said)]
        return sorted(names)[:_MOST_FIELDS]


def _result(status: int) -> Result:
    if status < 400:
        return "ok"
    return "refused" if status in _REFUSED else "failed"


def _code(body: bytes) -> str:
    """The stable code of a problem."""
    if not body.startswith(b"{") or len(body) > _MOST_BODY:
        return ""
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    code = cast("dict[str, Any]", said).get("code")
    return code[:_MOST_NAME] if isinstance(code, str) else ""
