"""Admission: who may ask through a door, from this host, as often as now."""

from collections.abc import MutableMapping
from typing import Any

from cadre.infra.asgi import Header
from cadre.infra.web import ProblemMasks
from cadre.trust.budgets import Spender
from cadre.trust.keys import KeyRefused, Keys
from cadre.trust.limits import FairQueue, Limits
from cadre.trust.orgs import Tenants, admits


class Admission:
    """Asked with every request, so what is known costs a few microseconds."""

    def __init__(
        self,
        keys: Keys,
        tenants: Tenants,
        limits: Limits,
        queue: FairQueue,
        masks: ProblemMasks | None = None,
    ) -> None:
        """`queue` says whose turn it is where more is asked than can be done at once.

        `masks` keeps secrets out of what is said to whoever is not served.
        """
        self._masks = masks
        self.queue = queue
        self._keys = keys
        self._tenants = tenants
        self._limits = limits

    def mask(self, scope: MutableMapping[str, Any], said: bytes) -> bytes:
        """What a door says of an error, without any secret that is known."""
        return said if self._masks is None else self._masks.mask(scope, said.decode()).encode()

    async def admit(
        self, scope: MutableMapping[str, Any], key: str, headers: list[Header]
    ) -> Spender:
        """On whose account it is, or raise why not; `headers` then say how much is left."""
        spender = await self._keys.spender(key)
        org = spender.scope.org
        if not admits(scope, org, is_program=True):
            raise KeyRefused("The API key is not one of this organisation's: ask at its own host.")
        await self._tenants.require_active(org)
        limits, key_id = self._limits, spender.key_id or ""
        if limits.is_shared:
            decision = await limits.check("gateway", org, {"key": key_id, "org": org})
        else:
            decision = limits.hit(key_id, org)
        if not decision.allowed:
            raise decision.error()
        headers += decision.headers()
        return spender
