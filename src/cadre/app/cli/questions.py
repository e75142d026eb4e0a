"""Questions: a dangerous call shown exactly, and the answer of the person at the terminal."""

import asyncio
import json
from typing import Any

from cadre.app.cli.client import ApiClient, ApiError
from cadre.app.cli.output import notes


class Asker:
    """Asks about each approval of a run once."""

    def __init__(self, api: ApiClient, run_id: str, *, can_ask: bool) -> None:
        self._api = api
        self._run_id = run_id
        self._can_ask = can_ask
        self._asked: set[str] = set()

    async def answer(self, run: dict[str, Any]) -> bool:
        """Put the run's open questions; False if a person must answer and none is here."""
        page = await self._api.get("/approvals", status="pending", run_id=self._run_id)
        new = [approval for approval in page["items"] if approval["id"] not in self._asked]
        if not new:
            # It waits for time, another run or an answer that is under way, unless a
            # step's outcome is unknown, which is settled in the console.
            return "may or may not have" not in str(run["waiting_for"])
        if not self._can_ask:
            return False
        for approval in new:
            self._asked.add(approval["id"])
            await self._ask(approval)
        return True

    async def _ask(self, approval: dict[str, Any]) -> None:
        out = notes()
        out.print(f"\n[yellow]?[/] [bold]{approval['tool']}[/] needs your word.")
        if approval["reason"]:
            out.print(f"  {approval['reason']}", style="dim", markup=False)
        call = json.dumps(approval["arguments"], ensure_ascii=False, indent=2)
        out.print("\n".join(f"  {line}" for line in call.splitlines()), markup=False)
        body: dict[str, Any] = {"call_hash": approval["call_hash"], **await _decision()}
        try:
            await self._api.post(f"/approvals/{approval['id']}/decision", body)
        except ApiError as error:
            out.print(error.detail, style="red", markup=False)


async def _decision() -> dict[str, Any]:
    """What the person says, as the body of a decision."""
    while True:
        said = (await _line("  [a]pprove, [d]eny, [e]dit: ")).strip()
        if said in {"a", "approve", "y", "yes"}:
            return {"decision": "approve"}
        if said in {"d", "deny", "n", "no"}:
            note = (await _line("  why (may be empty): ")).strip()
            return {"decision": "deny"} | ({"note": note} if note else {})
        if said in {"e", "edit"}:
            arguments = await _edited()
            if arguments is not None:
                return {"decision": "edit", "arguments": arguments}


async def _edited() -> Any:
    try:
        return json.loads(await _line("  the arguments instead, as JSON in one line: "))
    except ValueError as error:
        notes().print(f"  That is not JSON: {error}", style="red", markup=False)
        return None


async def _line(prompt: str) -> str:
    """A line from the terminal, without holding up the stream."""
    return await asyncio.to_thread(input, prompt)
