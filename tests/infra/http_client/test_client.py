"""The one way out: limits, redirects, streams, and no internal address unasked."""

import asyncio
import gzip
import socket

import pytest
from aiohttp import web

from cadre.infra.http_client import (
    AddressNotAllowed,
    BadUrl,
    HttpClient,
    HttpLimits,
    HttpTimedOut,
    HttpUnreachable,
    ResponseTooLarge,
    TooManyRedirects,
    host_and_port,
    is_public,
)
from tests.infra.http_client.conftest import Serve


async def greet(request: web.Request) -> web.Response:
    return web.Response(text=f"hello {request.path}")


async def test_an_allowed_internal_server_answers(client: HttpClient, serve: Serve):
    url = await serve(greet)

    answer = await client.request("GET", f"{url}/there", allow_private=[host_and_port(url)])

    assert (answer.status, answer.body, answer.url) == (200, b"hello /there", f"{url}/there")


async def test_loopback_is_refused_unless_it_is_allowed(client: HttpClient, serve: Serve):
    url = await serve(greet)

    with pytest.raises(AddressNotAllowed):
        await client.request("GET", url)


async def test_a_name_that_leads_to_loopback_is_refused(client: HttpClient, serve: Serve):
    port = (await serve(greet)).rsplit(":", 1)[1]

    with pytest.raises(AddressNotAllowed):
        await client.request("GET", f"http://localhost:{port}/")


async def test_a_connection_opened_by_permission_is_not_lent_to_others(
    client: HttpClient, serve: Serve
):
    url = await serve(greet)
    await client.request("GET", url, allow_private=[host_and_port(url)])

    with pytest.raises(AddressNotAllowed):
        await client.request("GET", url)


async def test_permission_for_one_port_is_none_for_another(client: HttpClient, serve: Serve):
    first, second = await serve(greet), await serve(greet)

    with pytest.raises(AddressNotAllowed):
        await client.request("GET", second, allow_private=[host_and_port(first)])


async def test_a_redirect_to_an_internal_address_is_refused(client: HttpClient, serve: Serve):
    inner = await serve(greet)

    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{inner}/secret"})

    outer = await serve(redirect)

    with pytest.raises(AddressNotAllowed):
        await client.request("GET", outer, allow_private=[host_and_port(outer)])


async def test_secrets_stay_with_the_origin_that_they_were_meant_for(
    client: HttpClient, serve: Serve
):
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({k.lower(): v for k, v in request.headers.items()})

    other = await serve(echo)

    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": other})

    first = await serve(redirect)

    answer = await client.request(
        "GET",
        first,
        headers={"Authorization": "Bearer secret", "X-Plain": "kept"},
        allow_private=[host_and_port(first), host_and_port(other)],
    )

    assert b"secret" not in answer.body
    assert b"kept" in answer.body


async def test_redirects_end_somewhere(client: HttpClient, serve: Serve):
    async def again(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/again"})

    url = await serve(again)

    with pytest.raises(TooManyRedirects):
        await client.request("GET", url, allow_private=[host_and_port(url)])


@pytest.mark.parametrize("location", ["ftp://x/", "file:///etc/passwd", "http://[broken"])
async def test_a_redirect_to_something_else_is_refused(
    client: HttpClient, serve: Serve, location: str
):
    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    url = await serve(redirect)

    with pytest.raises(BadUrl):
        await client.request("GET", url, allow_private=[host_and_port(url)])


async def test_a_body_that_is_too_long_is_cut_off(client: HttpClient, serve: Serve):
    async def long(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 100_000)

    url = await serve(long)

    with pytest.raises(ResponseTooLarge):
        await client.request(
            "GET", url, limits=HttpLimits(body_bytes=1000), allow_private=[host_and_port(url)]
        )


async def test_a_zip_bomb_counts_by_what_it_becomes(client: HttpClient, serve: Serve):
    async def bomb(_: web.Request) -> web.Response:
        packed = gzip.compress(b"\0" * 50_000_000)
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    url = await serve(bomb)

    with pytest.raises(ResponseTooLarge):
        await client.request(
            "GET", url, limits=HttpLimits(body_bytes=1_000_000), allow_private=[host_and_port(url)]
        )


@pytest.mark.parametrize(
    "limits", [HttpLimits(total_seconds=0.2), HttpLimits(idle_seconds=0.2, total_seconds=None)]
)
async def test_a_server_that_is_silent_is_given_up(
    client: HttpClient, serve: Serve, limits: HttpLimits
):
    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    url = await serve(silent)

    with pytest.raises(HttpTimedOut):
        await client.request("GET", url, limits=limits, allow_private=[host_and_port(url)])


async def test_a_closed_port_is_unreachable(client: HttpClient):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(HttpUnreachable):
        await client.request(
            "GET", f"http://127.0.0.1:{port}/", allow_private=[f"127.0.0.1:{port}"]
        )


async def test_a_connection_that_breaks_is_an_error_of_ours(client: HttpClient, serve: Serve):
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"short")
        assert request.transport is not None
        request.transport.abort()
        return response

    url = await serve(broken)

    with pytest.raises(HttpUnreachable):
        await client.request("GET", url, allow_private=[host_and_port(url)])


@pytest.mark.parametrize("url", ["", "example.com", "ftp://x", "http://", "file:///etc/passwd"])
async def test_only_http_addresses_are_taken(client: HttpClient, url: str):
    with pytest.raises(BadUrl):
        await client.request("GET", url)


async def test_an_error_status_is_an_answer(client: HttpClient, serve: Serve):
    async def missing(_: web.Request) -> web.Response:
        return web.Response(status=404, text="no")

    url = await serve(missing)

    answer = await client.request("GET", url, allow_private=[host_and_port(url)])

    assert (answer.status, answer.body) == (404, b"no")


async def test_a_stream_gives_pieces_as_they_come_and_leaving_it_hangs_up(
    client: HttpClient, serve: Serve
):
    is_gone = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"tick\n")
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.CancelledError):
            is_gone.set()
            raise
        return response

    url = await serve(endless)
    limits = HttpLimits(total_seconds=None)

    async with client.stream(
        "POST", url, body=b"{}", limits=limits, allow_private=[host_and_port(url)]
    ) as answer:
        async for chunk in answer.chunks():
            assert chunk.startswith(b"tick")
            break

    async with asyncio.timeout(5):
        await is_gone.wait()


async def test_cancelling_hangs_up(client: HttpClient, serve: Serve):
    is_asked, is_gone = asyncio.Event(), asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        is_asked.set()
        try:
            while True:
                await asyncio.sleep(0.01)
                await response.write(b".")
        except (ConnectionError, asyncio.CancelledError):
            is_gone.set()
            raise
        return response

    url = await serve(silent)
    task = asyncio.create_task(
        client.request(
            "GET", url, limits=HttpLimits(total_seconds=None), allow_private=[host_and_port(url)]
        )
    )
    await is_asked.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(5):
        await is_gone.wait()


async def test_a_timeout_of_the_caller_stays_the_callers(client: HttpClient, serve: Serve):
    url = await serve(greet)

    with pytest.raises(TimeoutError):
        async with client.stream("GET", url, allow_private=[host_and_port(url)]):
            async with asyncio.timeout(0.01):
                await asyncio.sleep(5)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *("fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
        *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "name", ""),
    ],
)
def test_internal_addresses_in_every_dress_are_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_hosts_of_the_internet_are_public(address: str):
    assert is_public(address)
