"""A question in a dialect's own words, as it came, and the words in which it is answered."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cadre.edge.gateway.passage import Passage
from cadre.engine.models import Ask, Passing, Wording
from cadre.infra.asgi import Fields, RequestFiles
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Delta, Json, ModelReply, ModelRequest, ReplyDone
from cadre.trust.budgets import Spender

_NONE: Mapping[str, str] = {}
_EVENTS = b"text/event-stream; charset=utf-8"


class Writer(ABC):
    """Writes one kernel answer in a dialect's words."""

    @abstractmethod
    def write(self, delta: Delta) -> bytes:
        """What is sent for `delta`, if anything is."""

    def fail(self, _: CadreError, /) -> bytes:
        """What ends a stream that has begun, in dialects that `tell_errors` by themselves."""
        return b""


class Whole(Writer):
    """A writer of answers that are one piece."""

    def __init__(self, write: Callable[[ModelReply], bytes]) -> None:
        self._write = write

    def write(self, delta: Delta) -> bytes:
        return self._write(delta.reply) if isinstance(delta, ReplyDone) else b""


@dataclass(frozen=True, slots=True)
class Words:
    """A dialect's questions and answers. `wire` None: nothing is passed through.

    `answer` and `server` name a provider's answer and who sends it, for errors; `told_on` are its
    headers that a caller may see. With `tell_errors` a stream ends with words of its own when it breaks
    off; else the door says the error.
    """

    name: str
    ask: Callable[[Fields, int, Spender], Ask]
    read: Callable[[Fields, str, RequestFiles], Awaitable[ModelRequest]]
    wire: Literal["openai", "anthropic", "gemini"] | None = None
    answer: str = ""
    server: str = ""
    told_on: tuple[str, ...] = ()
    is_answer: Callable[[dict[str, Json]], bool] = bool
    is_cut: Callable[[dict[str, Json]], bool] = bool
    tell_errors: bool = False


class Question(ABC):
    """A question as it came: nothing of `body` is translated before a target needs that.

    `path` is where a provider of the same words is asked, `sent_on` what headers of the caller it sees.
    """

    words: Words
    path: str = ""
    media_type: bytes = _EVENTS
    sent_on: Mapping[str, str] = _NONE

    def __init__(self, body: Fields, raw: bytes, model: str, *, is_stream: bool) -> None:
        self.body = self.read = body
        self.raw = raw
        self.model = model
        self.is_stream = is_stream

    def ask(self, spender: Spender) -> Ask:
        """What routing and money need to know of it."""
        return self.words.ask(self.read, len(self.raw), spender)

    def wording(self) -> Wording:
        """What a known answer is found by."""
        is_fixed = self.body.data.get("temperature") == 0
        return Wording(self.words.name, self.raw, is_fixed=is_fixed)

    async def request(self, model: str, files: RequestFiles) -> ModelRequest:
        """The question for `model`, translated, with the files that it brings along."""
        own = files.of_one()
        request = await self.words.read(self.read, model, own)
        return request.model_copy(update={"files": own.contents})

    @abstractmethod
    def writer(self) -> Writer:
        """What writes one answer."""

    def passage(self, passing: Passing, provider: str) -> Passage:
        """What looks at one streamed answer that is passed through."""
        raise NotImplementedError(f"{type(self).__name__} is always translated")
