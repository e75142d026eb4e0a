"""langgraph: a graph of five nodes with a checkpoint after each, `durability="sync"`.

A program of its own: `python langgraph_runs.py '<task as JSON>'` prints one JSON line. See
`benchmarks/programs.py` for what a task says. SqliteSaver turns WAL on by itself and leaves
SQLite's synchronous=FULL in place.
"""
# pyright: basic, reportMissingImports=false
# (langgraph lives in .bench/venv only, so that its pins never meet cadre's)

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict
from uuid import uuid4

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph


class State(TypedDict):
    number: int
    text: str


def trivial_step(state: State) -> State:
    return {"number": state["number"] + 1, "text": "done"}


def build(steps: int, saver: SqliteSaver) -> Any:
    graph = StateGraph(State)
    names = [f"step_{number}" for number in range(steps)]
    for name in names:
        graph.add_node(name, trivial_step)
    for left, right in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(left, right)
    return graph.compile(checkpointer=saver)


def throughput(graph: Any, task: dict[str, Any]) -> dict[str, Any]:
    def run(_: int) -> None:
        config = {"configurable": {"thread_id": uuid4().hex}}
        graph.invoke({"number": 0, "text": ""}, config, durability="sync")

    with ThreadPoolExecutor(task["threads"]) as pool:
        list(pool.map(run, range(min(task["runs"], 20))))
        began, used, finished = time.perf_counter(), time.process_time(), 0
        while not finished or time.perf_counter() - began < task["seconds"]:
            list(pool.map(run, range(task["runs"])))
            finished += task["runs"]
        steps = finished * task["steps"]
        return {
            "steps_per_second": steps / (time.perf_counter() - began),
            "cpu_us_per_step": (time.process_time() - used) / steps * 1e6,
        }


def main(task: dict[str, Any]) -> None:
    with SqliteSaver.from_conn_string(task["url"].removeprefix("sqlite:///")) as saver:
        print(json.dumps(throughput(build(task["steps"], saver), task)), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
