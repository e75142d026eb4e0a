"""Naming: by which columns a table names people, so that no new one is forgotten.

A column with one of these names must be claimed by the `Personal` of its room, or stand below with
the reason why it names nobody. tests/trust/privacy/test_every_table.py fails otherwise.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import MetaData

from cadre.trust.privacy.ports import Claim, Personal

NAMES_PEOPLE = frozenset(
    {
        *("account", "actor", "actor_id", "actor_name", "address", "assignee", "author"),
        *("began_by", "created_by", "decided_by", "deleted_by", "display_name", "email"),
        *("activated_by", "approved_by", "granted_by", "held_by", "holder", "invited_by"),
        *("leased_by", "login", "member", "member_id", "owner", "owner_id", "person"),
        *("person_id", "phone", "principal", "principal_id", "requested_by", "revoked_by"),
        *("sender", "set_by", "starter", "subject", "subject_id", "updated_by", "used_by"),
        *("user", "user_id", "user_name", "username", "key_id"),
    }
)

NOT_PEOPLE: Mapping[Claim, str] = MappingProxyType(
    {
        ("budget_reservations", "owner"): "A process.",
        ("consents", "used_by"): "A step of a run, which goes with the consent.",
        ("directory_users", "user_name"): "Goes with the row, by its user_id.",
        ("federated_identities", "email"): "Goes with the row, by its user_id.",
        ("federated_identities", "subject"): "Goes with the row, by its user_id.",
        ("secret_leases", "holder"): "A run, a tool or a service, by its id.",
        ("sessions", "address"): "Goes with the row, by its user_id.",
        ("sign_in_failures", "subject"): "A hash, which is forgotten after two days.",
    }
)


def unclaimed(metadata: MetaData, personal: Iterable[Personal]) -> list[Claim]:
    """The columns that look as if they named people and that nobody looks after."""
    claimed = {claim for each in personal for claim in each.claims}
    found = {
        (table.name, str(column.name))
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in NAMES_PEOPLE
    }
    return sorted(found - claimed - NOT_PEOPLE.keys())


def stale(metadata: MetaData, personal: Iterable[Personal]) -> list[Claim]:
    """What is claimed, or excused, and not there any more."""
    there = {(table.name, str(c.name)) for table in metadata.tables.values() for c in table.columns}
    said = {claim for each in personal for claim in each.claims} | NOT_PEOPLE.keys()
    return sorted(said - there)
