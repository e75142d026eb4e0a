"""What can be wrong with a consent."""

from cadre.kernel.errors import Conflict, Invalid, NotFound


class ConsentNotFound(NotFound):
    """No consent of this org, or of this person, has that id."""

    code = "consent_not_found"


class BadConsent(Invalid):
    """How long it holds does not fit the rest of it."""

    code = "bad_consent"


class ConsentDecided(Conflict):
    """It was granted, denied or withdrawn before."""

    code = "consent_decided"
    title = "Already decided"
