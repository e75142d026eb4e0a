"""`cadre approvals`: what waits for a person, and the person's answer."""

import json
from typing import Annotated, Any, Literal

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, print_json, print_table

app = typer.Typer(help="What waits for a person, and the answer.", no_args_is_help=True)


@app.command(name="list")
def list_approvals(
    status: Annotated[str, typer.Option(help="pending, approved, denied, edited or expired.")] = (
        "pending"
    ),
    as_json: AsJson = False,
) -> None:
    """List the calls that agents want to make."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.get("/approvals", status=status))["items"]
        if as_json:
            return print_json(items)
        rows = [(a["id"], a["tool"], _call(a), ago(a["requested_at"])) for a in items]
        return print_table(("id", "tool", "arguments", "asked"), rows, f"Nothing is {status}.")

    finish(command())


@app.command()
def decide(
    approval_id: Annotated[str, typer.Argument(metavar="APPROVAL", help="The approval's id.")],
    decision: Annotated[Literal["approve", "deny", "edit"], typer.Argument()],
    arguments: Annotated[
        str | None, typer.Option(help="With `edit`: the arguments instead, as JSON.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="A word to the agent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer one call. The answer holds for exactly that call, once."""
    if (decision == "edit") != (arguments is not None):
        raise typer.BadParameter("--arguments goes with `edit`, and `edit` needs it.")

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            asked = await api.get(f"/approvals/{approval_id}")
            body: dict[str, Any] = {"decision": decision, "call_hash": asked["call_hash"]}
            if arguments is not None:
                body["arguments"] = _parse(arguments)
            if note is not None:
                body["note"] = note
            decided = await api.post(f"/approvals/{approval_id}/decision", body)
        if as_json:
            print_json(decided)
        else:
            print(f"{approval_id}: {decided['status']}.")

    finish(command())


def _call(approval: dict[str, Any]) -> str:
    return json.dumps(approval["arguments"], ensure_ascii=False)


def _parse(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError as error:
        raise typer.BadParameter(f"--arguments is not JSON: {error}") from None
