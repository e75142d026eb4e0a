"""The gate and what it decides by, put together: policies, consents, what starters of runs may do."""

from typing import Any

from cadre.app.ground import Ground, Services
from cadre.app.settings import Settings
from cadre.engine.agents import Agents
from cadre.engine.approvals import Approvals
from cadre.engine.gate import CallComposer, Gate, Mandate, Mandates
from cadre.engine.runs import Runs
from cadre.engine.tools import Toolbox
from cadre.infra.database import Work
from cadre.kernel.grants import EVERYTHING, NOTHING, Grants
from cadre.kernel.scope import Scope
from cadre.trust.access import Access, Subject
from cadre.trust.audit import AuditEntry, AuditLog
from cadre.trust.consent import Consents
from cadre.trust.policy import OpaServer, Policies, PolicyJobs


class StartersByAccess:
    """What those who began runs may do at this moment, by their roles."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def grants(self, work: Work) -> Grants:
        principal = work.scope.principal
        if principal.kind in {"system", "key"}:  # the door has asked what the key may
            return EVERYTHING
        if principal.kind in {"user", "service"}:
            kind = "service" if principal.kind == "service" else "user"
            return await self._access.grants_of(work.scope, Subject(kind, principal.id))
        return NOTHING


class AuditedConsents:
    """What was done by consents, in the audit log: nobody sees it at a door."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def used(self, scope: Scope, consent_id: str, details: dict[str, Any]) -> None:
        resource = f"consent:{consent_id}"
        await self._log.write(AuditEntry.by(scope, "consent.use", resource, details=details))


def build_gate(settings: Settings, ground: Ground, services: Services) -> Services:
    """The gate, its policies and consents, by type; `services` holds what they stand on."""
    database, toolbox = ground.database, services[Toolbox]
    opa = OpaServer(ground.http, settings.opa_url) if settings.opa_url else None
    policies = Policies(database, opa=opa)
    consents = Consents(database)
    gate = Gate(
        database,
        toolbox,
        services[Approvals],
        policies,
        runs=services[Runs],
        consents=consents,
        starters=StartersByAccess(services[Access]),
        audit=services[AuditLog],
    )
    policies.composer = CallComposer(gate, _mandates(services[Agents], toolbox))
    made: tuple[Any, ...] = (gate, policies, consents, PolicyJobs(policies))
    return {type(each): each for each in made}


def _mandates(agents: Agents, toolbox: Toolbox) -> Mandates:
    async def mandate(work: Work, agent: str | None) -> Mandate:
        if agent is None:
            return Mandate(agent=None, tools=[tool.name for tool in toolbox.all()], layers=[])
        definition = await agents.definition(work, agent)
        return Mandate(
            agent=definition.name,
            tools=definition.tools,
            layers=[definition.rules],
            secrets=definition.secrets,
        )

    return mandate
