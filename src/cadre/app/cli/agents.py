"""`cadre agents`: definitions of agents, as YAML."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, notes, print_json, print_table

app = typer.Typer(help="Definitions of agents, as YAML.", no_args_is_help=True)


@app.command(name="list")
def list_agents(as_json: AsJson = False) -> None:
    """List the agents there are."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.get("/agents"))["items"]
        if as_json:
            return print_json(items)
        rows = [(a["name"], a["version"], a["model"], a["description"]) for a in items]
        return print_table(("name", "version", "model", "description"), rows, "No agents.")

    finish(command())


@app.command()
def apply(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="YAML files.")
    ],
    as_json: AsJson = False,
) -> None:
    """Save definitions; each becomes the agent's new version."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        saved: list[object] = []
        async with connected() as api:
            for file in files:
                text = file.read_text(encoding="utf-8")
                agent = await api.put(f"/agents/{quote(_name_in(text, file))}", {"yaml": text})
                saved.append(agent)
                notes().print(f"{agent['name']}: version {agent['version']}.")
        if as_json:
            print_json(saved)

    finish(command())


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="The agent's name.")],
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a definition exactly as it was saved."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            agent = await api.get(f"/agents/{quote(name)}", version=version)
        if as_json:
            return print_json(agent)
        if output is not None:
            output.write_bytes(agent["yaml"].encode())
        else:
            print(agent["yaml"], end="")
        return None

    finish(command())


def _name_in(text: str, file: Path) -> str:
    import yaml

    try:
        definition = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"{file} is not YAML: {error}") from None
    name = definition.get("name") if isinstance(definition, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # YAML can hold anything
    if not isinstance(name, str) or not name:
        raise typer.BadParameter(f"{file} has no `name`: give the agent one.")
    return name
