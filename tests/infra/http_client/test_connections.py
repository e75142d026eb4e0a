"""Connections of our own, which calls to models take, against servers of every manner."""

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import Mapping

import pytest

from cadre.infra.http_client import (
    AddressNotAllowed,
    HttpClient,
    HttpLimits,
    HttpResponse,
    HttpTimedOut,
    HttpUnreachable,
    ResponseTooLarge,
)
from tests.infra.http_client.talking import OK, Line, Talker, always, once, talking

LIMITS = HttpLimits(total_seconds=None, idle_seconds=5, redirects=0)
IMPATIENT = HttpLimits(total_seconds=None, idle_seconds=0.2, redirects=0)
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def ask(
    client: HttpClient,
    talker: Talker,
    *,
    method: str = "POST",
    body: bytes = b"{}",
    headers: Mapping[str, str] | None = None,
    limits: HttpLimits = LIMITS,
) -> HttpResponse:
    async with asyncio.timeout(20):
        return await client.request(
            method,
            f"http://{talker.place}/v1/chat?x=1",
            headers=headers,
            body=body,
            limits=limits,
            allow_private=[talker.place],
        )


async def pieces_of(client: HttpClient, talker: Talker, limits: HttpLimits = LIMITS) -> list[bytes]:
    """What came, until it ended; where it broke off, the error comes last."""
    pieces: list[bytes] = []
    url = f"http://{talker.place}/"
    async with (
        asyncio.timeout(20),
        client.stream("GET", url, limits=limits, allow_private=[talker.place]) as answer,
    ):
        try:
            async for piece in answer.chunks():
                pieces.append(piece)
        except (HttpUnreachable, HttpTimedOut) as error:
            pieces.append(type(error).__name__.encode())
    return pieces


async def test_what_is_sent_and_what_comes_back(client: HttpClient):
    said = HEAD + b"X-Twice: a\r\nx-twice: b\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok"
    async with talking(once(said)) as talker:
        answer = await ask(client, talker, body=b'{"a":1}', headers={"Authorization": "Bearer x"})

    head, _, body = talker.heard[0].partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    assert (first, body) == (b"POST /v1/chat?x=1 HTTP/1.1", b'{"a":1}')
    assert sorted(lines) == [
        b"Accept-Encoding: identity",
        b"Accept: */*",
        b"Authorization: Bearer x",
        b"Content-Length: 7",
        f"Host: {talker.place}".encode(),
        b"User-Agent: cadre",
    ]
    assert (answer.status, answer.body) == (200, b"ok")
    assert (answer.headers.get("x-TWICE"), answer.headers.get("X-empty")) == ("a", "")


@pytest.mark.parametrize(
    "said",
    [
        [OK],
        [OK[:9], OK[9:30], OK[30:-1], OK[-1:]],
        [CHUNKED + b"1\r\no\r\n", b"1;name=value\r\nk\r\n0\r\nTrailer: x\r\n\r\n"],
        [HEAD + b"Connection: close\r\n\r\no", b"k"],
        [b"HTTP/1.0 200 OK\r\n\r\nok"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", OK],
    ],
)
async def test_every_way_to_say_a_body(client: HttpClient, said: list[bytes]):
    async with talking(once(*said)) as talker:
        answer = await ask(client, talker)

    assert (answer.status, answer.body) == (200, b"ok")
    assert "link" not in answer.headers


async def test_an_answer_without_a_body_is_over_with_its_head(client: HttpClient):
    async with talking(always(b"HTTP/1.1 204 No Content\r\n\r\n")) as talker:
        assert (await ask(client, talker)).status == 204
        assert (await ask(client, talker)).body == b""

    assert talker.lines == 1


async def test_pieces_come_as_they_are_sent(client: HttpClient):
    async with talking(
        once(CHUNKED, *[b"2\r\n%02d\r\n" % n for n in range(20)], b"0\r\n\r\n")
    ) as t:
        pieces = await pieces_of(client, t)

    assert b"".join(pieces) == b"".join(b"%02d" % n for n in range(20))
    assert len(pieces) > 1


async def test_a_redirect_is_an_answer(client: HttpClient):
    said = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with talking(once(said)) as talker:
        assert (await ask(client, talker)).status == 302


async def test_a_connection_is_kept_for_the_next_question(client: HttpClient):
    async with talking(always(OK)) as talker:
        for _ in range(5):
            assert (await ask(client, talker)).body == b"ok"

    assert (talker.lines, len(talker.heard)) == (1, 5)


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + OK,
        OK + b"more than was promised",
    ],
)
async def test_a_connection_that_can_not_be_trusted_is_not_kept(client: HttpClient, said: bytes):
    async with talking(always(said)) as talker:
        assert [(await ask(client, talker)).body for _ in range(2)] == [b"ok", b"ok"]

    assert talker.lines == 2


async def test_what_is_said_unasked_is_no_answer(client: HttpClient):
    async def talk(line: Line) -> None:
        await line.question()
        await line.say(OK)
        await asyncio.sleep(0.05)
        await line.say(HEAD + b"Content-Length: 4\r\n\r\nevil")
        await line.is_left()

    async with talking(talk) as talker:
        assert (await ask(client, talker)).body == b"ok"
        await asyncio.sleep(0.2)
        assert (await ask(client, talker)).body == b"ok"

    assert talker.lines == 2


async def test_a_kept_connection_that_the_server_closed_is_replaced(client: HttpClient):
    async with talking(once(OK)) as talker:
        await ask(client, talker)
        await asyncio.sleep(0.05)
        assert (await ask(client, talker)).body == b"ok"

    assert talker.lines == 2


async def _answered_once(line: Line) -> None:
    """Hears two questions on the first line, and answers one of them."""
    await line.question()
    await line.say(OK)
    await line.question()
    if line.number > 0:
        await line.say(OK)


@pytest.mark.parametrize(
    ("method", "headers"), [("GET", {}), ("PUT", {}), ("POST", {"Idempotency-Key": "one-of-mine"})]
)
async def test_what_can_be_repeated_is_asked_again_if_a_kept_connection_is_closed(
    client: HttpClient, method: str, headers: Mapping[str, str]
):
    async with talking(_answered_once) as talker:
        await ask(client, talker, body=b"first")
        answer = await ask(client, talker, method=method, body=b"second", headers=headers)

    assert answer.body == b"ok"
    assert talker.lines == 2
    assert [question.endswith(b"second") for question in talker.heard] == [False, True, True]


async def test_what_a_server_may_have_begun_is_not_asked_again(client: HttpClient):
    async with talking(_answered_once) as talker:
        await ask(client, talker, body=b"first")
        with pytest.raises(HttpUnreachable, match="hung up before it answered"):
            await ask(client, talker, body=b"second")
        assert (await ask(client, talker, body=b"third")).body == b"ok"

    assert [question[-6:] for question in talker.heard] == [b"\nfirst", b"second", b"\nthird"]


async def test_a_connection_of_whose_end_only_the_machine_knows_is_not_asked(client: HttpClient):
    talker, leave, has_left = Talker(), threading.Event(), threading.Event()

    def serve(listening: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listening.accept()
            with connection:
                talker.lines += 1
                talker.heard.append(connection.recv(1 << 16))
                connection.sendall(OK)
                leave.wait(10)
            has_left.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        talker.port = listening.getsockname()[1]
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        await ask(client, talker)
        leave.set()
        has_left.wait(10)  # blocks the loop, so that it can't hear of it
        answer = await ask(client, talker)
        thread.join(10)

    assert (answer.body, talker.lines, len(talker.heard)) == (b"ok", 2, 2)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 2"])
async def test_a_new_connection_that_hangs_up_is_not_tried_again(client: HttpClient, said: bytes):
    async with talking(once(said)) as talker:
        with pytest.raises(HttpUnreachable):
            await ask(client, talker)

    assert talker.lines == 1


async def test_a_question_that_was_half_answered_is_not_asked_again(client: HttpClient):
    async def talk(line: Line) -> None:
        await line.question()
        await line.say(OK)
        await line.question()
        await line.say(b"HTTP/1.1 2")

    async with talking(talk) as talker:
        await ask(client, talker)
        with pytest.raises(HttpUnreachable):
            await ask(client, talker)

    assert talker.lines == 1


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"Content-Length: 100\r\n\r\nhalf",
        CHUNKED + b"4\r\nhalf\r\n",
        CHUNKED + b"4\r\nhalf\r\n8\r\nha",
        CHUNKED + b"4\r\nhalf\r\nzz\r\n",
    ],
)
async def test_what_came_before_it_broke_off_is_given(client: HttpClient, said: bytes):
    async with talking(once(said)) as talker:
        pieces = await pieces_of(client, talker)

    assert pieces[-1] == b"HttpUnreachable"
    assert b"".join(pieces[:-1]).startswith(b"half")


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"<html>no</html>",
        b"HTTP/2 200 OK\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\nok",
        HEAD + b"No colon\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused(client: HttpClient, said: bytes):
    async with talking(once(said)) as talker:
        with pytest.raises(HttpUnreachable):
            await ask(client, talker)

    assert client.in_use == 0


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (HEAD, b"X-More: " + b"x" * 5000 + b"\r\n"),
        (HEAD + b"X-Long: ", b"x" * 5000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (CHUNKED + b"2\r\nok\r\n0\r\n", b"X-More: " + b"x" * 5000 + b"\r\n"),
    ],
)
async def test_heads_without_end_are_given_up(client: HttpClient, begin: bytes, more: bytes):
    async def talk(line: Line) -> None:
        await line.question()
        line.writer.write(begin)
        while True:
            line.writer.write(more)
            await line.writer.drain()

    async with talking(talk) as talker:
        with pytest.raises(HttpUnreachable):
            await ask(client, talker)


@pytest.mark.parametrize("said", [b"", HEAD, CHUNKED + b"4\r\nhalf\r\n"])
async def test_a_server_that_falls_silent_is_given_up(client: HttpClient, said: bytes):
    async def talk(line: Line) -> None:
        await line.question()
        await line.say(said)
        await line.is_left()

    async with talking(talk) as talker:
        with pytest.raises(HttpTimedOut):
            await ask(client, talker, limits=IMPATIENT)

    assert client.in_use == 0


async def test_the_patience_of_each_question_is_its_own(client: HttpClient):
    async def talk(line: Line) -> None:
        await line.question()
        await line.say(OK)
        await line.question()
        await line.is_left()

    async with talking(talk) as talker:
        await ask(client, talker)
        with pytest.raises(HttpTimedOut):
            await ask(client, talker, limits=IMPATIENT)

    assert talker.lines == 1


async def test_a_slow_server_that_goes_on_is_waited_for(client: HttpClient):
    async def talk(line: Line) -> None:
        await line.question()
        await line.say(CHUNKED)
        for _ in range(10):
            await asyncio.sleep(0.06)
            await line.say(b"1\r\n.\r\n")
        await line.say(b"0\r\n\r\n")

    async with talking(talk) as talker:
        assert (await ask(client, talker, limits=IMPATIENT)).body == b"." * 10


async def test_a_reader_that_is_slow_makes_the_server_wait(client: HttpClient):
    sent, piece = 0, b"x" * (1 << 16)

    async def talk(line: Line) -> None:
        nonlocal sent
        await line.question()
        line.writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % (len(piece) * 800))
        for _ in range(800):
            line.writer.write(piece)
            await line.writer.drain()
            sent += len(piece)

    limits = HttpLimits(total_seconds=None, idle_seconds=0.2, redirects=0, body_bytes=1 << 30)
    async with (
        talking(talk) as talker,
        asyncio.timeout(20),
        client.stream(
            "GET", f"http://{talker.place}/", limits=limits, allow_private=[talker.place]
        ) as answer,
    ):
        await asyncio.sleep(0.7)  # longer than the server may be silent
        before = sent
        await asyncio.sleep(0.1)
        assert before == sent < len(piece) * 400
        assert sum([len(chunk) async for chunk in answer.chunks()]) == len(piece) * 800


async def test_a_question_that_a_server_takes_slowly_is_not_its_silence(client: HttpClient):
    body = b"x" * 30_000_000

    async def talk(line: Line) -> None:
        await line.reader.readuntil(b"\r\n\r\n")
        taken = 0
        while taken < len(body):
            taken += len(await line.reader.read(1 << 20))
            if taken < len(body) // 2:
                await asyncio.sleep(0.02)
        await line.say(OK)

    limits = HttpLimits(total_seconds=None, idle_seconds=1, redirects=0)
    async with talking(talk) as talker:
        answer = await ask(client, talker, body=body, limits=limits)

    assert answer.body == b"ok"


@pytest.mark.parametrize(
    ("name", "packed"),
    [("gzip", gzip.compress(b"hello" * 999, mtime=0)), ("deflate", zlib.compress(b"hello" * 999))],
)
async def test_what_is_packed_unasked_is_unpacked(client: HttpClient, name: str, packed: bytes):
    head = HEAD + f"Content-Encoding: {name}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    async with talking(always(head, packed)) as talker:
        assert (await ask(client, talker)).body == b"hello" * 999
        assert (await ask(client, talker)).body == b"hello" * 999

    assert talker.lines == 1


@pytest.mark.parametrize(
    "packed", [b"not packed at all", gzip.compress(b"hello" * 999, mtime=0)[:-9]]
)
async def test_what_can_not_be_unpacked_is_an_error(client: HttpClient, packed: bytes):
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    async with talking(once(head, packed)) as talker:
        with pytest.raises(HttpUnreachable):
            await ask(client, talker)


async def test_a_packed_bomb_counts_by_what_it_becomes(client: HttpClient):
    packed = gzip.compress(b"\0" * 50_000_000)
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    limits = HttpLimits(total_seconds=None, redirects=0, body_bytes=1_000_000)
    async with talking(once(head, packed)) as talker:
        with pytest.raises(ResponseTooLarge):
            await ask(client, talker, limits=limits)


async def test_a_body_that_is_too_long_is_cut_off(client: HttpClient):
    limits = HttpLimits(total_seconds=None, redirects=0, body_bytes=1)
    async with talking(always(OK)) as talker:
        with pytest.raises(ResponseTooLarge):
            await ask(client, talker, limits=limits)

    assert client.in_use == 0


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
async def test_a_header_can_not_smuggle_another(client: HttpClient, value: str):
    async with talking(always(OK)) as talker:
        with pytest.raises(HttpUnreachable):
            await ask(client, talker, headers={"X-Plain": value})

    assert talker.heard == []


async def test_headers_that_are_ours_can_be_given(client: HttpClient):
    async with talking(once(OK)) as talker:
        await ask(client, talker, headers={"accept": "text/x", "User-Agent": "me"})

    lines = talker.heard[0].lower().split(b"\r\n")
    assert lines.count(b"accept: text/x") == lines.count(b"user-agent: me") == 1
    assert b"accept: */*" not in lines


async def test_loopback_is_refused_unless_it_is_allowed(client: HttpClient):
    async with talking(always(OK)) as talker:
        await ask(client, talker)
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(AddressNotAllowed):
                await client.request("GET", f"http://{host}:{talker.port}/", limits=LIMITS)

    assert len(talker.heard) == 1


async def test_a_closed_port_is_unreachable(client: HttpClient):
    async with talking(always(OK)) as talker:
        pass

    with pytest.raises(HttpUnreachable):
        await ask(client, talker)


async def test_as_many_are_asked_at_once_as_there_is_room_for():
    at_once, most = 0, 0

    async def talk(line: Line) -> None:
        nonlocal at_once, most
        while await line.question():
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1
            await line.say(OK)

    async with talking(talk) as talker, HttpClient(connections=2) as client:
        answers = await asyncio.gather(*(ask(client, talker) for _ in range(8)))

    assert [answer.body for answer in answers] == [b"ok"] * 8
    assert (most, talker.lines) == (2, 2)


async def test_who_leaves_hangs_up_and_makes_room():
    asked, gone = asyncio.Event(), asyncio.Event()

    async def talk(line: Line) -> None:
        if b"stay" in await line.question():
            await line.say(OK)
        else:
            asked.set()
            await line.say(CHUNKED + b"1\r\n.\r\n")
            await line.is_left()
            gone.set()

    async with talking(talk) as talker, HttpClient(connections=1) as client:
        task = asyncio.create_task(ask(client, talker))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            await gone.wait()
        assert client.in_use == 0
        assert (await ask(client, talker, body=b"stay")).body == b"ok"


async def test_closing_the_client_ends_what_is_under_way(client: HttpClient):
    asked = asyncio.Event()

    async def talk(line: Line) -> None:
        await line.question()
        asked.set()
        await line.is_left()

    async with talking(talk) as talker:
        task = asyncio.create_task(ask(client, talker))
        await asked.wait()
        await client.close()
        with pytest.raises(HttpUnreachable):
            await task
