"""Exchanges: bodies within a limit, and an end to everything when the client is gone."""

import asyncio
from typing import Any

import pytest

from cadre.infra.asgi import BodyTooLarge, ClientGone, Exchange

_SCOPE: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": []}


class Client:
    """An ASGI client that says its body, reads as it likes and leaves when it wants."""

    def __init__(self, *pieces: bytes, leaves_early: bool = False) -> None:
        self.sent: list[Any] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.has_left = asyncio.Event()
        more = [True] * len(pieces)
        more[-1:] = [leaves_early]
        self._says = [
            {"type": "http.request", "body": piece, "more_body": is_more}
            for piece, is_more in zip(pieces, more, strict=True)
        ]
        if leaves_early:
            self.has_left.set()

    async def receive(self) -> Any:
        if self._says:
            return self._says.pop(0)
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.may_read.wait()
        self.sent.append(message)

    def exchange(
        self, headers: list[tuple[bytes, bytes]] | None = None, stalled_seconds: float = 60
    ) -> Exchange:
        scope = {**_SCOPE, "headers": headers or []}
        return Exchange(scope, self.receive, self.send, stalled_seconds=stalled_seconds)


@pytest.mark.parametrize("pieces", [(b"whole",), (b"wh", b"", b"ole")])
async def test_a_body_is_read_whole(pieces: tuple[bytes, ...]):
    assert await Client(*pieces).exchange().body(5) == b"whole"


@pytest.mark.parametrize("pieces", [(b"123456",), (b"123", b"456"), (b"123", b"456", b"789")])
async def test_a_body_over_the_limit_is_refused_while_it_comes(pieces: tuple[bytes, ...]):
    with pytest.raises(BodyTooLarge, match="At most 5 bytes"):
        await Client(*pieces).exchange().body(5)


async def test_a_body_that_is_announced_too_large_is_refused_unread():
    client = Client(b"")

    with pytest.raises(BodyTooLarge):
        await client.exchange([(b"content-length", b"6")]).body(5)


async def test_a_client_that_leaves_while_it_speaks_is_gone():
    with pytest.raises(ClientGone):
        await Client(b"half", leaves_early=True).exchange().body(50)


async def test_a_client_that_leaves_cancels_what_is_done_for_it():
    client = Client(b"")
    exchange = client.exchange()
    await exchange.body(5)
    cancelled = asyncio.Event()

    async def serve() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    serving = asyncio.create_task(exchange.while_connected(serve()))
    await asyncio.sleep(0)
    client.has_left.set()
    await asyncio.wait_for(serving, 5)

    assert cancelled.is_set()
    assert exchange.is_gone


async def test_a_cancellation_from_elsewhere_goes_on():
    client = Client(b"")
    exchange = client.exchange()
    await exchange.body(5)

    serving = asyncio.create_task(exchange.while_connected(asyncio.sleep(3600)))
    await asyncio.sleep(0.01)
    serving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await serving
    assert not exchange.is_gone


async def test_what_goes_wrong_is_raised_and_nobody_watches_on():
    client = Client(b"")
    exchange = client.exchange()
    await exchange.body(5)
    before = asyncio.all_tasks()

    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await exchange.while_connected(fail())
    assert asyncio.all_tasks() == before


async def test_a_client_that_stops_reading_is_given_up():
    client = Client(b"")
    exchange = client.exchange(stalled_seconds=0.05)
    await exchange.body(5)

    async def serve() -> None:
        await exchange.begin([], b"text/plain")
        client.may_read.clear()
        await exchange.send(b"never read")

    await asyncio.wait_for(exchange.while_connected(serve()), 5)

    assert exchange.is_gone
    assert len(client.sent) == 1


async def test_a_slow_client_holds_back_who_serves_it():
    client = Client(b"")
    exchange = client.exchange()
    await exchange.body(5)
    produced = 0

    async def serve() -> None:
        nonlocal produced
        await exchange.begin([], b"text/plain")
        for number in range(100):
            await exchange.send(b"%d" % number)
            produced = number + 1
        await exchange.end()

    client.may_read.clear()
    serving = asyncio.create_task(exchange.while_connected(serve()))
    await asyncio.sleep(0.05)
    assert produced == 0
    client.may_read.set()
    await asyncio.wait_for(serving, 5)

    assert produced == 100
    assert client.sent[-1]["more_body"] is False


async def test_a_client_that_leaves_after_the_answer_disturbs_nothing():
    client = Client(b"")
    exchange = client.exchange()
    await exchange.body(5)

    async def serve() -> None:
        await exchange.answer(200, b"all", [], b"text/plain")
        client.has_left.set()
        await asyncio.sleep(0.01)

    await exchange.while_connected(serve())

    assert not exchange.is_gone
