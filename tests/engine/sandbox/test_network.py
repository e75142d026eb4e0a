"""Network of a command: none, or the hosts that it was given, through the egress proxy."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cadre.engine.sandbox import BadAllowList, BubblewrapSandbox, Command, Limits, Result
from tests.engine.sandbox.conftest import run

FETCH = """
import sys, urllib.request, urllib.error
for url in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(url, timeout=10).read().decode().strip())
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode().strip())
    except OSError as error:
        print("error", error)
"""


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server on loopback that says which host it was asked for."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"hello {request.host} {request.path_qs}")

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def fetch(
    sandbox: BubblewrapSandbox, workspace: Path, network: tuple[str, ...], *urls: str
) -> Result:
    command = Command(
        argv=("python", "-c", FETCH, *urls),
        workspace=workspace,
        network=network,
        limits=Limits(wall_seconds=20),
    )
    return await run(sandbox, command)


async def test_an_allowed_host_is_reached_through_the_proxy(
    sandbox: BubblewrapSandbox, workspace: Path, port: int
):
    result = await fetch(
        sandbox, workspace, (f"127.0.0.1:{port}",), f"http://127.0.0.1:{port}/a?b=1"
    )

    assert result.stdout.decode() == f"hello 127.0.0.1:{port} /a?b=1\n"
    assert result.exit_code == 0


async def test_localhost_may_be_allowed_by_name(
    sandbox: BubblewrapSandbox, workspace: Path, port: int
):
    result = await fetch(sandbox, workspace, (f"localhost:{port}",), f"http://localhost:{port}/")

    assert result.stdout.startswith(b"hello localhost")


async def test_every_other_host_and_port_is_refused(
    sandbox: BubblewrapSandbox, workspace: Path, port: int
):
    result = await fetch(
        sandbox,
        workspace,
        ("example.com", f"127.0.0.1:{port + 1}"),
        f"http://127.0.0.1:{port}/",
        "http://metadata.google.internal/",
        "http://example.com:8080/",
    )

    lines = result.stdout.decode().splitlines()
    assert len(lines) == 3
    assert all(line.startswith("403") and "not on the allow list" in line for line in lines)


async def test_a_listed_name_that_leads_to_an_internal_address_is_refused(
    sandbox: BubblewrapSandbox, workspace: Path, port: int
):
    # The name is on the list, but it stands for this machine, whose address is not.
    name = (await asyncio.create_subprocess_exec("hostname", stdout=-1)).stdout
    assert name is not None
    host = (await name.read()).decode().strip()

    result = await fetch(sandbox, workspace, (f"{host}:{port}",), f"http://{host}:{port}/")

    assert result.stdout.startswith(b"403")
    assert b"internal" in result.stdout


async def test_tunnels_obey_the_same_list(sandbox: BubblewrapSandbox, workspace: Path, port: int):
    code = f"""
import socket
for target in ("127.0.0.1:{port}", "127.0.0.1:{port + 1}"):
    s = socket.create_connection(("127.0.0.1", 3128))
    s.sendall(f"CONNECT {{target}} HTTP/1.1\\r\\n\\r\\n".encode())
    print(s.recv(1000).split(b"\\r\\n")[0].decode())
    if target.endswith(":{port}"):
        s.sendall(b"GET /in-tunnel HTTP/1.0\\r\\n\\r\\n")
        print("in-tunnel" in s.makefile().read())
"""
    command = Command(
        argv=("python", "-c", code), workspace=workspace, network=(f"127.0.0.1:{port}",)
    )

    result = await run(sandbox, command)

    assert result.stdout.decode().splitlines() == [
        "HTTP/1.1 200 Connection established",
        "True",
        "HTTP/1.1 403 Refused",
    ]


async def test_there_is_no_way_around_the_proxy(
    sandbox: BubblewrapSandbox, workspace: Path, port: int
):
    code = f"import socket\ntry: socket.create_connection(('127.0.0.1', {port}), 2); print('reached')\nexcept OSError: print('no')"
    command = Command(
        argv=("python", "-c", code), workspace=workspace, network=(f"127.0.0.1:{port}",)
    )

    result = await run(sandbox, command)

    assert result.stdout == b"no\n"


async def test_nonsense_for_a_proxy_is_answered_and_harmless(
    sandbox: BubblewrapSandbox, workspace: Path
):
    code = """
import socket
for text in (b"\\0\\xff\\r\\n\\r\\n", b"GET / HTTP/1.1\\r\\n\\r\\n", b"CONNECT :x HTTP/1.1\\r\\n\\r\\n", b"A" * 200000):
    s = socket.create_connection(("127.0.0.1", 3128))
    try:
        s.sendall(text)
        print(s.recv(100).split(b"\\r\\n")[0])
    except OSError:
        print(b"")
"""
    command = Command(argv=("python", "-c", code), workspace=workspace, network=("example.com",))

    result = await run(sandbox, command)

    assert [line[:15] for line in result.stdout.splitlines()[:3]] == [b"b'HTTP/1.1 400 "] * 3
    assert result.exit_code == 0


async def test_an_entry_that_is_no_host_is_refused(sandbox: BubblewrapSandbox, workspace: Path):
    with pytest.raises(BadAllowList):
        await sandbox.run(Command(argv=("true",), workspace=workspace, network=("http://a/b",)))
