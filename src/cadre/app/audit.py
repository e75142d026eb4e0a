"""Audit and limits, put together with the settings of this installation."""

from functools import partial

from cadre.app.ground import Ground, Services
from cadre.app.settings import Settings
from cadre.trust.accounts import AccountEvent, EventLog
from cadre.trust.audit import Audit, AuditEntry, AuditLog, load_seal
from cadre.trust.limits import FairQueue, Limits, Load, SharedCounts
from cadre.trust.orgs import allowances


def build_audit(settings: Settings, ground: Ground) -> Services:
    """The services of audit and limits by type."""
    seal = load_seal(settings.master_key.with_name("audit.key"))
    redis = settings.redis_url.get_secret_value() if settings.redis_url else ""
    redactor = ground.secrets.redactor
    log = AuditLog(ground.database, seal, settings.home / "audit", redactor)
    made = (
        Audit(seal),
        log,
        Limits(
            ground.database,
            SharedCounts(redis) if redis else None,
            per_minute=partial(allowances, name="requests_per_minute"),
        ),
        Load(),
        FairQueue(settings.gateway_concurrency),
    )
    services: Services = {type(each): each for each in made}
    return services | {EventLog: AuditedEvents(log)}  # asked for by what it promises


class AuditedEvents:
    """What happens to accounts, in the audit log."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def write(self, event: AccountEvent) -> None:
        await self._log.write(
            AuditEntry(
                org=event.org,
                action=event.action,
                actor_kind="user" if event.user_id else "anonymous",
                actor_id=event.user_id,
                actor_name=event.user_name,
                resource=f"user:{event.user_id}" if event.user_id else "",
                result=event.result,
                ip=event.address,
                user_agent=event.user_agent,
                details=event.details,
            )
        )
