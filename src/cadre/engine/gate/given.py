"""What the policies are told of a call: made of the run, its mandate, the tool and the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from cadre.engine.approvals import ExactCall
from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.rules import GateRule, matched
from cadre.engine.tools import Source, Tool
from cadre.kernel.grants import Grants
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from cadre.trust.policy import GrantedTo, PolicyInput, ReadFrom, WhichRun, WhichTool, Who

ANY_RESOURCE = "*"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call is made: in which run, how deep, after having read what."""

    run_id: str | None = None
    depth: int = 0
    sources: frozenset[Source] = frozenset()

    @property
    def taints(self) -> frozenset[str]:
        """The kinds of content from outside that were read."""
        return frozenset(source.kind for source in self.sources if source.is_outside)


def given_of(
    scope: Scope,
    call: ExactCall,
    *,
    tool: Tool,
    grants: Grants,
    mandate: Mandate,
    org: Sequence[GateRule],
    standing: Standing,
) -> PolicyInput:
    """`input` of the policies for `call`."""
    layers = mandate.layers or [()]
    return PolicyInput.model_construct(  # every value is ours and of its type already
        principal=_who(scope, grants, mandate.agent),
        org=scope.org,
        project=scope.project,
        environment=scope.environment,
        agent=mandate.agent,
        run=WhichRun(id=standing.run_id, depth=standing.depth),
        tool=which_tool(tool),
        arguments=call.arguments,
        secrets=tool.secrets_for(call.arguments),
        call_hash=call.hash,
        taints=sorted(standing.taints),
        sources=[
            ReadFrom(kind=kind, by=by)
            for kind, by in sorted((source.kind, source.by) for source in standing.sources)
        ],
        layers=list(range(len(layers))),
        rules=matched(call, org, layers),
    )


def which_tool(tool: Tool) -> WhichTool:
    return WhichTool(
        name=tool.name,
        read_only=tool.read_only,
        idempotent=tool.idempotent,
        dangerous=tool.dangerous,
        outside=tool.outside,
    )


def resource_of(arguments: dict[str, Json]) -> str:
    """What a call is about, as consents name it: the host of its address, else anything."""
    url = arguments.get("url")
    host = urlsplit(url).hostname if isinstance(url, str) and _is_readable(url) else None
    return f"host:{host}" if host else ANY_RESOURCE


def _is_readable(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _who(scope: Scope, grants: Grants, agent: str | None) -> Who:
    principal = scope.principal
    may_run = agent is None or grants.allows("agents:run", f"agent:{agent}")
    held = [GrantedTo(permission=one.permission, resource=one.resource) for one in grants.given]
    return Who(
        kind=principal.kind, id=principal.id, name=principal.name, grants=held, may_run=may_run
    )
