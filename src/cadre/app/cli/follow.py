"""Following a run in the terminal: its steps, its text, its questions, its files."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from cadre.app.cli.client import ApiClient
from cadre.app.cli.exits import CANCELLED, DONE, FAILED, WAITING
from cadre.app.cli.files import save_files
from cadre.app.cli.output import fields, notes, print_json
from cadre.app.cli.questions import Asker
from cadre.app.cli.steps import Steps

_EXIT = {"done": DONE, "failed": FAILED, "cancelled": CANCELLED}
_CANCEL_SECONDS = 5


async def follow_run(
    api: ApiClient, run_id: str, *, as_json: bool = False, out: Path | None = None
) -> int:
    """Show `run_id` until it ends; the exit code says how. Ctrl-C cancels the run."""
    steps = Steps(is_quiet=as_json)
    try:
        run = await _until_over(api, run_id, steps, as_json)
    except asyncio.CancelledError:
        steps.close()
        notes().print("cancelling the run …")
        await asyncio.wait_for(_cancel(api, run_id), _CANCEL_SECONDS)
        return CANCELLED
    steps.close()
    saved = await save_files(api, run, out) if run["status"] == "done" else []
    if as_json:
        print_json(_summary(run, saved))
    else:
        _tell(run, saved, steps)
    return _EXIT.get(run["status"], WAITING)


async def _until_over(api: ApiClient, run_id: str, steps: Steps, as_json: bool) -> dict[str, Any]:
    asker = Asker(api, run_id, can_ask=not as_json and sys.stdin.isatty())
    events: AsyncGenerator[Any] = api.stream(f"/runs/{run_id}/stream")
    async with aclosing(events):
        async for event in events:
            if event.event == "journal":
                steps.journal(event.data)
            elif event.event == "live":
                steps.live(event.data)
            elif event.event == "run" and event.data["status"] == "waiting":
                steps.close()
                if not await asker.answer(event.data):
                    break
    return await api.get(f"/runs/{run_id}")


async def _cancel(api: ApiClient, run_id: str) -> None:
    await api.post(f"/runs/{run_id}/cancel", {"reason": "cancelled at the terminal"})


def _summary(run: dict[str, Any], saved: list[dict[str, Any]]) -> dict[str, Any]:
    output = fields(run["output"])
    return {
        "run_id": run["id"],
        "conversation_id": run["session_id"],
        "status": run["status"],
        "waiting_for": run["waiting_for"],
        "text": output.get("text"),
        "files": saved,
        "error": run["error"],
        "steps": run["steps"],
        "cost_usd": run["cost_usd"],
    }


def _tell(run: dict[str, Any], saved: list[dict[str, Any]], steps: Steps) -> None:
    output = fields(run["output"])
    text = str(output.get("text") or "")
    if text and not steps.has_shown(text):
        print(text)
    for file in saved:
        print(os.path.relpath(str(file["saved_to"])))
    if run["status"] == "waiting":
        notes().print(f"{run['id']} waits: {run['waiting_for']}", style="yellow", markup=False)
        notes().print("Answer with `cadre approvals list` and `decide`, or in the console.")
    elif run["error"]:
        detail = f"{run['error']['code']}: {run['error']['detail']}"
        notes().print(detail, style="red", markup=False)
    elif run["status"] == "cancelled":
        notes().print(f"{run['id']} was cancelled.", style="dim")
