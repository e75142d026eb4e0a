"""Queries of federation, for the org of the work."""

import json
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from cadre.infra.database import Work
from cadre.trust.federation.provider import GroupRule, Provider
from cadre.trust.federation.tables import (
    directory_groups,
    directory_users,
    federated_identities,
    federated_sign_ins,
    identity_providers,
)

Found = Row[*tuple[Any, ...]]

# Built once: building a statement takes longer than a lookup.
_PROVIDERS = (
    select(identity_providers)
    .where(identity_providers.c.org_id == bindparam("org_id"))
    .order_by(identity_providers.c.created_at, identity_providers.c.id)
)
_PROVIDER = _PROVIDERS.where(identity_providers.c.id == bindparam("id"))
_IDENTITY = select(federated_identities).where(
    federated_identities.c.org_id == bindparam("org_id"),
    federated_identities.c.provider_id == bindparam("provider_id"),
    federated_identities.c.subject == bindparam("subject"),
)
_OF_USER = select(federated_identities).where(
    federated_identities.c.org_id == bindparam("org_id"),
    federated_identities.c.user_id == bindparam("user_id"),
)
_ONLY_WAY = (
    select(identity_providers.c.name)
    .join_from(
        federated_identities,
        identity_providers,
        (identity_providers.c.org_id == federated_identities.c.org_id)
        & (identity_providers.c.id == federated_identities.c.provider_id),
    )
    .where(
        federated_identities.c.org_id == bindparam("org_id"),
        federated_identities.c.user_id == bindparam("user_id"),
        identity_providers.c.only_way.is_(True),
        identity_providers.c.enabled.is_(True),
    )
    .limit(1)
)
_DIRECTORY = select(directory_users).where(directory_users.c.org_id == bindparam("org_id"))
_IN_DIRECTORY = _DIRECTORY.where(directory_users.c.user_id == bindparam("user_id"))
_BY_NAME = _DIRECTORY.where(directory_users.c.folded_name == bindparam("folded_name"))
_GROUPS = select(directory_groups).where(directory_groups.c.org_id == bindparam("org_id"))
_GROUP = _GROUPS.where(directory_groups.c.group_id == bindparam("group_id"))


class _Store:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def _all(self, query: Any, **values: object) -> list[Found]:
        found = await self._work.connection.execute(query, {"org_id": self._org, **values})
        return list(found.all())

    async def _one(self, query: Any, **values: object) -> Found | None:
        found = await self._all(query, **values)
        return found[0] if found else None

    async def _change(self, statement: Any) -> int:
        return (await self._work.connection.execute(statement)).rowcount


class ProviderStore(_Store):
    async def all(self) -> list[Provider]:
        return [_provider(row) for row in await self._all(_PROVIDERS)]

    async def get(self, provider_id: str) -> Provider | None:
        row = await self._one(_PROVIDER, id=provider_id)
        return None if row is None else _provider(row)

    async def put(self, provider: Provider) -> None:
        row = _row(provider)
        table = identity_providers
        changed = await self._change(
            update(table).where(table.c.org_id == self._org, table.c.id == provider.id).values(row)
        )
        if not changed:
            await self._change(insert(table).values(org_id=self._org, **row))

    async def delete(self, provider_id: str) -> bool:
        for table in (federated_identities, federated_sign_ins):
            await self._change(
                delete(table).where(table.c.org_id == self._org, table.c.provider_id == provider_id)
            )
        table = identity_providers
        return (
            await self._change(
                delete(table).where(table.c.org_id == self._org, table.c.id == provider_id)
            )
            > 0
        )

    async def only_way_of(self, user_id: str) -> str | None:
        """The name of the one provider that `user_id` may come in by, if there is such."""
        row = await self._one(_ONLY_WAY, user_id=user_id)
        return None if row is None else row.name


class SignInStore(_Store):
    """Sign-ins under way, and whom providers vouched for."""

    async def begin(self, state_hash: str, now: float, **row: object) -> None:
        table = federated_sign_ins
        await self._change(
            delete(table).where(table.c.org_id == self._org, table.c.expires_at <= now)
        )
        await self._change(
            insert(table).values(org_id=self._org, state_hash=state_hash, created_at=now, **row)
        )

    async def take(self, state_hash: str, browser_hash: str, now: float) -> Found | None:
        """Take a sign-in that this browser began; of two who arrive together one gets the row."""
        table = federated_sign_ins
        statement = (
            delete(table)
            .where(
                table.c.org_id == self._org,
                table.c.state_hash == state_hash,
                table.c.browser_hash == browser_hash,
                table.c.expires_at > now,
            )
            .returning(table.c.provider_id, table.c.redirect_uri, table.c.return_to)
        )
        return (await self._work.connection.execute(statement)).one_or_none()

    async def user_of(self, provider_id: str, subject: str) -> str | None:
        row = await self._one(_IDENTITY, provider_id=provider_id, subject=subject)
        return None if row is None else row.user_id

    async def of_user(self, user_id: str) -> list[Found]:
        return await self._all(_OF_USER, user_id=user_id)

    async def link(
        self, provider_id: str, subject: str, user_id: str, *, email: str, now: float
    ) -> None:
        await self.unlink(provider_id, subject)
        await self._change(
            insert(federated_identities).values(
                org_id=self._org,
                provider_id=provider_id,
                subject=subject,
                user_id=user_id,
                email=email,
                linked_at=now,
                last_at=now,
            )
        )

    async def used(self, provider_id: str, subject: str, now: float) -> None:
        table = federated_identities
        await self._change(
            update(table)
            .where(
                table.c.org_id == self._org,
                table.c.provider_id == provider_id,
                table.c.subject == subject,
            )
            .values(last_at=now)
        )

    async def unlink(self, provider_id: str, subject: str) -> None:
        table = federated_identities
        await self._change(
            delete(table).where(
                table.c.org_id == self._org,
                table.c.provider_id == provider_id,
                table.c.subject == subject,
            )
        )


class DirectoryStore(_Store):
    """What a directory said of people and groups."""

    async def users(self) -> dict[str, Found]:
        return {row.user_id: row for row in await self._all(_DIRECTORY)}

    async def user(self, user_id: str) -> Found | None:
        return await self._one(_IN_DIRECTORY, user_id=user_id)

    async def named(self, user_name: str) -> Found | None:
        return await self._one(_BY_NAME, folded_name=user_name.casefold())

    async def put_user(self, user_id: str, now: float, **values: object) -> None:
        table = directory_users
        changed = await self._change(
            update(table)
            .where(table.c.org_id == self._org, table.c.user_id == user_id)
            .values(updated_at=now, **values)
        )
        if not changed:
            await self._change(
                insert(table).values(
                    org_id=self._org, user_id=user_id, created_at=now, updated_at=now, **values
                )
            )

    async def forget_user(self, user_id: str) -> None:
        table = directory_users
        await self._change(
            delete(table).where(table.c.org_id == self._org, table.c.user_id == user_id)
        )

    async def groups(self) -> dict[str, Found]:
        return {row.group_id: row for row in await self._all(_GROUPS)}

    async def group(self, group_id: str) -> Found | None:
        return await self._one(_GROUP, group_id=group_id)

    async def put_group(self, group_id: str, external_id: str | None, now: float) -> None:
        await self.forget_group(group_id)
        await self._change(
            insert(directory_groups).values(
                org_id=self._org, group_id=group_id, external_id=external_id, updated_at=now
            )
        )

    async def forget_group(self, group_id: str) -> None:
        table = directory_groups
        await self._change(
            delete(table).where(table.c.org_id == self._org, table.c.group_id == group_id)
        )


def _provider(row: Found) -> Provider:
    return Provider(
        id=row.id,
        name=row.name,
        kind=row.kind,
        issuer=row.issuer,
        client_id=row.client_id,
        scopes=tuple(json.loads(row.scopes)),
        domains=frozenset(json.loads(row.domains)),
        creates_users=bool(row.creates_users),
        default_role=row.default_role,
        groups_claim=row.groups_claim,
        group_map=tuple(GroupRule(**each) for each in json.loads(row.group_map)),
        only_way=bool(row.only_way),
        trusts_mfa=bool(row.trusts_mfa),
        mfa_acr=frozenset(json.loads(row.mfa_acr)),
        enabled=bool(row.enabled),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _row(provider: Provider) -> dict[str, Any]:
    rules = [
        {"value": each.value, "role": each.role, "group": each.group} for each in provider.group_map
    ]
    return {
        "id": provider.id,
        "name": provider.name,
        "kind": provider.kind,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": json.dumps(provider.scopes),
        "domains": json.dumps(sorted(provider.domains)),
        "creates_users": provider.creates_users,
        "default_role": provider.default_role,
        "groups_claim": provider.groups_claim,
        "group_map": json.dumps(rules),
        "only_way": provider.only_way,
        "trusts_mfa": provider.trusts_mfa,
        "mfa_acr": json.dumps(sorted(provider.mfa_acr)),
        "enabled": provider.enabled,
        "created_at": provider.created_at,
        "updated_at": provider.updated_at,
    }
