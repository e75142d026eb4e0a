"""Pieces: what an answer consists of on its way out, from the first target that gives one."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from cadre.infra.asgi.exchange import Exchange, Header


@dataclass(slots=True)
class Opening:
    """The first piece, and what its provider says beside it."""

    piece: bytes
    headers: list[Header]
    media_type: bytes = b"text/event-stream; charset=utf-8"


Pieces = AsyncGenerator[Opening | bytes]


def known_headers(headers: Mapping[str, str], names: Iterable[str]) -> list[Header]:
    """Those of `names` that a provider sent and that may be told on."""
    found = ((name, headers.get(name)) for name in names)
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in found if value]


async def send_pieces(exchange: Exchange, pieces: Pieces, headers: Iterable[Header]) -> None:
    """Send an answer piece by piece, as fast as the client reads."""
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Opening):
                await exchange.begin([*headers, *piece.headers], piece.media_type)
                await exchange.send(piece.piece)
            elif piece:
                await exchange.send(piece)
    await exchange.end()


async def send_whole(
    exchange: Exchange, pieces: Pieces, headers: Iterable[Header], media_type: bytes
) -> None:
    """Send an answer that is one piece."""
    async with aclosing(pieces):
        async for piece in pieces:
            assert isinstance(piece, Opening)
            await exchange.answer(200, piece.piece, [*headers, *piece.headers], media_type)


async def opened(pieces: AsyncIterator[bytes], headers: list[Header]) -> Pieces:
    """`pieces`, the first of them with `headers`; empty ones are left out."""
    is_first = True
    async for piece in pieces:
        if is_first and piece:
            is_first = False
            yield Opening(piece, headers)
        elif piece:
            yield piece
