"""What the tests of audit write; and, as a program, a process that writes until it is killed."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId
from cadre.trust.audit import AuditEntry, AuditLog, Seal

KEY = b"k" * 32


def entry(number: int = 0, **given: Any) -> AuditEntry:
    """Something that was done in the org "org_acme", unless told otherwise."""
    values: dict[str, Any] = {
        "org": OrgId("org_acme"),
        "action": "keys.create",
        "actor_kind": "user",
        "actor_id": "usr_acme",
        "actor_name": "Ann",
        "resource": f"key:{number}",
        "ip": "192.0.2.1",
        "user_agent": "curl/8",
        "request_id": f"req{number}",
        "details": {"fields": ["name"]},
    }
    return AuditEntry(**{**values, **given})


async def flood(url: str, folder: str, name: str) -> None:
    """Write without an end, and say after each event that it is written."""
    database = Database(url)
    log = AuditLog(database, Seal(KEY), Path(folder))
    await log.open()

    async def write(lane: int) -> None:
        number = 0
        while True:
            id_ = f"{name}-{lane}-{number}"
            await log.write(entry(resource=id_))
            sys.stdout.write(f"{id_}\n")
            sys.stdout.flush()
            number += 1

    await asyncio.gather(*(write(lane) for lane in range(8)))


if __name__ == "__main__":
    asyncio.run(flood(*sys.argv[1:]))
