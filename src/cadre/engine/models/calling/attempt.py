"""One attempt under way: an open iterator at one target, its clock, its permit and its tally.

However it ends, the iterator is closed once, its end is waited for, and then it is told
once to the breaker, to health and to whoever pays.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Generic

from cadre.engine.models.calling.breaker import Permit
from cadre.engine.models.calling.targets import (
    Attempt,
    AttemptOutcome,
    End,
    Item,
    OnAttempt,
    Tally,
    Target,
)
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.kernel.errors import CadreError


class OpenAttempt(Generic[Item]):
    """Made when it is opened; `first` is its first item once `begin` has returned."""

    __slots__ = (
        "_attempt",
        "_error",
        "_first_item_seconds",
        "_is_closed",
        "_is_hedge",
        "_now",
        "_permit",
        "_report",
        "_started",
        "_started_at",
        "_tally",
        "first",
        "items",
        "target",
    )

    first: Item
    items: AsyncIterator[Item]

    def __init__(
        self,
        target: Target,
        attempt: Attempt[Item],
        permit: Permit,
        report: OnAttempt,
        now: Callable[[], float],
        *,
        is_hedge: bool,
    ) -> None:
        self.target = target
        self._attempt: Attempt[Item] = attempt
        self._permit = permit
        self._report = report
        self._now = now
        self._is_hedge = is_hedge
        self._is_closed = False
        self._error: CadreError | None = None
        self._first_item_seconds: float | None = None
        self._started_at = time.time()
        self._started = now()
        self._tally = Tally()

    async def begin(self, seconds: float, rivalry: "Rivalry") -> None:
        """Wait for the first item, or close and raise a kind of failure that others know."""
        clock = asyncio.timeout(seconds)
        try:
            async with clock:
                self.items = self._attempt(self.target, self._tally)
                self.first = await anext(self.items)
        except StopAsyncIteration:
            name = self.target.name
            raise await self.failed(
                ModelReplyBroken(f"{name} ended its answer before the first word of it.")
            ) from None
        except TimeoutError as error:
            if not clock.expired():
                await self.close("failed")
                raise
            late = ModelUnavailable(f"{self.target.name} said nothing within {seconds:.1f} s.")
            raise await self.failed(late) from error
        except CadreError as error:
            await self.failed(error)
            raise
        except asyncio.CancelledError:
            await self.close("lost" if rivalry.is_decided else "abandoned")
            raise
        except BaseException:
            await self.close("failed")
            raise
        self._first_item_seconds = self._now() - self._started
        self._permit.began()

    async def failed(self, error: CadreError) -> CadreError:
        """Close because of `error`, and return it."""
        self._error = error
        await self.close("failed")
        return error

    async def close(self, end: End) -> None:
        """Close upstream, wait for it, and tell how it ended. Only the first call counts."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            aclose: Any = getattr(getattr(self, "items", None), "aclose", None)
            if aclose is not None:
                with suppress(CadreError):  # nobody waits for its answer any more
                    await aclose()
        finally:
            self._tell("complete" if self._tally.is_complete else end)

    def _tell(self, end: End) -> None:
        self._leave(end)
        self._report(
            AttemptOutcome(
                target=self.target,
                end=end,
                started_at=self._started_at,
                first_item_seconds=self._first_item_seconds,
                seconds=self._now() - self._started,
                error=self._error if end == "failed" else None,
                usage=self._tally.usage(),
                is_estimate=self._tally.reported is None,
                is_hedge=self._is_hedge,
                is_cut=self._tally.is_cut,
            )
        )

    def _leave(self, end: End) -> None:
        if end == "failed" and self._error is not None:
            self._permit.failed(self._error)
        elif end == "failed" or self._first_item_seconds is None:
            self._permit.left()
        else:
            self._permit.succeeded()


class Rivalry:
    """Whether somebody has won: who is cancelled after that has lost, not been abandoned."""

    __slots__ = ("is_decided",)

    def __init__(self) -> None:
        self.is_decided = False


def say_broken_off(error: CadreError, target: Target) -> None:
    """It stays the same error; its sentence now says whose answer broke off."""
    error.detail = f"The answer of {target.name} broke off: {error.detail}"
    error.args = (error.detail,)
