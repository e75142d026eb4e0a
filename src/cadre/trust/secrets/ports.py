"""What the vault needs of others."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from cadre.infra.database import Work


class KeyWrap(Protocol):
    """Wraps the data keys of orgs: the master key in this process, or whoever holds it elsewhere."""

    @property
    def id(self) -> str:
        """Which key it is, without saying anything of the key; stored beside what it wrapped."""
        ...

    async def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """`key`, so that it is worth nothing without the master key; raises `MasterKeyUnusable`."""
        ...

    async def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes | None:
        """The key; None if it was not wrapped by this one, or not for `bound_to`."""
        ...


class Uses(Protocol):
    """Knows who works with secrets."""

    async def uses(self, work: Work) -> Mapping[str, Sequence[str]]:
        """By the name of a secret, who uses it."""
        ...
