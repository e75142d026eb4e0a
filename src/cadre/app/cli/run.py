"""`cadre run`: ask an agent and watch it work."""

from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson


def run(
    text: Annotated[str, typer.Argument(help="What the agent should do.")],
    agent: Annotated[str | None, typer.Option(help="Which agent; see `cadre agents list`.")] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", "-f", exists=True, dir_okay=False, readable=True, help="A file to work on."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(file_okay=False, help="The folder for files that the agent makes.")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Ask an agent and watch it work; dangerous calls are asked about here.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 waits for a person and there is no
    terminal to ask at, 130 cancelled.
    """
    if not text.strip():
        raise typer.BadParameter("Say what the agent should do.", param_hint="TEXT")
    finish(_run(text, agent, files or [], out, as_json))


async def _run(text: str, agent: str | None, files: list[Path], out: Path, as_json: bool) -> int:
    from cadre.app.cli.connection import connected
    from cadre.app.cli.follow import follow_run

    async with connected() as api:
        conversation = await api.post("/conversations", {"agent": agent} if agent else {})
        path = f"/conversations/{conversation['id']}"
        names = [(await api.upload(f"{path}/files", f, f.name))["path"] for f in files]
        message: dict[str, Any] = {"text": text, "files": names}
        started = await api.post(
            f"{path}/messages", message, headers={"Idempotency-Key": uuid4().hex}
        )
        return await follow_run(api, started["id"], as_json=as_json, out=out)
