"""The postman: takes letters at once and brings them in the background.

Letters wait in memory: one that is lost with the process is asked for again by whoever misses it,
and no table ever holds a link that signs somebody in.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from cadre.infra.mail.letter import Letter
from cadre.infra.mail.ports import Mail, MailFailed
from cadre.infra.telemetry import get_logger

_MOST_WAITING = 1000
_RETRY_SECONDS = (5.0, 30.0, 120.0)
_AT_ONCE = 4
_LAST_ROUND_SECONDS = 5.0


class Postman:
    """Brings letters over `mail`, each tried a few times."""

    def __init__(
        self,
        mail: Mail,
        retry_seconds: tuple[float, ...] = _RETRY_SECONDS,
        *,
        mask: Callable[[str], str] = str,
    ) -> None:
        """`mask` sees every word of a letter, but not its link."""
        self._mail = mail
        self._mask = mask
        self._retry_seconds = retry_seconds
        self._waiting: asyncio.Queue[Letter] = asyncio.Queue(_MOST_WAITING)
        self._log = get_logger("infra.mail")

    @property
    def delivers(self) -> bool:
        """Whether letters reach people, or only lie on this machine."""
        return self._mail.delivers

    def post(self, letter: Letter) -> None:
        """Take `letter`; it never holds up or fails whoever posts it."""
        paragraphs = tuple(map(self._mask, letter.paragraphs))
        masked = replace(letter, subject=self._mask(letter.subject), paragraphs=paragraphs)
        try:
            self._waiting.put_nowait(masked)
        except asyncio.QueueFull:
            self._log.error("letter dropped: too many wait", subject=letter.subject)

    async def run(self) -> None:
        """Bring letters until cancelled; what waits by then is tried once more."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(self._round())
        finally:
            await self._bring_the_rest()

    async def settled(self) -> None:
        """Wait until every letter taken so far is brought or given up."""
        await self._waiting.join()

    async def _round(self) -> None:
        while True:
            letter = await self._waiting.get()
            try:
                await self._bring(letter)
            except asyncio.CancelledError:
                self._waiting.put_nowait(letter)  # for the last round
                raise
            finally:
                self._waiting.task_done()

    async def _bring_the_rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_ROUND_SECONDS):
                while not self._waiting.empty():
                    await self._try(self._waiting.get_nowait())
        if not self._waiting.empty():
            self._log.error("letters dropped: stopping", letters=self._waiting.qsize())

    async def _bring(self, letter: Letter) -> None:
        for seconds in self._retry_seconds:
            if await self._try(letter):
                return
            await asyncio.sleep(seconds)
        if not await self._try(letter):
            self._log.error("letter given up", subject=letter.subject)

    async def _try(self, letter: Letter) -> bool:
        """Whether nothing is left to do for `letter`."""
        try:
            await self._mail.send(letter)
        except MailFailed as error:
            self._log.warning("letter not sent", reason=error.detail, is_final=error.is_final)
            return error.is_final
        except Exception:
            # One letter that nobody foresaw must not end all others.
            self._log.exception("letter not sent", subject=letter.subject)
            return True
        return True
