"""Properties: whatever is said and whatever tools answer, there is an answer or a call."""

import json

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from cadre.engine.operator import OfflineOperator
from cadre.engine.operator.data.query import Filter, Grouping, Measure, Query, write_sql
from cadre.engine.operator.data.schema import Column
from cadre.engine.operator.desk import Call
from cadre.kernel.messages import (
    AssistantMessage,
    Message,
    ModelRequest,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from tests.engine.operator.conversation_of import NOW, specs

WORDS = [
    "total",
    "revenue",
    "by",
    "region",
    "per",
    "month",
    "in",
    "2025",
    "top",
    "5",
    "largest",
    "which",
    "how",
    "many",
    "average",
    "share",
    "of",
    "as",
    "a",
    "bar",
    "chart",
    "line",
    "pie",
    "where",
    "is",
    "above",
    "below",
    "between",
    "and",
    "not",
    "only",
    "now",
    "also",
    "what",
    "about",
    "yes",
    "no",
    "second",
    "show",
    "read",
    "find",
    "run",
    "tests",
    "convert",
    "to",
    "json",
    "rename",
    "delete",
    "orders.csv",
    "notes.txt",
    "12",
    "3.5",
    "%",
    "+",
    "(",
    ")",
    '"',
    "'",
    "`",
    "since",
    "yesterday",
    "last",
    "week",
    "by",
    "customer",
    "sorted",
    "describe",
    "select",
    "from",
    "`ls`",
    "https://x.y",
    "\\",
    "\x00",
    "é",
    "名前",
    "🙂",
]
sentences = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
)
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
SCHEMA = (
    "| table_name | column_name | data_type |\n|---|---|---|\n| orders | region | VARCHAR |\n"
    "| orders | revenue | DECIMAL(10,2) |\n| orders | order_date | DATE |\n| orders | customer | VARCHAR |"
)
outputs = st.sampled_from([
    SCHEMA,
    "     1.0 kB  2026-11-17 10:00  orders.csv\n     20 B  2026-11-17 10:00  notes.txt",
    "| region | total revenue |\n|---|---|\n| North | 1 |",
    "",
    "No rows.",
])  # fmt: skip


@given(
    turns=st.lists(sentences, min_size=1, max_size=4),
    answers=st.lists(st.one_of(outputs, st.text(max_size=80)), max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_no_words_and_no_tool_answer_break_it(turns: list[str], answers: list[str]):
    operator = OfflineOperator(now=lambda: NOW)
    messages: list[Message] = []
    for said in turns:
        messages.append(UserMessage(parts=[TextPart(text=said)]))
        for number in range(6):
            request = ModelRequest(model="offline", messages=messages, tools=specs())
            step = operator.next_step(request)
            assert operator.next_step(request) == step
            if not isinstance(step, Call):
                assert step.strip()
                messages.append(AssistantMessage(text=step))
                break
            call = ToolCall(
                id=f"c{len(messages)}", name=step.name, arguments=json.dumps(step.arguments)
            )
            text = answers[(len(messages) + number) % len(answers)] if answers else ""
            messages.append(AssistantMessage(calls=[call]))
            messages.append(
                ToolMessage(call_id=call.id, name=call.name, text=text, is_error=number == 5)
            )


@given(table=names, group=names, amount=names, value=st.text(max_size=30), limit=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_any_name_and_value_are_data_in_the_query(
    table: str, group: str, amount: str, value: str, limit: int
):
    value = value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if group.lower() == amount.lower() or group.casefold() == amount.casefold():
        return
    quoted = [name.replace('"', '""') for name in (table, group, amount)]
    with duckdb.connect() as database:
        database.execute('create table "{}" ("{}" text, "{}" integer)'.format(*quoted))
        database.execute(f'insert into "{quoted[0]}" values (?, 7), (?, 1)', [value, value + "x"])
        query = Query(
            table,
            (Measure("sum", Column(table, amount, "INTEGER")),),
            (Grouping(Column(table, group, "VARCHAR")),),
            (Filter(Column(table, group, "VARCHAR"), "in", (value,)),),
            order="desc",
            limit=limit + 1,
        )

        rows = database.execute(write_sql(query)).fetchall()

        assert rows == [(value, 7)]
