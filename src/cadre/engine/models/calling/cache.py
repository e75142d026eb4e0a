"""The exact answer cache: who asks the same again within its time gets the same answer.

Exact means byte by byte, the order of a schema's keys too, because models answer in that
order. Only whole, successful answers are kept, and never for another org.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, Protocol

from cadre.engine.models.calling.recording import record
from cadre.engine.models.calling.taping import Tape
from cadre.kernel.ids import OrgId
from cadre.kernel.messages import Delta, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope

Sharing = Literal["principal", "project", "org"]
Mode = Literal["use", "bypass", "refresh"]

_UNIMPORTANT = {"cache_prompt"}


@dataclass(frozen=True, slots=True)
class CacheRule:
    """What a route or a request wants. `ttl_seconds` 0: nothing is kept.

    Requests without temperature 0 get another answer each time, so they are kept only
    with `even_if_random`. `refresh` asks anew and keeps the answer; `bypass` does neither.
    """

    ttl_seconds: float = 0.0
    shared_by: Sharing = "principal"
    even_if_random: bool = False
    mode: Mode = "use"

    def keeps(self, *, is_fixed: bool) -> bool:
        """Whether an answer is to be looked for and kept, where `is_fixed`: nothing is random."""
        wanted = self.mode != "bypass" and self.ttl_seconds > 0
        return wanted and (is_fixed or self.even_if_random)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Whose question it is, and its hash with whoever it may be shared by."""

    org: OrgId
    digest: bytes


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    """Since the process began. `unpriced_hits` are those whose saving is unknown."""

    hits: int
    misses: int
    entries: int
    bytes: int
    saved_usd: Decimal
    unpriced_hits: int

    @property
    def hit_rate(self) -> float | None:
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


class Known(Protocol):
    """An answer that was kept: its items as they came, its size in bytes, and what it cost."""

    @property
    def size(self) -> int: ...

    @property
    def cost_usd(self) -> Decimal | None: ...

    def items(self) -> Iterator[Any]: ...


@dataclass(slots=True)
class _Entry:
    known: Known
    bytes: int
    expires_at: float


@dataclass(slots=True)
class _Score:
    hits: int = 0
    misses: int = 0
    bytes: int = 0
    saved_usd: Decimal = Decimal(0)
    unpriced_hits: int = 0


class AnswerCache:
    """The answers of this process, at most `most_bytes` of them; the least recently used go."""

    def __init__(
        self,
        *,
        most_bytes: int = 64_000_000,
        most_answer_bytes: int = 2_000_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_bytes = most_bytes
        self._most_answer_bytes = most_answer_bytes
        self._now = now
        self._bytes = 0
        self._entries: OrderedDict[CacheKey, _Entry] = OrderedDict()
        self._scores: dict[OrgId, _Score] = {}

    def key(
        self, scope: Scope, request: ModelRequest, rule: CacheRule, *, route: str = ""
    ) -> CacheKey | None:
        """What to look for, or None if this request is not to be cached.

        `route` tells apart what is not in the request: the version of a virtual model.
        """
        if not rule.keeps(is_fixed=request.temperature == 0):
            return None
        words = request.model_dump_json(exclude=_UNIMPORTANT).encode()
        return _key(scope, rule, route, words)

    def key_of_words(
        self, scope: Scope, dialect: str, body: bytes, rule: CacheRule, *, route: str = ""
    ) -> CacheKey:
        """What to look for where a request is known by its own words."""
        return _key(scope, rule, f"{dialect}\0{route}", body)

    def tape(self) -> Tape:
        """An empty one, for an answer that may be kept."""
        return Tape(self._most_answer_bytes)

    def find(self, key: CacheKey, rule: CacheRule) -> Known | None:
        """A known answer that has not expired. With `refresh` nothing is known."""
        if rule.mode == "refresh":
            return None
        score, entry = self._score(key.org), self._entries.get(key)
        if entry is not None and entry.expires_at <= self._now():
            self._drop(key)
            entry = None
        if entry is None:
            score.misses += 1
            return None
        self._entries.move_to_end(key)
        score.hits += 1
        if entry.known.cost_usd is None:
            score.unpriced_hits += 1
        else:
            score.saved_usd += entry.known.cost_usd
        return entry.known

    async def kept(
        self, key: CacheKey, rule: CacheRule, deltas: AsyncIterator[Delta]
    ) -> AsyncGenerator[Delta]:
        """Yield `deltas` unchanged, and keep the answer if it comes whole."""
        seen: list[Delta] = []
        async with AsyncExitStack() as stack:
            aclose: Any = getattr(deltas, "aclose", None)
            if aclose is not None:
                stack.push_async_callback(aclose)
            async for delta in deltas:
                seen.append(delta)
                if isinstance(delta, ReplyDone):
                    self.keep(key, rule, record(seen, delta.reply))
                yield delta

    def keep(self, key: CacheKey, rule: CacheRule, known: Known | None) -> None:
        """Give this answer to who asks again, unless it is too long."""
        if known is None or known.size > self._most_answer_bytes:
            return
        if key in self._entries:
            self._drop(key)
        size = known.size
        self._entries[key] = _Entry(known, size, self._now() + rule.ttl_seconds)
        self._bytes += size
        self._score(key.org).bytes += size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def invalidate(self, org: OrgId) -> int:
        """Forget every answer of an org; returns how many."""
        keys = [key for key in self._entries if key.org == org]
        for key in keys:
            self._drop(key)
        return len(keys)

    def statistics(self, org: OrgId) -> CacheStatistics:
        score = self._score(org)
        return CacheStatistics(
            hits=score.hits,
            misses=score.misses,
            entries=sum(key.org == org for key in self._entries),
            bytes=score.bytes,
            saved_usd=score.saved_usd,
            unpriced_hits=score.unpriced_hits,
        )

    def _drop(self, key: CacheKey) -> None:
        entry = self._entries.pop(key)
        self._bytes -= entry.bytes
        self._score(key.org).bytes -= entry.bytes

    def _score(self, org: OrgId) -> _Score:
        score = self._scores.get(org)
        if score is None:
            score = self._scores[org] = _Score()
        return score


def _key(scope: Scope, rule: CacheRule, route: str, words: bytes) -> CacheKey:
    digest = sha256(_whose(scope, rule.shared_by, route))
    digest.update(words)
    return CacheKey(scope.org, digest.digest())


def _whose(scope: Scope, shared_by: Sharing, route: str) -> bytes:
    """Parts are told apart by a character that none of them has."""
    parts = [route]  # the org is a part of the key by itself
    if shared_by != "org":
        parts += [scope.project, scope.environment]
    if shared_by == "principal":
        parts += [scope.principal.kind, scope.principal.id]
    return "\0".join(parts).encode() + b"\0\0"
