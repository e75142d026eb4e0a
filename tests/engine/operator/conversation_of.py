"""A conversation with the operator in which tables stand for tools: no sandbox, no files."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import duckdb

from cadre.engine.operator import OfflineOperator
from cadre.kernel.messages import (
    AssistantMessage,
    Delta,
    Message,
    ModelRequest,
    ReplyDone,
    TextPart,
    ToolMessage,
    ToolSpec,
    UserMessage,
)
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope

NOW = 1_795_000_000.0  # 2026-11-18
TOOLS = "list_files read_file write_file search_files patch_file shell python sql chart http_get"
SCOPE = Scope(DEFAULT_ORG, DEFAULT_PROJECT, "default", Principal("user", "u", "u"))
Answerer = Callable[[str, dict[str, object]], tuple[str, bool]]


def specs(names: str = TOOLS) -> list[ToolSpec]:
    return [ToolSpec(name=name, description="", parameters={}) for name in names.split()]


@dataclass
class Tables:
    """Answers `list_files`, `sql` and `chart` from a DuckDB database, as the real tools would."""

    database: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    def __call__(self, name: str, arguments: dict[str, object]) -> tuple[str, bool]:
        if name == "list_files":
            return "\n".join(f"    1.0 kB  2026-11-17 10:00  {t}.csv" for t in self._names()), False
        if name == "chart":
            return "Drew 'x' as x.png and x.svg; the person sees it.", False
        if name != "sql":
            return "done", False
        try:
            cursor = self.database.execute(str(arguments["query"]))
        except duckdb.Error as error:
            return str(error), True
        names = [column[0] for column in cursor.description or []]
        rows = [[_text(cell) for cell in row] for row in cursor.fetchall()]
        lines = [names, ["---"] * len(names), *rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines), False

    def _names(self) -> list[str]:
        return [row[0] for row in self.database.execute("show tables").fetchall()]


def _text(cell: object) -> str:
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell)
    return " ".join(text.split("\n")).replace("|", "\\|")


@dataclass
class Talk:
    """Says things to the operator and carries out its calls with `tools`."""

    tools: Answerer
    operator: OfflineOperator = field(default_factory=lambda: OfflineOperator(now=lambda: NOW))
    messages: list[Message] = field(default_factory=list[Message])
    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    offered: str = TOOLS

    async def say(self, text: str) -> str:
        """Return the answer; `calls` then holds the calls of this turn."""
        self.calls.clear()
        self.messages.append(UserMessage(parts=[TextPart(text=text)]))
        return await self.finish()

    async def finish(self) -> str:
        """Go on until there is an answer to the last message."""
        for _ in range(12):
            deltas = await self.deltas()
            done = deltas[-1]
            assert isinstance(done, ReplyDone)
            self.messages.append(done.reply.message)
            if not done.reply.message.calls:
                return done.reply.message.text
            self._act(done.reply.message)
        raise AssertionError("no answer after 12 steps")

    async def deltas(self) -> list[Delta]:
        request = ModelRequest(model="offline", messages=self.messages, tools=specs(self.offered))
        return [delta async for delta in self.operator.stream(SCOPE, request)]

    def _act(self, message: AssistantMessage) -> None:
        for call in message.calls:
            text, is_error = self.tools(call.name, json.loads(call.arguments))
            self.calls.append((call.name, call.arguments))
            self.messages.append(
                ToolMessage(call_id=call.id, name=call.name, text=text, is_error=is_error)
            )

    @property
    def names(self) -> Sequence[str]:
        return [name for name, _ in self.calls]


def shop() -> Tables:
    """A table of sales, small enough to add up by hand."""
    tables = Tables()
    tables.database.execute(
        "create table orders (order_id text, order_date date, region text, product text, "
        "quantity integer, revenue decimal(10, 2))"
    )
    tables.database.execute(
        "insert into orders values "
        "('A1', '2025-01-10', 'North', 'Lamp', 2, 20.50), ('A2', '2025-01-20', 'South', 'Lamp', 1, 10.25), "
        "('A3', '2025-02-05', 'North', 'Desk', 1, 300.00), ('A4', '2026-02-05', 'East', 'Chair', 4, 400.00)"
    )
    return tables
