"""The exchange under both wires: the ends of a stream and of our patience."""

import time
from collections.abc import Callable
from email.utils import formatdate

import pytest

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.wires.anthropic import AnthropicMessages
from cadre.engine.models.wires.exchange import Exchange, retry_after_seconds
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError, Invalid
from cadre.kernel.scope import Scope
from tests.engine.models.wires.anthropic import recorded
from tests.engine.models.wires.asking import IMPATIENT, KEY, answer
from tests.engine.models.wires.raw_server import Answer, RawServer, events

Connect = Callable[..., AnthropicMessages]


def refused(*_: object) -> CadreError:
    return Invalid("refused")


def exchange(raw: RawServer, http: HttpClient) -> Exchange:
    endpoint = Endpoint("test", raw.url, KEY)
    return Exchange(http, endpoint, headers={}, explain=refused, patience=IMPATIENT)


async def test_a_last_event_without_its_blank_line_still_counts(
    raw: RawServer, connect: Connect, scope: Scope
):
    chunks = events(recorded.start(), *recorded.text(0, "Hello"), *recorded.end())
    raw.say(Answer([*chunks[:-1], chunks[-1].rstrip()]))

    assert (await answer(connect(), scope)).message.text == "Hello"


async def test_a_silence_after_the_end_is_not_waited_out(raw: RawServer, http: HttpClient):
    raw.say(Answer(events({"n": 1}, {"n": 2}), end="hang"))

    async with exchange(raw, http).events(raw.url, {}) as stream:
        first = await anext(stream)
        stream.end_after(0.05)
        rest = [event async for event in stream]

    assert [first, *rest] == [{"n": 1}, {"n": 2}]


async def test_json_that_is_no_object_is_named(raw: RawServer, http: HttpClient):
    raw.say_json([1])

    with pytest.raises(ModelReplyBroken, match="JSON"):
        await exchange(raw, http).json("GET", raw.url)


async def test_leaving_with_an_error_of_ones_own_keeps_it(raw: RawServer, http: HttpClient):
    raw.say(Answer(events({"n": 1}), end="hang"))

    with pytest.raises(ZeroDivisionError):
        async with exchange(raw, http).events(raw.url, {}) as stream:
            await anext(stream)
            raise ZeroDivisionError


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("0.5", 0.5), ("soon", None), ("", None)]
)
def test_how_long_to_wait_is_read(value: str, seconds: float | None):
    assert retry_after_seconds({"retry-after": value}) == seconds


def test_a_date_to_come_back_at_is_read():
    seconds = retry_after_seconds({"retry-after": formatdate(time.time() + 60, usegmt=True)})

    assert seconds is not None
    assert 55 < seconds <= 60
    assert retry_after_seconds({"retry-after": formatdate(0, usegmt=True)}) == 0.0
