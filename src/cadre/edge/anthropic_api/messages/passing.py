"""A streamed message on its way through: looked at, not changed."""

from cadre.edge.gateway import Passage
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

SERVER = "a server with Anthropic's Messages API"


class MessagePassage(Passage):
    """One stream of a message's events."""

    event = "an event of a message"
    server = SERVER

    def takes(self, data: bytes) -> bool:
        said = self.parse(data)
        match said.get("type"):
            case "content_block_delta":
                self.characters += _characters(said.get("delta"))
            case "message_start":
                self.count(said)
            case "message_delta":
                self.count(said)
                self.is_cut = is_cut(said.get("delta"))
            case "message_stop":
                self.is_done = True
            case "error":
                raise self.broke_off(said.get("error"))
            case None:
                raise self.nonsense(data)
            case _:
                pass
        return True


def is_cut(said: Json) -> bool:
    """Whether an answer ended by a limit or a refusal."""
    stops = {"max_tokens", "refusal", "model_context_window_exceeded"}
    return is_object(said) and said.get("stop_reason") in stops


def _characters(delta: Json) -> int:
    if not is_object(delta):
        return 0
    said = delta.get("text") or delta.get("thinking") or delta.get("partial_json")
    return len(said) if isinstance(said, str) else 0
