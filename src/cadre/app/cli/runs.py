"""`cadre runs`: look at runs, and act on them."""

import json
from typing import Annotated, Any

import typer

from cadre.app.cli.exits import DONE, FAILED, finish
from cadre.app.cli.output import AsJson, ago, console, fields, print_json, print_table

app = typer.Typer(help="Look at runs, and act on them.", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


@app.command(name="list")
def list_runs(
    status: Annotated[str | None, typer.Option(help="Only these, e.g. `waiting,failed`.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only runs of this agent.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Words to look for.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=200)] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            page = await api.get("/runs", status=status, agent=agent, q=query, limit=limit)
        if as_json:
            return print_json(page["items"])
        rows = [
            (r["id"], r["status"], r["agent"] or r["kind"], ago(r["created_at"]), _about(r))
            for r in page["items"]
        ]
        return print_table(
            ("id", "status", "agent", "started", "about"), rows, 'No runs yet: `cadre run "..."`.'
        )

    finish(command())


@app.command()
def show(run_id: RunArgument, as_json: AsJson = False) -> None:
    """Show a run: every event of its journal, and what came out."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            run = await api.get(f"/runs/{run_id}")
            events = await _all_events(api, run_id)
        if as_json:
            return print_json({"run": run, "events": events})
        return _show(run, events)

    finish(command())


@app.command()
def fork(
    run_id: RunArgument,
    at: Annotated[int, typer.Option(help="The number of the last event to keep.")],
    text: Annotated[str | None, typer.Option(help="Another question instead.")] = None,
    follow: Annotated[bool, typer.Option(help="Watch the new run.")] = True,
    as_json: AsJson = False,
) -> None:
    """Start a new run that goes on from an event of this one."""

    async def command() -> int:
        from cadre.app.cli.connection import connected
        from cadre.app.cli.follow import follow_run

        async with connected() as api:
            body: dict[str, Any] = {"at_seq": at}
            if text is not None:
                run = await api.get(f"/runs/{run_id}")
                body["input"] = {**(run["input"] or {}), "text": text}
            made = await api.post(f"/runs/{run_id}/fork", body)
            if follow:
                return await follow_run(api, made["id"], as_json=as_json)
            return _started(made, as_json)

    finish(command())


@app.command()
def replay(
    run_id: RunArgument,
    follow: Annotated[bool, typer.Option(help="Watch the new run.")] = True,
    as_json: AsJson = False,
) -> None:
    """Run it again from its recording: free, and nothing outside is touched."""

    async def command() -> int:
        from cadre.app.cli.connection import connected
        from cadre.app.cli.follow import follow_run

        async with connected() as api:
            made = await api.post(f"/runs/{run_id}/replay")
            if follow:
                return await follow_run(api, made["id"], as_json=as_json)
            return _started(made, as_json)

    finish(command())


@app.command()
def cancel(
    run_id: RunArgument,
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "",
    as_json: AsJson = False,
) -> None:
    """Cancel a run and its children."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            run = await api.post(f"/runs/{run_id}/cancel", {"reason": reason} if reason else {})
        if as_json:
            print_json(run)
        else:
            print(f"{run_id}: {run['status']}.")

    finish(command())


async def _all_events(api: Any, run_id: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    after = -1
    while True:
        page = await api.get(f"/runs/{run_id}/events", after=after, limit=500)
        events += page["items"]
        if not page["items"] or page["next"] is None:
            return events
        after = events[-1]["seq"]


def _about(run: dict[str, Any]) -> str:
    if run["status"] == "waiting" and run["waiting_for"]:
        return str(run["waiting_for"])
    return str(run["title"])


def _show(run: dict[str, Any], events: list[dict[str, Any]]) -> None:
    out = console()
    out.print(f"[bold]{run['id']}[/]  {run['status']}  {run['agent'] or run['kind']}")
    out.print(run["title"], markup=False)
    if run["waiting_for"]:
        out.print(f"waits: {run['waiting_for']}", style="yellow", markup=False)
    begun = events[0]["at"] if events else run["created_at"]
    for event in events:
        line = f"{event['seq']:>4}  {event['at'] - begun:8.3f} s  {event['type']:<16} {event['key'] or ''}"
        out.print(line, end="  ", markup=False)
        out.print(_gist(event["data"]), style="dim", markup=False)
    if run["error"]:
        out.print(f"{run['error']['code']}: {run['error']['detail']}", style="red", markup=False)
    elif run["output"] is not None:
        out.print(str(fields(run["output"]).get("text", run["output"])), markup=False)


def _gist(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:99]}…"


def _started(run: dict[str, Any], as_json: bool) -> int:
    if as_json:
        print_json(run)
    else:
        print(run["id"])
    return DONE if run["status"] != "failed" else FAILED
