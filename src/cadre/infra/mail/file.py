"""Mail into a folder: what an installation without a mail server does, so that nothing is lost.

The files hold links that sign people in: only whoever runs the process may read them.
"""

import asyncio
import os
import time
from pathlib import Path
from secrets import token_hex

from cadre.infra.mail.letter import Letter, message_of


class FileMail:
    """Writes each letter to `folder` as an .eml file, which mail programs open."""

    delivers = False

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        content = bytes(message_of(letter, self._sender))
        await asyncio.to_thread(self._write, content)

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(4)}"
        draft = self._folder / f".{name}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.rename(self._folder / f"{name}.eml")
