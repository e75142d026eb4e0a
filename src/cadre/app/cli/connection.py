"""Connection: which server a command talks to.

CADRE_URL with CADRE_KEY names one. Otherwise it is the server that runs on this CADRE_HOME,
and where none runs the command brings its own, on a loopback port, for as long as it takes.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from cadre.app.cli.client import ApiClient
from cadre.app.local import local_key, running_server
from cadre.app.settings import Settings, load_settings
from cadre.kernel.errors import Invalid


class KeyMissing(Invalid):
    """A remote server was named, but not how to sign in to it."""

    code = "key_missing"


@asynccontextmanager
async def connected(org: str | None = None) -> AsyncGenerator[ApiClient]:
    """A client of the right server, as the owner of `org` where the data lies here."""
    url = os.environ.get("CADRE_URL")
    if url:
        if org is not None:
            raise KeyMissing(
                "With CADRE_URL, the key in CADRE_KEY says which organisation is meant: "
                "leave --org out and set a key of that organisation.",
                field="org",
            )
        key = os.environ.get("CADRE_KEY")
        if not key:
            raise KeyMissing("CADRE_URL is set, so CADRE_KEY must hold a key of that server.")
        async with ApiClient(url, key) as api:
            yield api
        return
    settings = load_settings()
    server = running_server(settings)
    if server is not None:
        async with local_key(settings, org) as key, ApiClient(server.url, key) as api:
            yield api
        return
    async with _own_server(settings, org) as api:
        yield api


@asynccontextmanager
async def _own_server(settings: Settings, org: str | None) -> AsyncGenerator[ApiClient]:
    from cadre.app.main import create_app
    from cadre.app.server import listen, serving, url_of

    own = settings.model_copy(update={"host": "127.0.0.1", "port": 0})
    bound = listen(own)
    async with (
        serving(create_app(own), bound),
        local_key(settings, org) as key,
        ApiClient(url_of(bound), key) as api,
    ):
        yield api
