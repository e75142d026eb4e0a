"""`cadre audit`: who did what, and the proof that nobody has changed what the log says."""

import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cadre.app.cli.exits import FAILED, finish
from cadre.app.cli.output import AsJson, notes, print_json, print_table

app = typer.Typer(help="Who did what, and what was refused.", no_args_is_help=True)

_MOST_PAGE = 200
_COLUMNS = ("seq", "when", "who", "action", "resource", "result", "from")


@app.command()
def search(
    *,
    actor: Annotated[str | None, typer.Option(help="Id or name.")] = None,
    action: Annotated[str | None, typer.Option(help="How it begins: keys, keys.create.")] = None,
    resource: Annotated[str | None, typer.Option(help="How it begins: key:key_1.")] = None,
    result: Annotated[Literal["ok", "refused", "failed"] | None, typer.Option()] = None,
    since: Annotated[str | None, typer.Option(help="7d, 24h, a date or a time (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Likewise.")] = None,
    text: Annotated[str | None, typer.Option(help="Anywhere in the event.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show events, the newest first."""
    first, last = _span(since, until)
    query: dict[str, Any] = {
        "actor": actor,
        "action": action,
        "resource": resource,
        "result": result,
        "since": first,
        "until": last,
        "text": text,
    }

    async def command() -> None:
        from cadre.app.cli.connection import connected

        found: list[dict[str, Any]] = []
        cursor: str | None = None
        async with connected() as api:
            while len(found) < limit:
                size = min(_MOST_PAGE, limit - len(found))
                page = await api.get("/audit", cursor=cursor, limit=size, **query)
                found += page["items"]
                cursor = page["next"]
                if cursor is None:
                    break
        if as_json:
            return print_json(found)
        return print_table(_COLUMNS, map(_row, found), "Nothing of the kind.")

    finish(command())


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Compute the chain of the whole log again; leaves with 1 if it is broken."""

    async def command() -> int | None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            proof = await api.get("/audit/verify")
        if as_json:
            print_json(proof)
        elif proof["ok"]:
            print(f"The log is whole: {proof['events']} events up to {proof['seq']}.")
            print(f"Its head is {proof['hash']}: note it elsewhere.")
        else:
            notes().print(f"The log is BROKEN at event {proof['broken_seq']}. {proof['reason']}")
        return None if proof["ok"] else FAILED

    finish(command())


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="A new file; one event a line, as JSON.")],
    as_json: AsJson = False,
) -> None:
    """Write every event to a file, the oldest first."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        if file.exists():
            raise typer.BadParameter(f"{file} exists already.")
        async with connected() as api:
            await api.download("/audit/export", file)
        with file.open("rb") as lines:
            events = sum(1 for _ in lines)
        if as_json:
            print_json({"file": str(file), "events": events})
        else:
            print(f"{events} events are in {file}.")

    finish(command())


def _span(since: str | None, until: str | None) -> tuple[str | None, str | None]:
    """Both ends as the API takes them."""
    from cadre.trust.usage import read_timespan

    span = read_timespan(since or "1970-01-02", until)
    return repr(span.since) if since else None, repr(span.until) if until else None


def _row(event: dict[str, Any]) -> tuple[object, ...]:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(event["at"]))
    who = event["actor_name"] or event["actor_id"] or event["actor_kind"]
    return (
        event["seq"],
        when,
        who,
        event["action"],
        event["resource"],
        event["result"],
        event["ip"],
    )
