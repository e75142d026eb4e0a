"""What SCIM calls wrong: `scim_type` is its word for it, where it has one."""

from typing import ClassVar

from cadre.kernel.errors import Conflict, Invalid, NotFound


class ScimInvalid(Invalid):
    """A value that can't be taken."""

    code = "scim_invalid_value"
    scim_type: ClassVar[str] = "invalidValue"


class BadFilter(ScimInvalid):
    code = "scim_invalid_filter"
    scim_type = "invalidFilter"


class BadPath(ScimInvalid):
    code = "scim_invalid_path"
    scim_type = "invalidPath"


class NoTarget(ScimInvalid):
    code = "scim_no_target"
    scim_type = "noTarget"


class BadSyntax(ScimInvalid):
    code = "scim_invalid_syntax"
    scim_type = "invalidSyntax"


class NotUnique(Conflict):
    """Somebody else has the name."""

    code = "scim_uniqueness"
    scim_type: ClassVar[str] = "uniqueness"


class ResourceNotFound(NotFound):
    """No such user or group."""

    code = "scim_not_found"


class VersionDiffers(Conflict):
    """Somebody changed it meanwhile (`If-Match`)."""

    code = "scim_version"
