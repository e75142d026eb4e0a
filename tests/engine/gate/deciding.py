"""Decisions of the shipped policies on rules alone, without a run around them."""

from collections.abc import Sequence
from functools import cache

from cadre.engine.approvals import ExactCall
from cadre.engine.gate import GateRule, Mandate, Standing, given_of
from cadre.engine.tools import Source, Tool
from cadre.kernel.grants import EVERYTHING
from cadre.kernel.ids import OrgId, ProjectId
from cadre.kernel.scope import Principal, Scope
from cadre.trust.policy import Decision, RegoProcess, Shipped, read_decision, read_shipped

SCOPE = Scope(OrgId("org_acme"), ProjectId("prj_default"), "dev", Principal("user", "usr_1", "Ann"))
READ = {Source(kind="web page", by="tool:http_get")}


@cache
def _interpreter() -> tuple[Shipped, RegoProcess]:
    return read_shipped(), RegoProcess(30)


def decide(
    tool: Tool,
    call: ExactCall,
    *,
    org: Sequence[GateRule],
    layers: Sequence[Sequence[GateRule]],
    tainted: bool,
) -> Decision:
    """What the shipped policies say of `call`."""
    given = given_of(
        SCOPE,
        call,
        tool=tool,
        grants=EVERYTHING,
        mandate=Mandate(None, [tool.name], layers),
        org=org,
        standing=Standing(sources=frozenset(READ if tainted else ())),
    )
    shipped, process = _interpreter()
    return read_decision(process.ask(shipped.bundle, given.model_dump(mode="json")), "shipped")


def end() -> None:
    """End the interpreter, if it was used."""
    _interpreter()[1].close()
    _interpreter.cache_clear()
