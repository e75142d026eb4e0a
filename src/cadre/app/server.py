"""The HTTP server of a process: uvicorn on a socket that we bind, so that a busy port is said plainly."""

import asyncio
import errno
import gc
import ipaddress
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from cadre.app.settings import Settings
from cadre.edge.live import Streams
from cadre.kernel.errors import Unavailable

Stop = Callable[[], None]

_STOP_SECONDS = 5
# How long a thread that has written to the disk may wait for the loop to let it go on. Python's
# 5 ms are as long as a whole turn of a conversation.
_SWITCH_SECONDS = 0.0001


class PortBusy(Unavailable):
    """Something else listens on the port."""

    code = "port_busy"


def listen(settings: Settings) -> socket.socket:
    """Bind the address of `settings`, or raise `PortBusy`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol by name: asyncio sends small pieces at once (TCP_NODELAY) only where it is given.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(
                f"Port {settings.port} is in use. Stop what listens there, or choose another: "
                f"`cadre up --port {settings.port + 1}`."
            ) from None
        raise Unavailable(
            f"Can't listen on {settings.host}:{settings.port}: {error.strerror}. "
            "Check CADRE_HOST and CADRE_PORT."
        ) from None
    bound.setblocking(False)
    return bound


def url_of(bound: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = bound.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:  # all addresses: this machine's own is one of them
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://{f'[{address}]' if address.version == 6 else address}:{port}"


@asynccontextmanager
async def serving(
    app: FastAPI, bound: socket.socket, trusted_proxies: Sequence[str] = ()
) -> AsyncGenerator[Stop]:
    """Wire `app`, then serve it on `bound` while the block runs.

    Only `trusted_proxies` are believed when they say who the client is: anybody else could
    pretend to be another address with every sign-in that fails.
    """
    server = _Server(app, trusted_proxies)
    sys.setswitchinterval(_SWITCH_SECONDS)
    async with app.router.lifespan_context(app), asyncio.TaskGroup() as group:
        group.create_task(server.serve([bound]))
        await server.is_ready.wait()
        gc.freeze()  # what is here by now stays: no need to look through it again and again
        try:
            yield server.stop
        finally:
            server.stop()


async def until_told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)  # a second one ends the process at once


@contextmanager
def announced(settings: Settings, url: str) -> Generator[None]:
    """Tell other commands of this CADRE_HOME where the server is, while the block runs."""
    draft = settings.server_file.with_suffix(".draft")
    draft.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    draft.replace(settings.server_file)
    try:
        yield
    finally:
        settings.server_file.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    """Leaves signals to the command, and ends live streams first when it stops."""

    def __init__(self, app: FastAPI, trusted_proxies: Sequence[str]) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",  # entered above, so that what fails there is told as itself
            log_config=None,
            access_log=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
            timeout_keep_alive=75,
            ws_max_size=1 << 16,
            ws_max_queue=8,
            h11_max_incomplete_event_size=1 << 16,
        )
        super().__init__(config)
        self._app = app
        self.is_ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def stop(self) -> None:
        self._app.state.services[Streams].close()
        self.should_exit = True
