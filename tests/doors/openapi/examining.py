"""Examining: every operation of the description asked with what it takes and with what it does not.

Nothing here decides what is right: the description does. What is found is kept, once for each operation
and kind of fault, with the request that shows it.
"""

import base64
import os
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests.exceptions import RequestException
from schemathesis import GenerationMode
from schemathesis import checks as general_checks
from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.jsonschema import make_validator
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks as openapi_checks

from cadre.kernel.values import is_list, is_object
from tests.doors.openapi.seeds import Seeds

# A case of schemathesis, and its checks: a type checker can't follow their types.
Asked = Any
_GENERAL: Any = general_checks
_OPENAPI: Any = openapi_checks

# By hand: FUZZ_EXAMPLES=100 FUZZ_SEED=7 pytest tests/doors/test_openapi.py
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
SEED = os.environ.get("FUZZ_SEED")
MOST_COVERED = int(os.environ.get("FUZZ_COVERED", "16"))
ONLY = os.environ.get("FUZZ_ONLY", "")
# In the shapes of those that are given out, but never given out.
FORGED_CURSORS = [
    "nan~x",
    "1e999~x",
    "-1",
    "9" * 18,
    "²",
    "x" * 500,
    *(base64.urlsafe_b64encode(said).decode() for said in (rb'[1,"\u0000"]', b"{}", b"[1e300,[]]")),
]
_MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
_OVERLOADED = "overloaded"
_AWAY = ("dns_silent",)
_READ_AS = {
    "integer": ["boolean", "string", "number"],
    "number": ["boolean", "string"],
    "boolean": ["number", "string"],
}
_SCALAR = r"^\s*([+-]?[0-9_.]+([eE][+-]?[0-9]+)?|true|false|t|f|yes|no|y|n|on|off)\s*$"


def documented_status(_: CheckContext, response: Response, case: Asked) -> None:
    """The description names the status itself: `default` names everything, which says nothing."""
    said = case.operation.definition.raw["responses"]
    if response.status_code != 405 and str(response.status_code) not in said:
        raise Failure(
            operation=case.operation.label,
            title="Undocumented status",
            message=f"{response.status_code}, documented are {', '.join(said)}",
        )


def no_fault_of_ours(ctx: CheckContext, response: Response, case: Asked) -> bool | None:
    """What the server depends on may be away: it says so, and of what."""
    if response.status_code == 503 and any(code in response.text for code in _AWAY):
        return None
    return _GENERAL.not_a_server_error(ctx, response, case)


def refuses_what_is_not_described(
    ctx: CheckContext, response: Response, case: Asked
) -> bool | None:
    """Scalars are read for what they can only mean: `"5"` as 5, 0 as false; in a form all is text."""
    if response.status_code >= 400:
        return None
    try:
        return _OPENAPI.negative_data_rejection(ctx, response, case)
    except Failure:
        media_type = case.media_type or ""
        if media_type.startswith("multipart/") or _is_lax(case):
            return None
        raise


def _is_lax(case: Asked) -> bool:
    described = case.operation.get_body_for_media_type(case.media_type)
    if described is None or not (is_object(case.body) or is_list(case.body)):
        return False
    schema = _lax(described.validation_schema)
    validator = case.operation.schema.adapter.jsonschema_validator_cls
    return make_validator(schema, validator).is_valid(_stripped(case.body))


def _stripped(value: Any) -> Any:
    """`value` without spaces around its texts, which is how many of them are read."""
    if is_list(value):
        return [_stripped(each) for each in value]
    if is_object(value):
        return {name: _stripped(inner) for name, inner in value.items()}
    return value.strip() if isinstance(value, str) else value


def _lax(schema: Any) -> Any:
    """`schema` with every number and every truth also as the scalars that are taken for them."""
    if is_list(schema):
        return [_lax(each) for each in schema]
    if not is_object(schema):
        return schema
    if schema.get("type") in _READ_AS:
        other = {"type": _READ_AS[schema["type"]], "pattern": _SCALAR}
        return {"anyOf": [schema, other]}
    return {name: _lax(inner) for name, inner in schema.items()}


CHECKS: list[Any] = [
    no_fault_of_ours,
    documented_status,
    _OPENAPI.content_type_conformance,
    _OPENAPI.response_headers_conformance,
    _OPENAPI.response_schema_conformance,
    refuses_what_is_not_described,
    _OPENAPI.unsupported_method,
]


@dataclass(frozen=True, slots=True)
class Finding:
    operation: str
    title: str
    detail: str
    request: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.title}\n  {self.detail}\n  {self.request}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the description does not say of operations, by their labels (and tags, for `needs_person`).

    `spends`: what it is asked about is not the same any more afterwards. `overlapping`: another operation
    has its address with another method. `guesses`: wrong passwords make everybody wait. `locks_out`: a
    field that would keep the examiner itself out.
    """

    needs_person: frozenset[str]
    spends: frozenset[str]
    overlapping: frozenset[str]
    guesses: frozenset[str]
    locks_out: dict[str, str]


@dataclass
class Examiner:
    """Asks with `key`, or as a person where that is needed, about things that `seeds` made."""

    url: str
    key: str
    description: dict[str, Any]
    seeds: Seeds
    known: Known
    findings: dict[tuple[str, str, str], Finding] = field(
        default_factory=dict[tuple[str, str, str], Finding]
    )
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    _asked: int = 0
    _token: str = ""

    def __post_init__(self) -> None:
        self._session = requests.Session()
        config = schemathesis.Config()
        self._schema: Any = schemathesis.openapi.from_dict(self.description, config=config)
        generation = self._schema.config.generation
        generation.update(with_security_parameters=False)
        self._generation = generation

    def operations(self) -> list[Any]:
        """What puts something somewhere first, what takes it away late, who guesses passwords last."""
        found: list[Any] = [
            each.ok() for each in self._schema.get_all_operations() if isinstance(each, Ok)
        ]
        return sorted(found, key=self._rank)

    def _rank(self, operation: Any) -> tuple[int, bool]:
        is_open = operation.definition.raw["security"] == []
        is_last = is_open or operation.label in self.known.guesses
        rank = 2 if is_last else 0 if self._is_personal(operation) else 1
        return rank + (operation.method == "delete"), operation.method != "put"

    def examine(self, operation: Any) -> None:
        """Ask with what lies on every edge of the description, then with what chance brings."""
        self._token = self.seeds.person() if self._is_personal(operation) else self.key
        edges: list[Asked] = list(
            self._schema.iter_coverage_cases(
                operation, generation_modes=_MODES, generation_config=self._generation
            )
        )
        methods = [case for case in edges if case.method != operation.method.upper()]
        inputs = [case for case in edges if case.method == operation.method.upper()]
        for case in (*_spread(methods, 2), *_spread(inputs, MOST_COVERED)):
            self._ask(case)
        if "cursor" in operation.query:
            for cursor in FORGED_CURSORS:
                self._ask(operation.Case(query={"cursor": cursor}))
        for mode in _MODES:
            self._by_chance(operation, mode)

    def _by_chance(self, operation: Any, mode: GenerationMode) -> None:
        @settings(
            max_examples=EXAMPLES,
            derandomize=SEED is None,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Asked) -> None:
            self._ask(case)

        chosen = ask if SEED is None else seed(int(SEED))(ask)
        with suppress(Unsatisfiable):  # nothing can be wrong with a request that has nothing to it
            chosen()

    def _ask(self, case: Asked) -> None:
        self._asked += 1
        self._fill(case)
        headers = {"Authorization": f"Bearer {self._token}"}
        response = self._answer(case, headers)
        if response is None:
            return
        self.statuses[case.operation.label][response.status_code] += 1
        left_out: list[Any] = (
            [_OPENAPI.unsupported_method] if case.operation.label in self.known.overlapping else []
        )
        try:
            case.validate_response(
                response, checks=CHECKS, excluded_checks=left_out, headers=headers
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                self._keep(
                    case, failure.title, failure.message, str(response.status_code), response
                )
        if response.status_code == 401 and self._is_personal(case.operation):
            self._token = self.seeds.person()

    def _answer(self, case: Asked, headers: dict[str, str]) -> Response | None:
        """None where the request could not even be written down."""
        while True:
            try:
                response = case.call(
                    self.url,
                    session=self._session,
                    headers=headers,
                    timeout=60,
                    allow_redirects=False,
                )
            except RequestException as error:
                self._keep(case, "No answer", repr(error)[:300], "none", None)
                return None
            if response.status_code != 503 or _OVERLOADED not in response.text:
                return response
            time.sleep(float(response.headers["retry-after"][0]))

    def _fill(self, case: Asked) -> None:
        """Three times of four a path leads to something that is there, and a name names something."""
        operation, turn = case.operation, self._asked % 4
        if (
            is_object(case.body)
            and (name := self.known.locks_out.get(operation.label)) in case.body
        ):
            case.body = {each: value for each, value in case.body.items() if each != name}
        meta = case.meta
        if turn == 0 or meta is None:
            return
        is_spent = operation.label in self.known.spends or operation.method == "delete"
        if not meta.is_negative_at(ParameterLocation.PATH):
            for name in list(case.path_parameters or {}):
                if found := self.seeds.value(operation.path, name, is_spent=is_spent):
                    case.path_parameters[name] = found
        if not meta.generation.mode.is_positive:
            return
        self._name_something(case.query)
        if is_object(case.body):
            sample = self.seeds.body(operation.label) if turn in {1, 2} else {}
            if turn == 1 and sample:
                case.body = sample
            else:
                self._name_something(case.body)
                case.body = {**case.body, **sample}

    def _name_something(self, fields: dict[str, Any]) -> None:
        for name, value in list(fields.items()):
            if isinstance(value, str) and (word := self.seeds.word(name)):
                fields[name] = word

    def _is_personal(self, operation: Any) -> bool:
        return bool(self.known.needs_person & {*(operation.tags or ()), operation.label})

    def _keep(
        self, case: Asked, title: str, detail: str, status: str, response: Response | None
    ) -> None:
        operation = case.operation.label
        said = "" if response is None else response.text[:300]
        found = Finding(
            operation, title, f"{status}: {detail[:600]} {said}", case.as_curl_command()[:600]
        )
        self.findings.setdefault((operation, title, status), found)


def _spread(cases: list[Any], most: int) -> list[Any]:
    """At most `most` of them, from the first to the last."""
    if len(cases) <= most:
        return cases
    return [cases[round(n * (len(cases) - 1) / (most - 1))] for n in range(most)]
