"""What consents need of others."""

from typing import Any, Protocol

from cadre.infra.telemetry import get_logger
from cadre.kernel.scope import Scope

_log = get_logger(__name__)


class ConsentAudit(Protocol):
    """Keeps what agents did by consents."""

    async def used(self, scope: Scope, consent_id: str, details: dict[str, Any]) -> None:
        """A call may be made by the consent, in the name of the principal of `scope`."""
        ...


class LoggedConsents:
    """Says it in the log of the process, where there is no audit."""

    async def used(self, scope: Scope, consent_id: str, details: dict[str, Any]) -> None:
        by = scope.principal.id
        _log.info("consent_used", org=scope.org, by=by, consent=consent_id, **details)
