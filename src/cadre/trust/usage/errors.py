"""What can go wrong with usage."""

from cadre.kernel.errors import Unavailable


class UsageUnwritable(Unavailable):
    """Neither the spool nor the database takes a record, and memory for more has run out."""

    code = "usage_unwritable"
    title = "Usage can't be written down"
