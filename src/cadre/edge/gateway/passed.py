"""Passed: a provider's own answer, whole or in pieces, looked at and sent on as it is."""

import orjson

from cadre.edge.gateway.question import Question, Words
from cadre.engine.models import ModelReplyBroken, Passing, Tally, Target
from cadre.infra.asgi import Header, Opening, Pieces, known_headers
from cadre.infra.http_client import HttpStream
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

JSON_TYPE, EVENTS_TYPE = "application/json", "text/event-stream"


async def passed(question: Question, passing: Passing, target: Target, tally: Tally) -> Pieces:
    """One attempt at a target that speaks the words of `question`."""
    words = question.words
    async with passing.send(question.path, question.body.data, question.sent_on) as answer:
        headers = [*known_headers(answer.headers, words.told_on), answered_by(target)]
        if not question.is_stream:
            yield Opening(await _whole(words, passing, target, answer, tally), headers)
            return
        _check_type(words, target, answer, EVENTS_TYPE)
        passage = question.passage(passing, target.endpoint.provider)
        is_first = True
        try:
            async for chunk in answer.chunks():
                piece = passage.feed(chunk)
                if piece:
                    yield Opening(piece, headers, question.media_type) if is_first else piece
                    is_first = False
            last = passage.close()
            tally.is_complete = True
            if last:
                yield last
        finally:  # what was used is paid, whoever broke off
            passage.tell(tally)


async def counted_by(passing: Passing, question: Question) -> bytes:
    """What the provider says that `question` would use, in its own bytes."""
    sent = passing.send(question.path, question.body.data, question.sent_on)
    async with sent as answer:
        return await answer.read()


def answered_by(target: Target) -> Header:
    return b"x-cadre-model", target.name.encode()


async def _whole(
    words: Words, passing: Passing, target: Target, answer: HttpStream, tally: Tally
) -> bytes:
    _check_type(words, target, answer, JSON_TYPE)
    whole = await answer.read()
    try:
        said: Json = orjson.loads(whole)
    except orjson.JSONDecodeError:
        said = None
    if not is_object(said) or not words.is_answer(said):
        raise ModelReplyBroken(
            f"{target.endpoint.provider} answered something that is not {words.answer}. "
            f"Check that its base URL is that of {words.server}."
        )
    counts = passing.counts(said)
    tally.reported = None if counts is None else passing.usage(counts)
    tally.is_complete = True
    tally.is_cut = words.is_cut(said)
    return whole


def _check_type(words: Words, target: Target, answer: HttpStream, media_type: str) -> None:
    given = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise ModelReplyBroken(
            f"{target.endpoint.provider} answered with {given or 'no content type'} instead of "
            f"{media_type}. Check that its base URL is that of {words.server}."
        )
