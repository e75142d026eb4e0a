"""The two kinds of master key: one that this process holds, and one that a command holds."""

import asyncio
import base64
import binascii
import hashlib
import shlex

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cadre.kernel.errors import Unavailable
from cadre.trust.secrets.environment import environment_of_command
from cadre.trust.secrets.errors import MasterKeyUnusable
from cadre.trust.secrets.sealing import KEY_BYTES, derived, seal, unseal

_SECONDS = 20.0
_MOST_SAID = 200


class KeyCommandFailed(Unavailable):
    """The command that holds the master key gave no answer that can be used."""

    code = "key_command_failed"


class LocalWrap:
    """A master key in the memory of this process."""

    def __init__(self, master_key: bytes) -> None:
        self.id = f"key-{derived(master_key, b'cadre: id', 8).hex()}"
        self._wrapping = AESGCM(derived(master_key, b"cadre: data keys"))
        self._direct = AESGCM(master_key)

    async def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        return seal(self._wrapping, key, bound_to)

    async def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes | None:
        return unseal(self._wrapping, wrapped, bound_to)

    def open_direct(self, sealed: bytes, bound_to: bytes) -> bytes | None:
        """A value that was sealed before there were data keys."""
        return unseal(self._direct, sealed, bound_to)


class CommandWrap:
    """A master key that never comes here: `COMMAND wrap` and `COMMAND unwrap` work with it.

    The command reads one line of base64 from stdin and writes one to stdout: a client of a key
    management service, an HSM, or `age`.
    """

    id = "command"

    def __init__(self, command: str, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        try:
            self._argv = shlex.split(command)
        except ValueError as error:
            raise MasterKeyUnusable(
                f"CADRE_MASTER_KEY_COMMAND can't be read: {error}.",
                field="CADRE_MASTER_KEY_COMMAND",
            ) from None

    async def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        # Bound here, because not every service knows what a context is.
        return await self._ask("wrap", key + hashlib.sha256(bound_to).digest())

    async def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes | None:
        key = await self._ask("unwrap", wrapped)
        is_ours = key[KEY_BYTES:] == hashlib.sha256(bound_to).digest()
        return key[:KEY_BYTES] if is_ours else None

    async def _ask(self, verb: str, given: bytes) -> bytes:
        line = base64.b64encode(given)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                verb,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment_of_command(),
            )
        except (OSError, IndexError, ValueError) as error:
            raise self._failed(verb, f"can't be started ({error})") from None
        try:
            async with asyncio.timeout(self._seconds):
                out, said = await process.communicate(line + b"\n")
        except TimeoutError:
            raise self._failed(verb, f"did not answer in {self._seconds:.0f} seconds") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            words = said.replace(line, b"***").decode(errors="replace").strip()[:_MOST_SAID]
            raise self._failed(verb, f"left with {process.returncode}: {words}")
        try:
            return base64.b64decode(out.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise self._failed(verb, "did not answer with a line of base64") from None

    def _failed(self, verb: str, why: str) -> KeyCommandFailed:
        return KeyCommandFailed(
            f"CADRE_MASTER_KEY_COMMAND: `{' '.join(self._argv[:1])} ... {verb}` {why}."
        )
