"""What can go wrong when access is changed."""

from cadre.kernel.errors import Conflict, Denied, NotFound


class RoleNotFound(NotFound):
    code = "role_not_found"


class RoleTaken(Conflict):
    """A role of that name ships with cadre."""

    code = "role_taken"


class RoleInUse(Conflict):
    code = "role_in_use"


class GroupNotFound(NotFound):
    code = "group_not_found"


class BindingNotFound(NotFound):
    code = "role_binding_not_found"


class ServiceAccountNotFound(NotFound):
    code = "service_account_not_found"


class NameTaken(Conflict):
    code = "name_taken"


class SubjectNotFound(NotFound):
    """No such user, group or service account in this org."""

    code = "subject_not_found"


class Escalation(Denied):
    """Somebody would give, or take, what they do not have."""

    code = "escalation"


class LastOwner(Conflict):
    """The org would have no owner any more."""

    code = "last_owner"
