"""Runs the commands of examples/evaluation over the real tools, in the sandbox, and judges them.

Every call is carried out as if a person had approved it. What is judged is what a person
sees: the calls, and the figures in the answer, against a query written by hand.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import yaml
from pydantic import BaseModel, ConfigDict

from cadre.engine.operator import OfflineOperator
from cadre.engine.sandbox import Sandbox
from cadre.engine.tools import Toolbox, ToolContext, ToolOutput, Workspaces, parse_arguments
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    Json,
    Message,
    ModelReply,
    ModelRequest,
    ReplyDone,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope

EXAMPLES = Path(__file__).parent.parent / "examples"
LOOKS = frozenset({"list_files", "sql", "read_file", "search_files"})
SCOPE = Scope(DEFAULT_ORG, DEFAULT_PROJECT, "default", Principal("system", "score", "score"))
STEPS = 12
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)


class Case(BaseModel):
    """One entry of an evaluation file; its first lines say what the fields mean."""

    model_config = ConfigDict(extra="forbid")

    files: str
    say: str = ""
    turns: list[str] = []
    calls: list[str] | None = None
    truth: str = ""
    contains: list[str] = []
    contains_any: list[str] = []
    lacks: list[str] = []
    mark: str = ""
    argument: str = ""
    asks: bool = False

    @property
    def said(self) -> list[str]:
        return self.turns or [self.say]


@dataclass
class Answer:
    """What one turn led to."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    outputs: list[ToolOutput] = field(default_factory=list[ToolOutput])


def load_cases(name: str) -> list[Case]:
    content = yaml.safe_load((EXAMPLES / "evaluation" / name).read_text(encoding="utf-8"))
    return [Case.model_validate(entry) for entry in content]


class Evaluation:
    """A place to run cases in: workspaces below `root`, one sandbox, one operator."""

    def __init__(self, root: Path, sandbox: Sandbox, http: HttpClient) -> None:
        self._workspaces = Workspaces(root / "workspaces", Blobs(root / "blobs"))
        self._sandbox = sandbox
        self._http = http
        self._toolbox = Toolbox.installed()
        self._operator = OfflineOperator()
        self._count = 0
        self._truth = _truth_database()

    async def run(self, case: Case) -> Answer:
        """Hold the whole conversation of a case, and return its last turn."""
        self._count += 1
        workspace = self._workspaces.open(f"case-{self._count}")
        shutil.copytree(EXAMPLES / case.files, workspace.root, dirs_exist_ok=True)
        context = ToolContext(SCOPE, workspace, self._sandbox, self._http)
        messages: list[Message] = []
        answer = Answer()
        for said in case.said:
            messages.append(UserMessage(parts=[TextPart(text=said)]))
            answer = await self._turn(messages, context)
        return answer

    async def _turn(self, messages: list[Message], context: ToolContext) -> Answer:
        answer = Answer()
        specs = [tool.spec for tool in self._toolbox.all()]
        for _ in range(STEPS):
            request = ModelRequest(model="offline", messages=messages, tools=specs)
            reply = await self._ask(request)
            messages.append(reply.message)
            if not reply.message.calls:
                answer.text = reply.message.text
                return answer
            for call in reply.message.calls:
                output = await self._act(call, context)
                answer.calls.append(call)
                answer.outputs.append(output)
                messages.append(
                    ToolMessage(
                        call_id=call.id, name=call.name, text=output.text, is_error=output.is_error
                    )
                )
        raise AssertionError(f"no answer after {STEPS} steps")

    async def _ask(self, request: ModelRequest) -> ModelReply:
        async for delta in self._operator.stream(SCOPE, request):
            if isinstance(delta, ReplyDone):
                return delta.reply
        raise AssertionError("the stream ended without its reply")

    async def _act(self, call: ToolCall, context: ToolContext) -> ToolOutput:
        tool, arguments = self._toolbox.check(call.name, call.arguments)
        return await self._toolbox.act(tool, arguments, context)

    def faults(self, case: Case, answer: Answer) -> list[str]:
        """Return what is wrong with an answer, nothing if it is right."""
        found = [*_wrong_calls(case, answer), *_wrong_words(case, answer)]
        if case.truth:
            rows = self._truth.execute(case.truth).fetchall()
            found += wrong_figures(rows, answer.text)
        return found


def _wrong_calls(case: Case, answer: Answer) -> Iterable[str]:
    names = [call.name for call in answer.calls]
    if case.calls is not None:
        rest = iter(names)
        if not all(name in rest for name in case.calls):
            yield f"calls were {names}, wanted {case.calls}"
        if not case.calls and set(names) - LOOKS:
            yield f"calls were {names}, wanted none that act"
    wanted = [c for c in answer.calls if not case.calls or c.name == case.calls[-1]]
    if case.argument and not any(_holds(call, case.argument) for call in wanted):
        yield f"no call holds {case.argument!r}: {[c.arguments[:200] for c in wanted]}"
    marks = [
        _mark(parse_arguments(call.arguments)) for call in answer.calls if call.name == "chart"
    ]
    if case.mark and case.mark not in marks:
        yield f"marks were {marks}, wanted {case.mark}"
    for call, output in zip(answer.calls, answer.outputs, strict=True):
        if output.is_error:
            yield f"{call.name} failed: {output.text[:300]}"


def _holds(call: ToolCall, wanted: str) -> bool:
    return any(wanted in str(value) for value in parse_arguments(call.arguments).values())


def _mark(arguments: dict[str, Json]) -> str:
    spec: Any = arguments.get("spec") or {}
    return str(arguments.get("mark") or spec.get("mark"))


def _wrong_words(case: Case, answer: Answer) -> Iterable[str]:
    text = answer.text.lower()
    for wanted in case.contains:
        if wanted.lower() not in text:
            yield f"the answer lacks {wanted!r}"
    if case.contains_any and not any(wanted.lower() in text for wanted in case.contains_any):
        yield f"the answer has none of {case.contains_any}"
    for unwanted in case.lacks:
        if unwanted.lower() in text:
            yield f"the answer has {unwanted!r}"
    if case.asks != _is_question(answer.text) and (case.asks or case.truth):
        yield "it did not ask back" if case.asks else "it asked back"


def _is_question(text: str) -> bool:
    first = text.split("\n\n", maxsplit=1)[0]
    return first.rstrip().endswith("?")


def wrong_figures(rows: Sequence[tuple[Any, ...]], text: str) -> Iterable[str]:
    """Yield where the table of an answer, or its one figure, differs from the true rows."""
    table = [line for line in text.split("\n") if line.startswith("|")][2:]
    if not table and len(rows) == 1:
        cells = [text]
        if not all(_in_text(value, text) for value in rows[0]):
            yield f"the true figures are {rows[0]}"
        return
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]
    if len(cells) != len(rows):
        yield f"{len(cells)} rows, the truth has {len(rows)}"
    for row in rows:
        if not any(all(any(_same(v, cell) for cell in line) for v in row) for line in cells):
            yield f"no row for {row}"
            return


def _in_text(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return value.lower() in text.lower()
    return any(_same(value, found) for found in _NUMBER.findall(text))


def _same(value: Any, cell: str) -> bool:
    if value is None:
        return cell in ("", "NULL")
    if not isinstance(value, int | float):
        # A month is written 2025-01 by one and 2025-01-01 by the other.
        said = str(value).lower()
        return bool(cell) and (said.startswith(cell.lower()) or cell.lower().startswith(said))
    try:
        number = float(cell.replace(",", ""))
    except ValueError:
        return False
    return abs(number - float(value)) <= (0.001 if float(value).is_integer() else 0.051)


def _truth_database() -> duckdb.DuckDBPyConnection:
    """The examples as tables, read without cadre's tools."""
    database = duckdb.connect()
    for name, file in (
        ("orders", "sales/orders.csv"),
        ("customers", "sales/customers.csv"),
        ("tickets", "support/tickets.jsonl"),
        ("movements", "inventory/movements.parquet"),
    ):
        database.execute(f"create table {name} as from '{EXAMPLES / file}'")
    sheet: Any = openpyxl.load_workbook(EXAMPLES / "inventory" / "stock.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    database.execute(
        "create table stock (sku text, product text, category text, warehouse text, on_hand integer, reorder_level integer, unit_cost double)"
    )
    database.executemany("insert into stock values (?, ?, ?, ?, ?, ?, ?)", rows[1:])
    return database
