"""Roles that every organisation has. They can't be changed; an organisation adds its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cadre.kernel.grants import ANYTHING, OWN, Grant
from cadre.trust.access.permissions import PERMISSIONS

OWNER = "owner"

# What an admin does not do: run the installation, end the organisation, say who may vouch for its
# owners.
_INSTALLATION = {"orgs:read", "orgs:write"}
_OWNERS = {"org:delete", "sign-in:write"}

_GUEST = ("agents:read", "models:read", "org:read")
# On everybody's things; a user has the same on their own.
_EVERYDAY = (
    *_GUEST,
    "agents:run",
    "conversations:read",
    "conversations:write",
    "files:read",
    "files:write",
    "keys:use",
    "models:use",
    "runs:read",
    "runs:write",
    "runs:cancel",
)
_MADE = ("conversations:", "files:", "runs:")
_USER = frozenset(Grant(each, OWN if each.startswith(_MADE) else ANYTHING) for each in _EVERYDAY)
_OPERATOR = (
    *_EVERYDAY,
    "approvals:read",
    "approvals:approve",
    "budgets:read",
    "gate:read",
    "limits:read",
    "providers:read",
    "routes:read",
    "settings:read",
    "usage:read",
)
_BUILDER = (
    *_EVERYDAY,
    "agents:write",
    "approvals:read",
    "budgets:read",
    "gate:read",
    "limits:read",
    "policies:read",
    "providers:read",
    "routes:read",
    "routes:write",
    "secrets:read",
    "settings:read",
    "usage:read",
)
_AGENT = (
    "agents:read",
    "agents:run",
    "conversations:read",
    "conversations:write",
    "files:read",
    "files:write",
    "models:read",
    "models:use",
    "runs:read",
    "runs:write",
)


@dataclass(frozen=True, slots=True)
class BuiltInRole:
    """A role that ships with cadre."""

    name: str
    description: str
    grants: frozenset[Grant]


def _role(name: str, description: str, *permissions: str) -> BuiltInRole:
    return BuiltInRole(name, description, frozenset(Grant(each) for each in permissions))


ROLES: Mapping[str, BuiltInRole] = MappingProxyType(
    {
        role.name: role
        for role in (
            _role(OWNER, "May do everything; an organisation always has one.", "*"),
            _role(
                "admin",
                "May do everything but run the installation, delete the organisation and say who may "
                "vouch for its people.",
                *sorted(PERMISSIONS.keys() - _INSTALLATION - _OWNERS),
            ),
            _role("builder", "Builds agents and routes, and runs them.", *_BUILDER),
            _role("operator", "Watches runs, decides approvals, sees the costs.", *_OPERATOR),
            BuiltInRole("user", "Talks to agents, and sees what came of it.", _USER),
            _role("agent", "What a run acts with.", *_AGENT),
            _role("guest", "Looks at what there is.", *_GUEST),
        )
    }
)
