"""The gateway: requests of unmodified SDKs, on their way to the door that speaks their words.

It stands before everything that the page and the API need, because these requests bring their
own key and should pass in microseconds; only the check of the host's name comes first.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.app.ground import Services
from cadre.edge.anthropic_api import AnthropicApi
from cadre.edge.gemini_api import GeminiApi
from cadre.edge.openai_api import OpenAIApi

_OURS = ("/v1/", "/v1beta/")


class Gateway:
    """What is below /v1 and /v1beta goes past `guard` to the door that speaks its words.

    Everything else goes to `app`.
    """

    def __init__(self, app: ASGIApp, guard: Callable[[ASGIApp], ASGIApp]) -> None:
        self._app = app
        self._guarded = guard(_serve)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and scope["path"].startswith(_OURS)
        await (self._guarded if is_ours else self._app)(scope, receive, send)


async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
    services: Services = scope["app"].state.services
    return await services[_door(scope)](scope, receive, send)


def _door(scope: Scope) -> type[AnthropicApi | GeminiApi | OpenAIApi]:
    for door in (AnthropicApi, GeminiApi):
        if door.is_meant(scope):
            return door
    return OpenAIApi
