"""A question in a dialect's own words, as it came, and the words in which it is answered."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from cadre.edge.gateway.passage import Passage
from cadre.engine.models import Ask, Passing, Wording
from cadre.infra.asgi import Fields, RequestFiles
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Delta, Json, ModelReply, ModelRequest, ReplyDone
from cadre.trust.budgets import Spender

_NONE: Mapping[str, str] = {}
_EVENTS = b"text/event-stream; charset=utf-8"


class Writer(Protocol):
    """Writes a kernel answer in a dialect's words."""

    def write(self, delta: Delta) -> bytes:
        """What is sent for `delta`, if anything is."""
        ...

    def fail(self, error: CadreError, /) -> bytes:
        """What ends a stream that has begun; b"" where the door itself says the error."""
        ...


class Whole:
    """A writer of answers that are one piece."""

    def __init__(self, write: Callable[[ModelReply], bytes]) -> None:
        self._write = write

    def write(self, delta: Delta) -> bytes:
        return self._write(delta.reply) if isinstance(delta, ReplyDone) else b""

    def fail(self, _: CadreError, /) -> bytes:
        """Nothing: the door says it."""
        return b""


@dataclass(frozen=True, slots=True)
class Words:
    """A dialect's answers where a provider sends them. `wire` None: nothing is passed through.

    `answer` and `server` name them in errors; `told_on` are headers that a caller may see.
    """

    wire: Literal["openai", "anthropic", "gemini"] | None
    answer: str = ""
    server: str = ""
    told_on: tuple[str, ...] = ()
    is_answer: Callable[[dict[str, Json]], bool] = bool
    is_cut: Callable[[dict[str, Json]], bool] = bool


class Question(ABC):
    """Nothing of `body` is translated before a target needs that.

    `path` is where a provider of the same words is asked, `sent_on` what headers of the caller it sees.
    """

    words: ClassVar[Words]
    path: str = ""
    media_type: bytes = _EVENTS
    sent_on: Mapping[str, str] = _NONE

    def __init__(self, body: Fields, raw: bytes, model: str, *, is_stream: bool) -> None:
        self.body = body
        self.raw = raw
        self.model = model
        self.is_stream = is_stream

    @abstractmethod
    def ask(self, spender: Spender) -> Ask:
        """What routing and money need to know of it."""

    @abstractmethod
    def wording(self) -> Wording:
        """What a known answer is found by."""

    @abstractmethod
    async def request(self, model: str, files: RequestFiles) -> ModelRequest:
        """The question for `model`, translated."""

    @abstractmethod
    def writer(self) -> Writer:
        """What writes one answer."""

    def passage(self, passing: Passing, provider: str) -> Passage:
        """What looks at one streamed answer that is passed through."""
        raise NotImplementedError(f"{type(self).__name__} is always translated")
