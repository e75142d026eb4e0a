"""References: which blobs an org's rows lean on, also through other blobs.

Journals keep big values as payloads, and what a workspace held as manifests of blobs: both name
further blobs, so they are followed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cadre.infra.blobs import Blobs
from cadre.kernel.ids import BlobId

_BLOB = re.compile(rb"sha256:[0-9a-f]{64}")
_MANIFEST_START = b'{"files":'
_MOST_MANIFEST_BYTES = 64 << 20


@dataclass(slots=True)
class Found:
    """What there is, of what was asked for, in each of the two stores."""

    blobs: set[str] = field(default_factory=set[str])
    payloads: set[str] = field(default_factory=set[str])


class References:
    """Follows ids through `blobs` and `payloads`; for a thread of its own."""

    def __init__(self, blobs: Blobs, payloads: Blobs) -> None:
        self._blobs = blobs
        self._payloads = payloads

    def follow(self, ids: Iterable[str]) -> Found:
        """Everything kept that `ids` lead to."""
        found, seen = Found(), set[str]()
        pending = list(ids)
        while pending:
            blob = pending.pop()
            if blob in seen:
                continue
            seen.add(blob)
            if self._payloads.path(BlobId(blob)).exists():
                found.payloads.add(blob)
                pending += _ids_in(self._payloads.get_now(BlobId(blob)))
            if self._blobs.path(BlobId(blob)).exists():
                found.blobs.add(blob)
                pending += _ids_in(self._manifest(blob))
        return found

    def _manifest(self, blob: str) -> bytes:
        path = self._blobs.path(BlobId(blob))
        if path.stat().st_size > _MOST_MANIFEST_BYTES:
            return b""
        with path.open("rb") as file:
            start = file.read(len(_MANIFEST_START))
            return start + file.read() if start == _MANIFEST_START else b""


def _ids_in(content: bytes) -> list[str]:
    return [each.decode() for each in _BLOB.findall(content)]
