"""What access knows of people: their roles and groups, and who gave what."""

from cadre.trust.access.store import topic_of
from cadre.trust.access.tables import group_members, role_bindings, service_accounts
from cadre.trust.privacy import Goes, Signed, Theirs

PERSONAL = Theirs(
    "access",
    Goes(group_members, ("member_id",)),
    Goes(role_bindings, ("subject_id",)),
    Signed(role_bindings, ("created_by",)),
    Signed(service_accounts, ("created_by",)),
    topics=(topic_of,),
)
