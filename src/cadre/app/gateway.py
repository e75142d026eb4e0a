"""The gateway: requests of unmodified SDKs, on their way to the door that speaks their words.

It stands before everything that the page and the API need, because these requests bring their
own key and should pass in microseconds; only the check of the host's name comes first.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.app.ground import Services
from cadre.edge.anthropic_api import AnthropicApi
from cadre.edge.openai_api import OpenAIApi

_PREFIX = "/v1/"


class Gateway:
    """Middleware: everything below /v1 goes to OpenAI's door or to Anthropic's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            return await self._app(scope, receive, send)
        services: Services = scope["app"].state.services
        door = services[AnthropicApi if AnthropicApi.is_meant(scope) else OpenAIApi]
        return await door(scope, receive, send)
