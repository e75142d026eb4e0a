"""Access: who may do what, and why.

A binding gives a role to a user, a group or a service account, everywhere in an org or in one
project, environment or group of resources. Nobody can give what they do not have.
"""

from cadre.trust.access.custom_roles import Roles
from cadre.trust.access.errors import Escalation, LastOwner, SubjectNotFound
from cadre.trust.access.explaining import Explaining
from cadre.trust.access.giving import Bindings, join, owners
from cadre.trust.access.grants import (
    IN_ONE_PLACE,
    BadGrant,
    check_grant,
    missing,
    read,
    written,
)
from cadre.trust.access.grouping import Groups
from cadre.trust.access.member_roles import MemberRoles
from cadre.trust.access.permissions import KINDS, PERMISSIONS
from cadre.trust.access.personal import PERSONAL
from cadre.trust.access.ports import People, Person
from cadre.trust.access.roles import OWNER, ROLES, BuiltInRole
from cadre.trust.access.schemas import Group, GroupInput
from cadre.trust.access.schemas import Member as GroupMember
from cadre.trust.access.service import Access
from cadre.trust.access.service_accounts import ServiceAccounts
from cadre.trust.access.store import topic_of
from cadre.trust.access.subject import SYSTEM, Actor, Subject, actor_of, person, set_actor

__all__ = [
    "IN_ONE_PLACE",
    "KINDS",
    "OWNER",
    "PERMISSIONS",
    "PERSONAL",
    "ROLES",
    "SYSTEM",
    "Access",
    "Actor",
    "BadGrant",
    "Bindings",
    "BuiltInRole",
    "Escalation",
    "Explaining",
    "Group",
    "GroupInput",
    "GroupMember",
    "Groups",
    "LastOwner",
    "MemberRoles",
    "People",
    "Person",
    "Roles",
    "ServiceAccounts",
    "Subject",
    "SubjectNotFound",
    "actor_of",
    "check_grant",
    "join",
    "missing",
    "owners",
    "person",
    "read",
    "set_actor",
    "topic_of",
    "written",
]
