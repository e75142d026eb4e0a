"""Permissions: everything that can be granted, with a sentence each for whoever grants it.

A permission is `resource:action`. The actions are `read` and `write`, and a few of their own where
one of the two would grant too much.
"""

from collections.abc import Mapping
from types import MappingProxyType

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "agents:read": "See agents, their definitions and the tools that they can have.",
        "agents:write": "Change and delete agents.",
        "agents:run": "Give work to an agent.",
        "approvals:read": "See the calls that wait for a person.",
        "approvals:approve": "Decide whether a call that waits is made.",
        "audit:read": "Read, verify and export the audit log.",
        "budgets:read": "See budgets and what is spent of them.",
        "budgets:write": "Change budgets.",
        "consent:read": "See who consented to what.",
        "consent:write": "Give and withdraw consent for others.",
        "conversations:read": "Read conversations and follow them.",
        "conversations:write": "Begin, continue, rename and delete conversations.",
        "data:read": "Export what is kept of a person or of the organisation.",
        "data:write": "Erase what is kept of a person; say how long data is kept.",
        "domains:read": "See the domains of the organisation.",
        "domains:write": "Add and remove domains.",
        "files:read": "Download files of conversations and runs.",
        "files:write": "Upload files.",
        "gate:read": "See the rules of the gate, and what they say of a call.",
        "gate:write": "Change the rules of the gate.",
        "keys:use": "Have API keys of one's own.",
        "keys:read": "See everybody's API keys, never the secrets.",
        "keys:write": "Make, rotate and revoke API keys for others.",
        "limits:read": "See the limits of rate and size.",
        "limits:write": "Change the limits of rate and size.",
        "members:read": "See the members and groups of the organisation.",
        "members:write": "Invite, suspend and remove members; change groups.",
        "models:read": "See models, their prices, their health and what answers are kept.",
        "models:write": "Change what is said of models, and which one is the default.",
        "models:use": "Ask models, through the gateway too.",
        "org:read": "See the organisation's name, branding and features.",
        "org:write": "Change the organisation's name, branding and features.",
        "org:delete": "Suspend and delete the organisation.",
        "orgs:read": "See all organisations of this installation (home organisation only).",
        "orgs:write": "Make, suspend and delete organisations (home organisation only).",
        "policies:read": "See policies and what they would decide.",
        "policies:write": "Change policies.",
        "providers:read": "See providers of models, never their keys.",
        "providers:write": "Connect, change and test providers of models.",
        "roles:read": "See roles, who has them, who can do what and why.",
        "roles:write": "Change roles and give them to people, groups and service accounts.",
        "routes:read": "See how calls are routed to models.",
        "routes:write": "Change how calls are routed to models.",
        "runs:read": "See runs, follow them and read their journals.",
        "runs:write": "Steer, fork, replay and resolve runs.",
        "runs:cancel": "End runs.",
        "secrets:read": "See which secrets there are, never what they hold.",
        "secrets:write": "Enter, replace and delete secrets.",
        "secrets:reveal": "Read what a secret holds.",
        "service-accounts:read": "See service accounts.",
        "service-accounts:write": "Make, change and delete service accounts.",
        "settings:read": "See settings of the organisation, such as how long runs are kept.",
        "settings:write": "Change settings of the organisation.",
        "sign-in:read": "See who may vouch for people who sign in.",
        "sign-in:write": "Say who may vouch for people; whoever may can become any of them.",
        "usage:read": "See what was used and what it cost.",
    }
)

# What counts for the whole organisation, wherever it is done: a role given in one project or
# environment, and a key made for one, do not give it.
ORG_WIDE: frozenset[str] = frozenset(
    {
        "audit:read",
        "budgets:write",
        "consent:write",
        "data:read",
        "data:write",
        "domains:read",
        "domains:write",
        "gate:write",
        "keys:read",
        "keys:write",
        "limits:write",
        "members:write",
        "models:write",
        "org:delete",
        "org:write",
        "orgs:read",
        "orgs:write",
        "policies:write",
        "providers:write",
        "secrets:reveal",
        "secrets:write",
        "service-accounts:write",
        "settings:write",
        "sign-in:read",
        "sign-in:write",
    }
)

# Which kind of thing a permission is about, for those that can be given on a single one: the
# part before the colon in "agent:support".
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "agent": ("agents:",),
        "approval": ("approvals:",),
        "budget": ("budgets:",),
        "conversation": ("conversations:", "files:"),
        "group": ("members:",),
        "key": ("keys:",),
        "model": ("models:",),
        "provider": ("providers:",),
        "role": ("roles:",),
        "route": ("routes:",),
        "run": ("runs:", "files:"),
        "service-account": ("service-accounts:",),
    }
)
