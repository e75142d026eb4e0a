"""Birth: from a wish for a run to the row and the first events that make it one."""

import time
from dataclasses import dataclass, field
from decimal import Decimal

from cadre.engine.runs.errors import BadKey
from cadre.engine.runs.payloads import Payloads, to_json
from cadre.engine.runs.ports import Claim, Entry, EventRow, NewRun
from cadre.engine.runs.schemas import Origin, Run, RunSpec, new_run_id
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope

_LONGEST_TITLE = 300
_NOT_YET = "A worker must be free to take it, and it must be its turn"


@dataclass(slots=True)
class Birth:
    """A run that is about to be inserted, and what it looks like then."""

    run: NewRun
    spec: RunSpec
    origin: Origin | None = None
    prefix: list[Entry] = field(default_factory=list[Entry])

    @classmethod
    async def of(
        cls,
        payloads: Payloads,
        scope: Scope,
        spec: RunSpec,
        *,
        parent_id: str | None = None,
        parent_key: str | None = None,
        origin: Origin | None = None,
    ) -> "Birth":
        """Check `spec` and write down its first event; a secret in `spec` is masked there too."""
        _check(spec, is_child=parent_id is not None)
        _mask(spec, payloads)
        run_id = spec.id or new_run_id()
        now = time.time()
        principal = _principal(scope)
        title = spec.title.replace("\0", "")[:_LONGEST_TITLE]
        started = _started(scope, spec, title, origin)
        text, blobs = await payloads.pack(started)
        run = NewRun(
            id=run_id,
            org_id=scope.org,
            project_id=scope.project,
            environment=scope.environment,
            principal=to_json(principal),
            kind=spec.kind,
            agent=spec.agent,
            title=title,
            session_id=spec.session_id,
            parent_id=parent_id,
            parent_key=parent_key,
            workspace_id=spec.workspace_id or spec.session_id or run_id,
            priority=spec.priority,
            deadline=None if spec.deadline_seconds is None else now + spec.deadline_seconds,
            origin=None if origin is None else origin.model_dump_json(),
            created_at=now,
            entries=[Entry("run.started", None, text, now)],
            payloads=blobs,
        )
        return cls(run, spec, origin)

    def claim(self) -> Claim:
        """The run as its first host holds it, if it was born hot."""
        run = self.run
        events = [
            EventRow(run.id, seq, entry.at, entry.type, entry.key, entry.data)
            for seq, entry in enumerate(run.entries)
        ]
        return Claim(
            run.id,
            1,
            len(events),
            run.mail,
            None,
            run.org_id,
            run.project_id,
            run.environment,
            run.principal,
            run.kind,
            run.session_id,
            run.parent_id,
            run.parent_key,
            run.workspace_id,
            run.deadline,
            run.origin,
            0,
            events,
        )

    def shown(self, status: str) -> Run:
        """The run right after its birth."""
        run = self.run
        return Run.model_construct(  # every value is ours and of its type already
            id=RunId(run.id),
            kind=run.kind,
            agent=run.agent,
            title=run.title,
            status=status,
            waiting_for=None if status == "running" else _NOT_YET,
            session_id=run.session_id,
            parent_id=run.parent_id,
            workspace_id=run.workspace_id,
            priority=run.priority,
            definition=self.spec.definition,
            input=self.spec.input,
            output=None,
            error=None,
            created_at=run.created_at,
            updated_at=run.created_at,
            ended_at=None,
            deadline=run.deadline,
            cost_usd=Decimal(0),
            input_tokens=0,
            output_tokens=0,
            steps=run.steps,
            last_seq=len(run.entries) - 1,
            origin=self.origin,
        )


def _mask(spec: RunSpec, payloads: Payloads) -> None:
    """What the run is said to be is what its journal says."""
    if payloads.masks:
        spec.title = payloads.masks.mask(spec.title)
        spec.definition, spec.input = payloads.plain(spec.definition), payloads.plain(spec.input)


def _principal(scope: Scope) -> dict[str, str]:
    principal = scope.principal
    return {"kind": principal.kind, "id": principal.id, "name": principal.name}


def _started(scope: Scope, spec: RunSpec, title: str, origin: Origin | None) -> dict[str, Json]:
    """The data of a run's first event."""
    started: dict[str, Json] = {
        "kind": spec.kind,
        "agent": spec.agent,
        "title": title,
        "definition": spec.definition,
        "input": spec.input,
        "scope": {
            "org": scope.org,
            "project": scope.project,
            "environment": scope.environment,
            "principal": _principal(scope),
        },
    }
    if origin is not None:
        started["origin"] = origin.model_dump()
    return started


def _check(spec: RunSpec, *, is_child: bool) -> None:
    if is_child and spec.session_id is not None:
        raise Invalid("A child run can't be of a session: it would wait for its own parent.")
    for name in (spec.id, spec.kind, spec.agent, spec.session_id, spec.workspace_id):
        if name is not None and (not name or len(name) > 500 or "\0" in name):
            raise BadKey(f"{name[:80]!r} can't name a run, its kind, agent, session or workspace.")
