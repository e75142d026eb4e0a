"""The vault: secrets as people see them, by name and never by value."""

import re
import time
from collections.abc import Sequence

from cadre.infra.database import Work
from cadre.trust.secrets.errors import BadSecret, SecretNotFound
from cadre.trust.secrets.ports import Uses
from cadre.trust.secrets.schemas import SecretHosts, SecretInfo, SecretInput, SecretVersion
from cadre.trust.secrets.service import Secrets, is_internal
from cadre.trust.secrets.store import SecretStore, read_hosts

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
# They stand for something else in the addresses of the API.
_RESERVED = frozenset({"leases", "rotation"})


class Vault:
    """What an org has entered; what rooms keep for themselves is not here."""

    def __init__(self, secrets: Secrets, uses: Sequence[Uses] = ()) -> None:
        self._secrets, self._uses = secrets, uses

    async def all(self, work: Work) -> list[SecretInfo]:
        """By name."""
        used: dict[str, list[str]] = {}
        for port in self._uses:
            for name, users in (await port.uses(work)).items():
                used.setdefault(name, []).extend(users)
        return [
            SecretInfo.model_validate(
                {**row, "hosts": read_hosts(row["hosts"]), "used_by": used.get(row["name"], [])}
            )
            for row in await SecretStore(work).all()
            if not is_internal(row["name"])
        ]

    async def put(self, work: Work, name: str, given: SecretInput) -> SecretInfo:
        """Enter a secret, or a new version of it."""
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise BadSecret(
                "A name begins with a letter and has at most 100 letters, digits, `_`, `-` and `.`.",
                field="name",
            )
        value = given.value.get_secret_value()
        if "\0" in value or not _is_text(value):
            raise BadSecret("The value is not text.", field="value")
        await self._secrets.put(work, name, value)
        if given.hosts is not None:
            await SecretStore(work).put_hosts(name, given.hosts)
        return await self._info(work, name)

    async def put_hosts(self, work: Work, name: str, given: SecretHosts) -> SecretInfo:
        """Say where a tool may send the value from now on."""
        await self._info(work, name)
        await SecretStore(work).put_hosts(name, given.hosts)
        return await self._info(work, name)

    async def rotate(self, work: Work, name: str, given: SecretInput) -> SecretInfo:
        """A new version of a secret that there is."""
        await self._info(work, name)
        return await self.put(work, name, given)

    async def delete(self, work: Work, name: str) -> None:
        """Destroy all versions."""
        await self._info(work, name)
        await self._secrets.delete(work, name)

    async def versions(self, work: Work, name: str) -> list[SecretVersion]:
        """Newest first."""
        info = await self._info(work, name)
        shown = info.model_dump(include={"version", "updated_at", "updated_by"})
        current = SecretVersion(**shown, is_current=True, expires_at=None)
        former = await SecretStore(work).former(name, time.time())
        return [current, *(SecretVersion(**row, is_current=False) for row in former)]

    async def _info(self, work: Work, name: str) -> SecretInfo:
        found = next((each for each in await self.all(work) if each.name == name), None)
        if found is None:
            raise SecretNotFound(f"There is no secret `{name[:100]}`.")
        return found


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
