"""`cadre access`: who can do something, and why somebody can or can't."""

from typing import Annotated, Any

import typer

from cadre.app.cli.exits import FAILED, finish
from cadre.app.cli.output import AsJson, print_json, print_table

app = typer.Typer(help="Who can do what, and why.", no_args_is_help=True)

_Permission = Annotated[str, typer.Argument(help="As agents:write.")]
_Resource = Annotated[str, typer.Option("--on", help="As agent:support; else everything.")]
_Project = Annotated[str | None, typer.Option(help="In this project.")]
_Environment = Annotated[str | None, typer.Option(help="In dev, staging or production.")]
_Org = Annotated[str | None, typer.Option(help="The organisation, if not the home one.")]


@app.command(name="who-can")
def who_can(
    permission: _Permission,
    *,
    resource: _Resource = "*",
    project: _Project = None,
    environment: _Environment = None,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Show everybody who may do something, and by which role."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        query = {"permission": permission, "resource": resource}
        async with connected(org) as api:
            said = await api.get(
                "/access/who-can", **query, project=project, environment=environment
            )
        if as_json:
            return print_json(said)
        rows = [
            (holder["subject"]["id"], holder["subject"]["kind"], holder["name"], _reasons(holder))
            for holder in said["holders"]
        ]
        return print_table(("id", "kind", "name", "by"), rows, "Nobody can.")

    finish(command())


@app.command()
def why(
    subject: Annotated[str, typer.Argument(help="The id of a user, group or service account.")],
    permission: _Permission,
    *,
    kind: Annotated[str, typer.Option(help="user, group or service.")] = "user",
    resource: _Resource = "*",
    project: _Project = None,
    environment: _Environment = None,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Say why somebody may do something; or, with exit code 1, why not."""

    async def command() -> int | None:
        from cadre.app.cli.connection import connected

        query = {"subject": subject, "kind": kind, "permission": permission, "resource": resource}
        async with connected(org) as api:
            said = await api.get("/access/why", **query, project=project, environment=environment)
        if as_json:
            print_json(said)
        else:
            _tell(said)
        return None if said["allowed"] else FAILED

    finish(command())


def _tell(said: dict[str, Any]) -> None:
    on = "" if said["resource"] == "*" else f" on {said['resource']}"
    if said["allowed"]:
        print(f"Yes: {_reasons(said)}.")
        return
    print(f"No: nothing gives {said['permission']}{on}.")
    for miss in said["near_misses"]:
        print(f"  {miss['role']} ({miss['binding']}): {miss['why_not']}")
    if said["roles_with_it"]:
        print(f"  Roles that would: {', '.join(said['roles_with_it'])}.")


def _reasons(said: dict[str, Any]) -> str:
    return "; ".join(
        f"{reason['role']} gives {reason['grant']['permission']}"
        + (f", through the group {reason['group']}" if reason["group"] else "")
        for reason in said["reasons"]
    )
