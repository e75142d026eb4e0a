"""Errors that nobody foresaw: logged with everything, told to the client with nothing but an id."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cadre.edge.http.refusals import refuse
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError


class Unforeseen(CadreError):
    """A fault of ours."""

    code = "internal"
    title = "A fault in cadre"


class CatchErrors:
    """Middleware: turn what would end the connection into a problem of status 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = get_logger("edge.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] != "websocket.close"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            self._log.exception("request failed", method=scope.get("method"), path=scope["path"])
            if started:
                raise
            error = Unforeseen(
                "This should not have happened. The log says more under the request id in "
                "`X-Request-Id`; trying again may help."
            )
            await refuse(error, scope, receive, send, status=500)
        return None
