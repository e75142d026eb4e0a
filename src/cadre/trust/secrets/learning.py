"""Learning: what people of an org have entered is known before one of its runs can say it.

It may lie in a file since before this process began, or have been entered at another server.
"""

import time
from dataclasses import dataclass

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.scope import Scope
from cadre.trust.secrets.errors import SecretUnreadable
from cadre.trust.secrets.service import TOPIC, Secrets, is_internal
from cadre.trust.secrets.store import SecretStore

_LOOK_AGAIN_SECONDS = 1.0
_log = get_logger("secrets")
_Versions = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Learned:
    """`versions`: names with their versions; `marks`: what may have changed when they differ."""

    marks: tuple[int, int]
    until: float
    versions: _Versions


class Learning:
    """Makes the redactor of `secrets` know all that an org has."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database, self._secrets = database, secrets
        self._learned: dict[str, _Learned] = {}

    async def learn(self, scope: Scope) -> None:
        """Return once every value of the scope's org is known, which is mostly at once."""
        learned, marks = self._learned.get(scope.org), self._marks(scope)
        if learned is not None and learned.marks == marks and time.monotonic() < learned.until:
            return
        is_whole = learned is not None and learned.marks[1] == marks[1]
        known = learned.versions if learned is not None and is_whole else _Versions()
        versions = await self._open(scope, known)
        until = time.monotonic() + _LOOK_AGAIN_SECONDS
        # What was forgotten for this is not asked for again: there is no room for more.
        self._learned[scope.org] = _Learned((marks[0], self._marks(scope)[1]), until, versions)

    def _marks(self, scope: Scope) -> tuple[int, int]:
        redactor = self._secrets.redactor
        return self._database.mark(TOPIC), redactor.forgotten(scope.org)

    async def _open(self, scope: Scope, known: _Versions) -> _Versions:
        """Open what is not among `known`; returns all that there is."""
        async with self._database.read(scope) as work:
            there = await SecretStore(work).all_versions(time.time())
            versions = _Versions(each for each in there if not is_internal(each[0]))
            for name, version in versions - known:
                try:
                    await self._secrets.get(work, name, version)
                except SecretUnreadable:  # whoever wants it is told; nobody can say it
                    _log.warning("secret_unreadable", name=name)
        return versions
