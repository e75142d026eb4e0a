"""Verifying: every link of a chain is computed again, from its checkpoint to its sealed head."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cadre.infra.database import Work
from cadre.trust.audit.chain import GENESIS, hash_of
from cadre.trust.audit.schemas import Fault, Verification
from cadre.trust.audit.seal import Seal
from cadre.trust.audit.store import AuditStore, Head

_PAGE = 1_000


class _Broken(Exception):
    def __init__(self, seq: int, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq
        self.fault: Fault = fault
        self.reason = reason


@dataclass(slots=True)
class _Walk:
    """How far the chain was followed."""

    seq: int
    hash: str
    events: int = 0
    first_seq: int | None = None

    def over(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._step(row)

    def _step(self, row: Mapping[str, Any]) -> None:
        seq = self.seq + 1
        if row["seq"] != seq:
            raise _Broken(seq, "missing", f"Event {seq} is missing; {row['seq']} follows.")
        if row["previous_hash"] != self.hash:
            reason = f"Event {seq} does not follow from event {self.seq}."
            raise _Broken(seq, "unlinked", reason)
        if hash_of(row) != row["hash"]:
            raise _Broken(seq, "changed", f"Event {seq} was changed: its hash does not fit.")
        self.seq, self.hash = seq, row["hash"]
        self.events += 1
        self.first_seq = self.first_seq or seq


async def verify(work: Work, seal: Seal) -> Verification:
    """Follow the chain of the work's org, and name the first event that is wrong."""
    store, org = AuditStore(work), str(work.scope.org)
    checkpoint = await store.checkpoint()
    walk = _Walk(checkpoint.seq, checkpoint.hash) if checkpoint else _Walk(0, GENESIS)
    try:
        if checkpoint and not seal.is_under(checkpoint.seal, org, checkpoint.seq, checkpoint.hash):
            raise _not_sealed(checkpoint.seq, "The checkpoint")
        head = await store.head()
        if head is not None:
            await _follow(store, walk, head)
            if head.seq and not seal.is_under(head.seal, org, head.seq, head.hash):
                raise _not_sealed(head.seq, "The head")
        elif (first := await store.first_seq()) is not None:
            reason = f"There is event {first}, but the log has no head."
            raise _Broken(first, "head_missing", reason)
    except _Broken as broken:
        return _verification(walk, broken)
    return _verification(walk)


async def _follow(store: AuditStore, walk: _Walk, head: Head) -> None:
    while rows := await store.after(walk.seq, head.seq, _PAGE):
        # Hashing holds nobody up who waits for an answer.
        await asyncio.to_thread(walk.over, rows)
    if walk.seq < head.seq:
        reason = f"Event {walk.seq + 1} is missing: the head of the log is event {head.seq}."
        raise _Broken(walk.seq + 1, "behind_head", reason)
    if walk.hash != head.hash:
        raise _Broken(head.seq, "changed", f"Event {head.seq} is not the one that the head names.")
    if head.greatest > head.seq:
        reason = f"Event {head.seq + 1} or later was added past the head of the log."
        raise _Broken(head.seq + 1, "beyond_head", reason)


def _not_sealed(seq: int, what: str) -> _Broken:
    reason = (
        f"{what} of the log, event {seq}, does not bear this installation's seal: the log was "
        "written anew, or by a server with another secrets/audit.key."
    )
    return _Broken(seq, "seal", reason)


def _verification(walk: _Walk, broken: _Broken | None = None) -> Verification:
    return Verification(
        ok=broken is None,
        events=walk.events,
        first_seq=walk.first_seq,
        seq=walk.seq,
        hash=walk.hash,
        broken_seq=broken and broken.seq,
        fault=broken and broken.fault,
        reason=broken and broken.reason,
    )
