"""What a model is to the rest of cadre: something that streams an answer."""

from collections.abc import AsyncIterator
from typing import Protocol

from cadre.kernel.messages import Delta, ModelRequest
from cadre.kernel.scope import Scope


class ChatModel(Protocol):
    """A model that can be asked. Real ones: OpenAI-compatible servers, the offline operator."""

    def stream(self, scope: Scope, request: ModelRequest) -> AsyncIterator[Delta]:
        """Yield the answer in pieces; the last item is always `ReplyDone` with all of it.

        Raises a kernel kind (see `errors`) if there is no answer. Closing the iterator or
        cancelling its task ends the call at the provider too.
        """
        ...
