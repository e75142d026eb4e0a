"""A chat completion in the caller's own words on its way to a server that speaks them too.

What the server would misread is not passed: `may_pass` is false, and the wire translates the
request, or refuses it by name. Only names of fields and wishes about sampling are changed.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import cast

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.deviations import Deviations, Feature
from cadre.engine.models.wires.openai.upstream import Upstream
from cadre.engine.models.wires.openai.usage import find_usage, priced, read_usage
from cadre.infra.http_client import HttpClient, HttpStream
from cadre.kernel.messages import Json, ReasoningEffort, Usage
from cadre.kernel.values import is_list, is_object

_TOKEN_FIELDS = ("max_completion_tokens", "max_tokens")
_WISHES = {"parallel_calls": "parallel_tool_calls"}
_SAMPLING = ("temperature", "top_p")
_PARTS: dict[str, Feature] = {
    "image_url": "images",
    "file": "documents",
    "input_audio": "audio",
}


@dataclass(slots=True)
class OpenAIPassing:
    """See `Passing`; `rules` are those of the model."""

    http: HttpClient
    endpoint: Endpoint
    model: str
    rules: Deviations
    price: Price | None
    patience: Patience

    def send(
        self, path: str, data: dict[str, Json], headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[HttpStream]:
        """See `Passing`."""
        upstream = Upstream(self.http, self.endpoint, self.patience, self.rules)
        return upstream.send("POST", path, passed_body(data, self.model, self.rules), more=headers)

    def counts(self, said: dict[str, Json]) -> dict[str, Json] | None:
        """See `Passing`."""
        return find_usage(said)

    def usage(self, counts: dict[str, Json]) -> Usage:
        """See `Passing`."""
        read = partial(read_usage, searches_each_time=self.rules.searches_each_time)
        return priced(counts, read, self.price, is_exact=self.rules.reports_cost)


def may_pass(data: dict[str, Json], deviations: Deviations) -> bool:
    """Whether a server of these deviations reads `data` as OpenAI would."""
    if deviations.speaks != "chat" or deviations.alternates_roles:
        return False
    used = set(_features(data))
    if used & deviations.refuses:
        return False
    if "audio" in used and deviations.audio_as != "base64":
        return False
    if data.get("stream") and "json_schema" in used and not deviations.streams_schemas:
        return False
    return not (deviations.continues_by and _continues(data))


def passed_body(data: dict[str, Json], model: str, deviations: Deviations) -> bytes:
    """The body for `model`, which tells its usage in a stream if it can."""
    body = {**data, "model": model}
    _rename_limit(body, deviations)
    for wish in deviations.leaves_out:
        body.pop(_WISHES.get(wish, wish), None)
    if deviations.samples_only_unreasoned and body.get("reasoning_effort") != "none":
        for wish in _SAMPLING:
            body.pop(wish, None)
    highest, heat = deviations.highest_temperature, body.get("temperature")
    if highest is not None and isinstance(heat, int | float):
        body["temperature"] = min(heat, highest)
    _think(body, deviations)
    for name, value in deviations.always.items():
        body.setdefault(name, value)
    if body.get("stream"):
        _ask_for_usage(body, deviations)
    return orjson.dumps(body)


def _rename_limit(body: dict[str, Json], deviations: Deviations) -> None:
    most = next((body[name] for name in _TOKEN_FIELDS if body.get(name) is not None), None)
    if most is not None:
        for name in _TOKEN_FIELDS:
            body.pop(name, None)
        body[deviations.max_tokens_field] = most


def _think(body: dict[str, Json], deviations: Deviations) -> None:
    if deviations.with_answer_format and _format_of(body):
        body.pop("reasoning_effort", None)
        body.update(deviations.with_answer_format)
        return
    effort = body.get("reasoning_effort")
    if effort is None:
        return
    known = deviations.efforts.get(cast("ReasoningEffort", effort))
    if known is not None:
        del body["reasoning_effort"]
        body.update(known)
    elif not deviations.efforts:
        del body["reasoning_effort"]


def _ask_for_usage(body: dict[str, Json], deviations: Deviations) -> None:
    if not deviations.has_stream_options:
        body.pop("stream_options", None)
        return
    options = body.get("stream_options")
    body["stream_options"] = {**(options if is_object(options) else {}), "include_usage": True}


def _features(data: dict[str, Json]) -> Iterator[Feature]:
    if data.get("tools"):
        yield "tools"
        choice = data.get("tool_choice")
        if choice == "required":
            yield "required_tool"
        elif is_object(choice):
            yield "named_tool"
        if data.get("parallel_tool_calls") is False:
            yield "parallel_calls"
    if kind := _format_of(data):
        yield "answer_format"
        if kind == "json_schema":
            yield "json_schema"
    if data.get("stop"):
        yield "stop"
    turns = data.get("messages")
    for turn in turns if is_list(turns) else ():
        yield from _features_of(turn)


def _features_of(turn: Json) -> Iterator[Feature]:
    content = turn.get("content") if is_object(turn) else None
    if not is_list(content):
        return
    for part in content:
        kind = part.get("type") if is_object(part) else None
        if isinstance(kind, str) and (feature := _PARTS.get(kind)):
            yield feature


def _format_of(data: dict[str, Json]) -> str:
    wanted = data.get("response_format")
    kind = wanted.get("type") if is_object(wanted) else None
    return kind if isinstance(kind, str) and kind != "text" else ""


def _continues(data: dict[str, Json]) -> bool:
    """Whether the last turn is one of the assistant's that is to go on."""
    turns = data.get("messages")
    last = turns[-1] if is_list(turns) and turns else None
    return is_object(last) and last.get("role") == "assistant"
