"""What can be wrong with a conversation or a message to it."""

from cadre.kernel.errors import Conflict, Invalid, NotFound


class ConversationNotFound(NotFound):
    """The org has no conversation with that id."""

    code = "conversation_not_found"


class KeyReused(Conflict):
    """The same Idempotency-Key came with another message."""

    code = "idempotency_key_reused"


class BadUpload(Invalid):
    """The request does not hold a file in the field `file`."""

    code = "bad_upload"
