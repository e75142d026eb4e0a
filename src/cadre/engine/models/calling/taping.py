"""Taping: an answer on its way through a door, kept as the pieces that were sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from cadre.infra.asgi import Opening

_OVERHEAD_BYTES = 400
_PIECE_BYTES = 40
_MODEL = b"x-cadre-model"
_HIT = (b"x-cadre-cache", b"hit")


@dataclass(frozen=True, slots=True)
class Taped:
    """An answer as it was sent; of what its provider said beside it, only who it was."""

    opening: Opening
    pieces: tuple[bytes, ...]
    size: int
    cost_usd: Decimal | None

    def items(self) -> Iterator[Opening | bytes]:
        """The answer as it came."""
        yield self.opening
        yield from self.pieces


@dataclass(slots=True)
class Tape:
    """Takes the pieces of one answer, as long as they are no more than `most_bytes`."""

    most_bytes: int
    _pieces: list[Opening | bytes] = field(default_factory=list["Opening | bytes"])
    _bytes: int = _OVERHEAD_BYTES

    def take(self, piece: object) -> None:
        """Add what passes by; something that is no piece of an answer spoils the tape."""
        if not isinstance(piece, Opening | bytes):
            self._bytes = self.most_bytes + 1
            return
        content = piece.piece if isinstance(piece, Opening) else piece
        self._bytes += len(content) + _PIECE_BYTES
        if self._bytes <= self.most_bytes:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def taped(self, cost_usd: Decimal | None) -> Taped | None:
        """The whole answer, or None if there is none to be given twice."""
        first, *rest = self._pieces or [b""]
        if self._bytes > self.most_bytes or not isinstance(first, Opening):
            return None
        headers = [header for header in first.headers if header[0] == _MODEL]
        opening = Opening(first.piece, [*headers, _HIT], first.media_type)
        pieces = tuple(piece for piece in rest if isinstance(piece, bytes))
        return Taped(opening, pieces, self._bytes, cost_usd)
