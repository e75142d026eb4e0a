"""Export: everything that is kept of a person, written into one archive."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.privacy.archive import PersonArchive
from cadre.trust.privacy.ports import Attachment, Person, Personal
from cadre.trust.privacy.schemas import RoomResult

# The step, how many are done, and of how many.
Tell = Callable[[str, int, int], None]
_FORMAT = "cadre-person"
_VERSION = 1


async def export(
    database: Database,
    scope: Scope,
    person: Person,
    *,
    personal: Sequence[Personal],
    target: Path,
    tell: Tell,
) -> list[RoomResult]:
    """Write the archive to `target`; each room in a transaction of its own."""
    archive, results = await asyncio.to_thread(PersonArchive, target), list[RoomResult]()
    try:
        for number, each in enumerate(personal):
            tell(each.room, number, len(personal))
            results.append(await _room(database, scope, person, each, archive))
        about = _about(scope, person, results)
        await asyncio.to_thread(archive.finish, about)
    except BaseException:
        await asyncio.to_thread(archive.abandon)
        raise
    return results


async def _room(
    database: Database, scope: Scope, person: Person, each: Personal, archive: PersonArchive
) -> RoomResult:
    result, files = RoomResult(room=each.room), list[Attachment]()
    await asyncio.to_thread(archive.begin, each.room)
    async with database.read(scope) as work:
        async for item in each.export(work, person):
            if isinstance(item, Attachment):
                files.append(item)
            else:
                await asyncio.to_thread(archive.write, item)
                result.records += 1
    await asyncio.to_thread(archive.end)
    for file in files:
        result.files += await asyncio.to_thread(archive.attach, each.room, file)
    return result


def _about(scope: Scope, person: Person, results: Sequence[RoomResult]) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "exported_at": time.time(),
        "organisation": scope.org,
        "id": person.id,
        "email": person.email,
        "names": sorted(person.names),
        "rooms": {each.room: {"records": each.records, "files": each.files} for each in results},
    }
