"""What the rooms above expect of a way to send mail."""

from typing import Protocol

from cadre.infra.mail.letter import Letter
from cadre.kernel.errors import Unavailable


class MailFailed(Unavailable):
    """The letter was not taken; `is_final` says that trying again would change nothing."""

    code = "mail_failed"

    def __init__(self, detail: str, *, is_final: bool = False) -> None:
        super().__init__(detail)
        self.is_final = is_final


class Mail(Protocol):
    """Sends letters. `delivers` is False where they only lie on this machine."""

    @property
    def delivers(self) -> bool: ...

    async def send(self, letter: Letter) -> None:
        """Hand `letter` over, or raise `MailFailed`."""
        ...
