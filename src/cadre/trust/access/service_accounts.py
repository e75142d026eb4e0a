"""Service accounts: programs that act for themselves, with keys of their own."""

import time

from cadre.infra.database import Work
from cadre.kernel.ids import new_id
from cadre.trust.access.errors import NameTaken, ServiceAccountNotFound
from cadre.trust.access.schemas import ServiceAccount, ServiceAccountInput
from cadre.trust.access.service import Access
from cadre.trust.access.store import AccessStore, Found
from cadre.trust.access.subject import Actor, Subject


class ServiceAccounts:
    """The service accounts of an org. What one may do is said by its bindings."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def all(self, work: Work) -> list[ServiceAccount]:
        return [_shown(row) for row in await AccessStore(work).service_accounts()]

    async def get(self, work: Work, account_id: str) -> ServiceAccount:
        row = await AccessStore(work).service_account(account_id)
        if row is None:
            raise ServiceAccountNotFound(
                "There is no such service account. GET /api/v1/service-accounts lists those "
                "there are."
            )
        return _shown(row)

    async def create(self, work: Work, actor: Actor, wanted: ServiceAccountInput) -> ServiceAccount:
        """One that may do nothing yet."""
        account_id, now = new_id("svc"), time.time()
        await _require_free(work, wanted.name, account_id)
        await AccessStore(work).add_service_account(
            id=account_id,
            name=wanted.name,
            description=wanted.description,
            created_at=now,
            created_by=actor.name,
            disabled_at=now if wanted.disabled else None,
        )
        return await self.get(work, account_id)

    async def change(
        self, work: Work, actor: Actor, account_id: str, wanted: ServiceAccountInput
    ) -> ServiceAccount:
        """Name it anew, or disable it: its keys then open nothing, until it is enabled again."""
        before = await self.get(work, account_id)
        await _require_free(work, wanted.name, account_id)
        if before.disabled and not wanted.disabled:
            await self._access.require_over(work, actor, Subject("service", account_id))
        disabled_at = time.time() if wanted.disabled else None
        await AccessStore(work).change_service_account(
            account_id,
            name=wanted.name,
            description=wanted.description,
            disabled_at=disabled_at,
        )
        return await self.get(work, account_id)

    async def delete(self, work: Work, account_id: str) -> None:
        """Forget it with its bindings; its keys open nothing from now on."""
        await self.get(work, account_id)
        await AccessStore(work).delete_service_account(account_id)


async def _require_free(work: Work, name: str, account_id: str) -> None:
    other = await AccessStore(work).service_account_named(name)
    if other is not None and other.id != account_id:
        raise NameTaken(f"There is a service account `{name}` already.", field="name")


def _shown(row: Found) -> ServiceAccount:
    return ServiceAccount(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        created_by=row.created_by,
        disabled=row.disabled_at is not None,
    )
