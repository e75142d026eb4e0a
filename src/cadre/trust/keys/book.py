"""The book of keys: made, rotated and revoked, by whoever may."""

import time
from collections.abc import Mapping
from decimal import Decimal

import orjson

from cadre.infra.database import Work
from cadre.kernel.errors import Invalid
from cadre.kernel.grants import EVERYTHING, Grant, Grants
from cadre.kernel.ids import new_id
from cadre.trust.access import (
    Access,
    Actor,
    Escalation,
    People,
    ServiceAccounts,
    Subject,
    check_grant,
    missing,
    read,
    written,
)
from cadre.trust.keys.errors import KeyNotFound, KeysReached
from cadre.trust.keys.ports import KeyUsage, Used
from cadre.trust.keys.schemas import ApiKey, KeyGrant, KeyOwner, KeyRequest, NewKey
from cadre.trust.keys.secret import hash_of, new_parts
from cadre.trust.keys.service import KEYS_TOPIC
from cadre.trust.keys.store import Found, KeyStore
from cadre.trust.orgs import allowance

_UNUSED = Used(0, Decimal(0))


class KeyBook:
    """The keys of an org."""

    def __init__(
        self, access: Access, services: ServiceAccounts, people: People, usage: KeyUsage
    ) -> None:
        self._access = access
        self._services = services
        self._people = people
        self._usage = usage

    async def all(self, work: Work, owner: Subject | None = None) -> list[ApiKey]:
        """The valid keys, newest first; only those of `owner` if it is given."""
        names, used = await self._names(work), await self._usage.this_month(work)
        rows = await KeyStore(work).all(time.time())
        return [
            _shown(row, names, used.get(row.id, _UNUSED))
            for row in rows
            if owner is None or _owner(row) == owner
        ]

    async def count(self, work: Work) -> int:
        """How many keys count against what the org may have."""
        return await KeyStore(work).count()

    async def owner(self, work: Work, key_id: str) -> Subject:
        """Whose key it is, or raise `KeyNotFound`."""
        return _owner(await _found(work, key_id))

    async def create(self, work: Work, actor: Actor, owner: Subject, wanted: KeyRequest) -> NewKey:
        """A key that acts for `owner`, which is who makes it or a service account."""
        now, parts, store = time.time(), new_parts(), KeyStore(work)
        project, environment = wanted.project or actor.project, wanted.environment
        environment = environment or actor.environment
        grants = _grants(wanted)
        if wanted.expires_at is not None and wanted.expires_at <= now:
            raise Invalid("`expires_at` is over already.", field="expires_at")
        await self._require(work, actor, owner, grants, project=project, environment=environment)
        await store.delete_expired(now)
        await _require_room(work, store)
        key_id = new_id("key")
        await store.add(
            id=key_id,
            user_id=owner.id if owner.kind == "user" else None,
            service_account_id=owner.id if owner.kind == "service" else None,
            name=wanted.name,
            prefix=parts.prefix,
            secret_hash=hash_of(parts.secret),
            created_at=now,
            created_by=actor.name,
            expires_at=wanted.expires_at,
            grants=None if grants is None else written(grants),
            project_id=project,
            environment=environment,
            models=None if wanted.models is None else orjson.dumps(wanted.models).decode(),
            rate_per_minute=wanted.rate_per_minute,
        )
        return await self._new(work, key_id, parts.joined())

    async def rotate(self, work: Work, actor: Actor, key_id: str, grace_seconds: float) -> NewKey:
        """A new secret, at once; the old one is good for a while longer."""
        row = await _found(work, key_id)
        grants = None if row.grants is None else read(row.grants)
        # Whoever is told the new secret can act as the key: as if they had made it.
        owner, project, environment = _owner(row), row.project_id, row.environment
        await self._require(work, actor, owner, grants, project=project, environment=environment)
        now, parts = time.time(), new_parts(row.prefix)
        work.touch(KEYS_TOPIC)
        await KeyStore(work).change(
            key_id,
            secret_hash=hash_of(parts.secret),
            rotated_at=now,
            old_secret_hash=row.secret_hash if grace_seconds else None,
            old_expires_at=now + grace_seconds if grace_seconds else None,
        )
        return await self._new(work, key_id, parts.joined())

    async def revoke(self, work: Work, key_id: str) -> None:
        """End the key now."""
        work.touch(KEYS_TOPIC)
        if not await KeyStore(work).delete(key_id):
            raise _not_found()

    async def _require(
        self,
        work: Work,
        actor: Actor,
        owner: Subject,
        grants: frozenset[Grant] | None,
        *,
        project: str | None,
        environment: str | None,
    ) -> None:
        """Raise `Escalation` if a key such as this would let `actor` do more than now."""
        if owner.kind == "service":
            await self._services.get(work, owner.id)
        if actor.subject is None:
            return
        if owner.kind == "user" and owner != actor.subject:
            raise Escalation(
                "Nobody makes or rotates a key that acts for somebody else. "
                "Make a service account for programs."
            )
        if owner != actor.subject:
            await self._access.require_over(work, actor, owner)
        if actor.project not in (None, project) or actor.environment not in (None, environment):
            raise Escalation("Your key acts in one project or environment only, and so must this.")
        if not actor.limits:
            return
        lacking = (
            Grant("*")
            if grants is None
            else missing(Grants(EVERYTHING.given, actor.limits), grants)
        )
        if lacking is not None:
            raise Escalation(
                f"Your own key does not have `{lacking.permission}` on `{lacking.resource}`: "
                "say in `grants` what the new one may do, within what yours may."
            )

    async def _new(self, work: Work, key_id: str, key: str) -> NewKey:
        row = await _found(work, key_id)
        shown = _shown(row, await self._names(work), _UNUSED)
        return NewKey(**shown.model_dump(), key=key)

    async def _names(self, work: Work) -> Mapping[Subject, str]:
        names = {Subject("user", one.id): one.name for one in await self._people.people(work)}
        services = await self._services.all(work)
        return names | {Subject("service", one.id): one.name for one in services}


def _grants(wanted: KeyRequest) -> frozenset[Grant] | None:
    if wanted.grants is None:
        return None
    grants = [Grant(each.permission, each.resource) for each in wanted.grants]
    for number, grant in enumerate(grants):
        check_grant(grant, f"grants.{number}")
    return frozenset(grants)


async def _require_room(work: Work, store: KeyStore) -> None:
    """Raise `KeysReached` if the org has as many keys as it may have."""
    most = await allowance(work, "keys")
    if most is not None and await store.count() >= most:
        raise KeysReached(
            f"This organisation has at most {most} API keys. Revoke one that is not used, or ask "
            "whoever runs this installation for more."
        )


async def _found(work: Work, key_id: str) -> Found:
    row = await KeyStore(work).get(key_id, time.time())
    if row is None:
        raise _not_found()
    return row


def _not_found() -> KeyNotFound:
    return KeyNotFound("There is no such key. See `GET /api/v1/keys` for those there are.")


def _owner(row: Found) -> Subject:
    if row.service_account_id is not None:
        return Subject("service", row.service_account_id)
    return Subject("user", row.user_id)


def _shown(row: Found, names: Mapping[Subject, str], used: Used) -> ApiKey:
    owner = _owner(row)
    kind = "service" if owner.kind == "service" else "user"
    grants = (
        None
        if row.grants is None
        else [
            KeyGrant(permission=each.permission, resource=each.resource)
            for each in sorted(read(row.grants))
        ]
    )
    old = row.old_expires_at
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        owner=KeyOwner(kind=kind, id=owner.id, name=names.get(owner, "")),
        grants=grants,
        project=row.project_id,
        environment=row.environment,
        models=None if row.models is None else orjson.loads(row.models),
        rate_per_minute=row.rate_per_minute,
        created_at=row.created_at,
        created_by=row.created_by,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        rotated_at=row.rotated_at,
        old_expires_at=old if old is not None and old > time.time() else None,
        month_calls=used.calls,
        month_cost_usd=used.cost_usd,
    )
