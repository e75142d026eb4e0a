"""Scripted targets: what each attempt does is written down, and what became of it is counted."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from cadre.engine.models.calling import (
    AttemptOutcome,
    Breakers,
    BreakerSettings,
    CallPolicy,
    Health,
    Retries,
    Tally,
    Target,
    answered,
)
from cadre.engine.models.errors import ModelUnavailable
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId
from cadre.kernel.messages import Usage

ORG = OrgId("org_acme")
DOWN = ModelUnavailable("down")


@dataclass(frozen=True)
class Play:
    """One attempt: after `delay_seconds` its items, `pause_seconds` apart, then `error` or the end."""

    items: tuple[str, ...] = ()
    error: Exception | None = None
    delay_seconds: float = 0.0
    pause_seconds: float = 0.0
    closing_seconds: float = 0.0


@dataclass
class Stage:
    """Plays by target name, in order; the last one is played again and again."""

    plays: dict[str, list[Play]]
    windows: dict[str, int] = field(default_factory=dict[str, int])
    policy: CallPolicy = field(default_factory=CallPolicy)
    settings: BreakerSettings = field(default_factory=BreakerSettings)

    def __post_init__(self) -> None:
        self.now = asyncio.get_running_loop().time
        self.breakers = Breakers(self.settings, now=self.now)
        self.health = Health(self.breakers)
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.outcomes: list[AttemptOutcome] = []
        self.targets = [Target(ORG, name, self.windows.get(name)) for name in self.plays]

    def ask(self, policy: CallPolicy | None = None) -> AsyncGenerator[str]:
        return answered(
            self.targets,
            self._attempt,
            policy=policy or self.policy,
            breakers=self.breakers,
            health=self.health,
            on_attempt=self.outcomes.append,
            now=self.now,
        )

    async def answer(self, policy: CallPolicy | None = None) -> list[str]:
        return [item async for item in self.ask(policy)]

    @property
    def ends(self) -> list[tuple[str, str]]:
        return [(outcome.target.name, outcome.end) for outcome in self.outcomes]

    async def _attempt(self, target: Target, tally: Tally) -> AsyncGenerator[str]:
        plays = self.plays[target.name]
        play = plays.pop(0) if len(plays) > 1 else plays[0]
        self.opened.append(target.name)
        try:
            await asyncio.sleep(play.delay_seconds)
            for item in play.items:
                tally.reported = Usage(output_tokens=len(item))
                yield item
                await asyncio.sleep(play.pause_seconds)
            if play.error is not None:
                raise _again(play.error)
        finally:
            try:
                await asyncio.sleep(play.closing_seconds)
            finally:
                self.closed.append(target.name)


def _again(error: Exception) -> Exception:
    """A fresh one of the same kind: an error that was raised carries the mark of it."""
    fresh = type(error)(*error.args)
    if isinstance(error, CadreError) and hasattr(error, "retry_after_seconds"):
        fresh.retry_after_seconds = error.retry_after_seconds  # type: ignore[attr-defined]
    return fresh


def says(*items: str, after: float = 0.0, pause: float = 0.0) -> list[Play]:
    return [Play(items=items, delay_seconds=after, pause_seconds=pause)]


def fails(error: Exception = DOWN, *, after: float = 0.0, begins: Sequence[str] = ()) -> Play:
    return Play(items=tuple(begins), error=error, delay_seconds=after)


def full_pauses(**more: object) -> Retries:
    """Jitter that always draws the longest pause."""
    return Retries(draw=lambda _low, high: high, **more)  # type: ignore[arg-type]
