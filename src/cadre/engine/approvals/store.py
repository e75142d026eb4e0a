"""Queries of approvals, for the org of the work."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, tuple_, update

from cadre.engine.approvals.schemas import Approval, ApprovalStatus
from cadre.engine.approvals.tables import approvals
from cadre.infra.database import Work
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import ApprovalId

# Asked at the end of every run, so built once.
_PENDING_OF = select(approvals.c.id).where(
    approvals.c.org_id == bindparam("org_id"),
    approvals.c.run_id == bindparam("run_id"),
    approvals.c.status == "pending",
)


class ApprovalStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._is_mine = approvals.c.org_id == work.scope.org
        self._org = work.scope.org

    async def add(self, approval: Approval) -> None:
        values = approval.model_dump(exclude={"arguments", "edited_arguments"})
        values["arguments"] = json.dumps(approval.arguments)
        await self._connection.execute(insert(approvals).values(org_id=self._org, **values))

    async def get(self, approval_id: str) -> Approval | None:
        query = select(approvals).where(self._is_mine, approvals.c.id == approval_id)
        row = (await self._connection.execute(query)).one_or_none()
        return _approval(row) if row else None

    async def listing(
        self,
        *,
        statuses: Sequence[ApprovalStatus],
        run_id: str | None,
        cursor: str | None,
        limit: int,
    ) -> list[Approval]:
        """Newest first, from `cursor` on."""
        newest_first = (approvals.c.requested_at.desc(), approvals.c.id.desc())
        query = select(approvals).where(self._is_mine).order_by(*newest_first).limit(limit)
        if statuses:
            query = query.where(approvals.c.status.in_(statuses))
        if run_id is not None:
            query = query.where(approvals.c.run_id == run_id)
        if cursor is not None:
            position = tuple_(approvals.c.requested_at, approvals.c.id)
            query = query.where(position < _position(cursor))
        return [_approval(row) for row in await self._connection.execute(query)]

    async def settle(
        self,
        approval_id: str,
        status: ApprovalStatus,
        *,
        by: str | None = None,
        at: float | None = None,
        note: str | None = None,
        edited: tuple[str, str] | None = None,
    ) -> bool:
        """Decide a pending approval; False if it is no longer pending. `edited` is (JSON, hash)."""
        text, call_hash = edited or (None, None)
        statement = (
            update(approvals)
            .where(self._is_mine, approvals.c.id == approval_id, approvals.c.status == "pending")
            .values(
                status=status,
                decided_by=by,
                decided_at=at,
                note=note,
                edited_arguments=text,
                edited_hash=call_hash,
            )
        )
        return (await self._connection.execute(statement)).rowcount > 0

    async def edited_hash(self, approval_id: str) -> str | None:
        query = select(approvals.c.edited_hash).where(self._is_mine, approvals.c.id == approval_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def mark_told(self, approval_id: str, at: float) -> None:
        await self._mark(approval_id, told_at=at)

    async def mark_used(self, approval_id: str, at: float) -> None:
        await self._mark(approval_id, used_at=at)

    async def pending_of(self, run_id: str) -> list[ApprovalId]:
        values = {"org_id": self._org, "run_id": run_id}
        found = await self._connection.execute(_PENDING_OF, values)
        return [ApprovalId(one) for one in found.scalars()]

    async def _mark(self, approval_id: str, **values: float) -> None:
        statement = update(approvals).where(self._is_mine, approvals.c.id == approval_id)
        await self._connection.execute(statement.values(**values))


class EveryOrg:
    """Questions across all orgs. Only for the job that looks after them."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection

    async def untold(self, before: float) -> list[tuple[str, Approval]]:
        """Decisions made `before` whose run may not have heard of them."""
        query = (
            select(approvals)
            .where(approvals.c.told_at.is_(None), approvals.c.decided_at <= before)
            .limit(500)
        )
        rows = await self._connection.execute(query)
        return [(row.org_id, _approval(row)) for row in rows]

    async def asking_runs(self) -> list[tuple[str, str]]:
        """(org, run) of every pending approval."""
        pending = approvals.c.status == "pending"
        query = select(approvals.c.org_id, approvals.c.run_id).where(pending).distinct()
        return [(row.org_id, row.run_id) for row in await self._connection.execute(query)]


def position_of(approval: Approval) -> str:
    """The cursor that continues after `approval`."""
    return f"{approval.requested_at!r}~{approval.id}"


def _position(cursor: str) -> tuple[float, str]:
    at, _, approval_id = cursor.partition("~")
    try:
        return float(at), approval_id
    except ValueError as error:
        raise Invalid("This is not the `next` of a page before.", field="cursor") from error


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        **{name: getattr(row, name) for name in Approval.model_fields if "arguments" not in name},
        arguments=json.loads(row.arguments),
        edited_arguments=json.loads(row.edited_arguments) if row.edited_arguments else None,
    )
