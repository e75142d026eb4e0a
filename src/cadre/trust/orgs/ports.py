"""What the life of an org needs from rooms that orgs does not know."""

from collections.abc import Sequence
from typing import Protocol

from cadre.infra.database import Work
from cadre.kernel.ids import BlobId


class Founder(Protocol):
    """Makes the first person of a new org."""

    async def found(self, work: Work, email: str) -> str:
        """Make the owner of the work's org; returns the path of a link that signs them in once."""
        ...


class Folders(Protocol):
    """The files of workspaces, by the workspace's id."""

    async def snapshot(self, workspace: str) -> BlobId | None:
        """Keep the content as blobs and return their manifest; None if there is no such folder."""
        ...

    async def restore(self, workspace: str, manifest: BlobId) -> None:
        """Make the folder what `manifest` says."""
        ...

    async def delete(self, workspace: str) -> None:
        """Remove the folder; nothing happens if there is none."""
        ...


class Vault(Protocol):
    """Values that are sealed with this installation's key, and so worth nothing elsewhere."""

    @property
    def tables(self) -> frozenset[str]:
        """Where the sealed values lie: never exported as they are."""
        ...

    async def names(self, work: Work) -> Sequence[str]: ...

    async def open(self, work: Work, name: str) -> str | None: ...

    async def put(self, work: Work, name: str, value: str) -> None: ...


class Chronicle(Protocol):
    """The log of what was done, which the database refuses to shorten in any other way.

    It is proved with this installation's key, so it stays here when an org moves.
    """

    @property
    def tables(self) -> frozenset[str]: ...

    async def forget(self, work: Work) -> None:
        """Delete what was written of the work's org, but for the proof that it was."""
        ...


class Resolver(Protocol):
    """Asks the DNS."""

    async def texts(self, name: str) -> list[str]:
        """The TXT records of `name`: none if there are none; raises `Unavailable` if nobody says."""
        ...
