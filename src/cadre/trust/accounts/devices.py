"""Devices: where somebody is signed in."""

import time

from cadre.infra.database import Work
from cadre.trust.accounts.schemas import DeviceInfo
from cadre.trust.accounts.store import SessionStore
from cadre.trust.accounts.types import Identity


async def devices_of(work: Work, identity: Identity) -> list[DeviceInfo]:
    """The valid sessions of the person, the one used last first."""
    here = None if identity.session is None else identity.session.id
    return [
        DeviceInfo(
            id=row.id,
            is_this=row.id == here,
            is_program=row.is_program,
            method=row.method,
            address=row.address,
            user_agent=row.user_agent,
            created_at=row.created_at,
            seen_at=row.seen_at,
        )
        for row in await SessionStore(work).of_user(identity.user.id, time.time())
    ]
