"""What can be wrong with a secret."""

from cadre.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class MasterKeyUnusable(Invalid):
    """The master key is there, but can't be trusted or is not a key."""

    code = "master_key_unusable"


class SecretUnreadable(Unavailable):
    """The stored value does not open with this installation's master key."""

    code = "secret_unreadable"


class SecretNotFound(NotFound):
    """There is no such secret, version or lease, or not for this org."""

    code = "secret_not_found"


class BadSecret(Invalid):
    """The name or the value can't be used."""

    code = "bad_secret"


class LeaseOver(Conflict):
    """The lease has ended: its time is over, or somebody revoked it."""

    code = "lease_over"


class RotationUnderWay(Conflict):
    """Keys are being rotated already."""

    code = "rotation_under_way"
