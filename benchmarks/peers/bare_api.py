"""The same routes over the same services with nothing in front: no sign-in, no permits, no audit.

Run as `python -m benchmarks.peers.bare_api PORT` with `CADRE_HOME`: what a call costs without trust.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.app.local import OWNER_SCOPE
from cadre.app.settings import load_settings
from cadre.app.wiring import wired
from cadre.engine.conversations.routes import router as conversations
from cadre.infra.database import Database
from cadre.infra.web import install_problems, set_grants, set_scope
from cadre.kernel.grants import EVERYTHING
from cadre.trust.accounts import Accounts


class Everybody:
    """Whoever asks is the owner."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        set_scope(scope, OWNER_SCOPE)
        set_grants(scope, EVERYTHING)
        await self._app(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with wired(load_settings(), lambda _line: None) as services:
        async with services[Database].begin(OWNER_SCOPE) as work:
            await services[Accounts].ensure_owner(work)
        app.state.services = services
        yield


def main() -> None:
    app = FastAPI(lifespan=_lifespan)
    app.include_router(conversations, prefix="/api/v1")
    install_problems(app)
    app.add_middleware(Everybody)
    config = uvicorn.Config(app, port=int(sys.argv[1]), log_config=None, access_log=False)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
