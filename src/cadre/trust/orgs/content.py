"""What all work on a whole org shares: the stores, the ports, and how it tells of its progress."""

from collections.abc import Callable
from dataclasses import dataclass

from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.orgs.ports import Chronicle, Folders, Vault
from cadre.trust.orgs.references import References

# The step, how much of it is done, and of how much.
Tell = Callable[[str, int, int], None]
# Where ids of workspaces stand.
WORKSPACES = (("runs", "workspace_id"), ("conversations", "id"))


@dataclass(frozen=True, slots=True)
class Content:
    """Where everything lies that orgs have."""

    database: Database
    blobs: Blobs
    payloads: Blobs
    folders: Folders
    vault: Vault
    chronicle: Chronicle
    version: str

    @property
    def staying(self) -> frozenset[str]:
        """The tables that are worth nothing without this installation's keys."""
        return self.vault.tables | self.chronicle.tables

    @property
    def references(self) -> References:
        return References(self.blobs, self.payloads)


def system_scope(org: str) -> Scope:
    """As the system, on the rows of `org`."""
    return Scope(
        OrgId(org), DEFAULT_PROJECT, "production", Principal("system", "orgs", "Organisations")
    )
