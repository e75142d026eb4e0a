"""What privacy refuses."""

from cadre.kernel.errors import Conflict, Invalid, NotFound


class OnHold(Conflict):
    """Nothing of the org may be deleted at present."""

    code = "legal_hold"


class DataJobNotFound(NotFound):
    """No such work, or its archive is gone."""

    code = "data_job_not_found"


class PersonBusy(Conflict):
    """Something is being done with the person's data."""

    code = "person_busy"


class RetentionBusy(Conflict):
    """Retention is being applied."""

    code = "retention_busy"


class ErasureUnconfirmed(Invalid):
    """The confirmation is not what it must be."""

    code = "not_confirmed"


class BadRetention(Invalid):
    """There is no such class of data, or its days are out of bounds."""

    code = "bad_retention"
