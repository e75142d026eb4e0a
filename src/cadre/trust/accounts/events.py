"""Events of accounts in the log, where nothing better is wired."""

from cadre.infra.telemetry import get_logger
from cadre.trust.accounts.ports import AccountEvent


class LoggedEvents:
    """Writes each event as one line."""

    def __init__(self) -> None:
        self._log = get_logger("trust.accounts")

    async def write(self, event: AccountEvent) -> None:
        self._log.warning(
            event.action,
            org=event.org,
            user_id=event.user_id,
            result=event.result,
            address=event.address,
            **event.details,
        )
