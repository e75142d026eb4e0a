"""What can go wrong with orgs."""

from cadre.kernel.errors import Conflict, Denied, Invalid, LimitReached, NotFound


class OrgNotFound(NotFound):
    """No such org."""

    code = "org_not_found"


class OrgExists(Conflict):
    """The slug or the id is taken."""

    code = "org_exists"


class OrgSuspended(Denied):
    """Nothing runs and nobody signs in until the org is reactivated."""

    code = "org_suspended"
    title = "The organisation is suspended"


class HomeOnly(Denied):
    """Only members of the home org run the installation."""

    code = "home_only"


class HomeStays(Conflict):
    """The home org can't be suspended or deleted: it runs the installation."""

    code = "home_stays"


class NotConfirmed(Invalid):
    """What can't be undone is asked for twice."""

    code = "not_confirmed"


class DomainNotFound(NotFound):
    """The org has not named this domain."""

    code = "domain_not_found"


class DomainNotProved(Conflict):
    """The DNS does not say yet that the domain is the org's."""

    code = "domain_not_proved"


class DomainTaken(Conflict):
    """Another org has proved that the domain is its own, or the installation uses it."""

    code = "domain_taken"


class ProjectNotFound(NotFound):
    """No such project in this org."""

    code = "project_not_found"


class ProjectExists(Conflict):
    """The slug is taken."""

    code = "project_exists"


class EnvironmentUnknown(Invalid):
    """There are three environments."""

    code = "environment_unknown"


class JobNotFound(NotFound):
    """No such job."""

    code = "org_job_not_found"


class ArchiveInvalid(Invalid):
    """The file is not an export of an org, is damaged, or was made to do harm."""

    code = "archive_invalid"


class ArchiveTooLarge(LimitReached):
    """Unpacked, the archive would be larger than an import may be."""

    code = "archive_too_large"


class PassphraseWrong(Invalid):
    """The secrets of the archive do not open with it."""

    code = "passphrase_wrong"


class LogoRefused(Invalid):
    """The picture can't be a logo."""

    code = "logo_refused"


class MemberLimit(LimitReached):
    """The org has as many as it may have."""

    code = "org_limit_reached"
