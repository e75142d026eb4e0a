"""A process that rotates keys until it is done or killed: `rotating URL FOLDER data|master [FILE]`."""

import asyncio
import sys
from pathlib import Path

from cadre.infra.database import Database
from cadre.trust.secrets import read_new_key
from tests.trust.secrets.vaults import house_of


async def main(url: str, folder: str, what: str, new_key_file: str | None = None) -> None:
    database = Database(url)
    house = house_of(database, Path(folder), batch=1)
    if what == "data":
        await house.rotations.finish()
    else:
        await house.move.run(None if new_key_file is None else read_new_key(Path(new_key_file)))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
