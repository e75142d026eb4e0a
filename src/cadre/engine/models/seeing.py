"""Seeing: a request as one model can take it in. What is optional is left out for who is blind to it."""

from cadre.engine.models.card import ModelCard
from cadre.engine.models.routing import is_optional
from cadre.kernel.messages import ImagePart, Message, ModelRequest, Part, UserMessage


def as_seen_by(card: ModelCard, request: ModelRequest) -> ModelRequest:
    """`request` without the optional images and documents that `card` has no eyes for."""
    messages = [_seen(card, message) for message in request.messages]
    if all(ours is theirs for ours, theirs in zip(messages, request.messages, strict=True)):
        return request
    return request.model_copy(update={"messages": messages})


def _seen(card: ModelCard, message: Message) -> Message:
    if not isinstance(message, UserMessage):
        return message
    parts = [part for part in message.parts if _takes(card, part) or not is_optional(part)]
    if len(parts) == len(message.parts):
        return message
    return message.model_copy(update={"parts": parts})


def _takes(card: ModelCard, part: Part) -> bool:
    needed = "vision" if isinstance(part, ImagePart) else "documents"
    return needed in card.capabilities
