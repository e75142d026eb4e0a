"""`cadre policy`: what decides on the calls of agents. Written, tested and tried before it counts."""

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cadre.app.cli.exits import FAILED, finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table

app = typer.Typer(help="Policies: what decides on the calls of agents.", no_args_is_help=True)

_File = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, readable=True, help="A draft, as NAME.rego."),
]
_NEW = """# Sentences (or objects with `reason`, `id`, `consent`) for what is denied, asked about or allowed.
package cadre.org.{name}

import rego.v1

import data.cadre.call

deny contains "No shell in production." if {{
	input.tool.name == "shell"
	call.in_production
}}
"""


@app.command(name="list")
def list_policies(as_json: AsJson = False) -> None:
    """Show the policies that ship with cadre and the organisation's own."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.get("/policies"))["items"]
        if as_json:
            return print_json(items)
        rows = [
            (p["name"], "shipped" if p["shipped"] else _state(p), p["newest"], ago(p["changed_at"]))
            for p in items
        ]
        return print_table(("name", "status", "newest", "changed"), rows, "No policies.")

    finish(command())


@app.command(name="test")
def run_tests(file: _File = None, as_json: AsJson = False) -> None:
    """Run the tests of a draft (with NAME_test.rego beside it), or of everything in force."""

    async def command() -> int | None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            report = await api.post("/policies/test", {"draft": _draft(file)} if file else {})
        if as_json:
            print_json(report)
        else:
            rows = [
                ("passed" if t["passed"] else "failed", t["module"], t["name"], t["why"])
                for t in report["tests"]
            ]
            print_table(("status", "module", "test", "why"), rows, "There are no tests.")
        return None if report["passed"] else FAILED

    finish(command())


@app.command()
def explain(
    *,
    tool: Annotated[str | None, typer.Option(help="The tool that is called.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent that calls it.")] = None,
    arguments: Annotated[str, typer.Option(help="Its arguments, as JSON.")] = "{}",
    taint: Annotated[
        list[str] | None, typer.Option(help="Content from outside that the run has read.")
    ] = None,
    environment: Annotated[str | None, typer.Option(help="dev, staging or production.")] = None,
    given: Annotated[
        Path | None,
        typer.Option("--input", exists=True, dir_okay=False, help="The whole input, as JSON."),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="As if this draft were in force."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would be decided of a call, and every rule that matched."""
    if (tool is None) == (given is None):
        raise typer.BadParameter("Give one of --tool and --input.")
    body: dict[str, Any] = {"draft": _draft(draft)} if draft else {}
    if given is not None:
        body["input"] = _parsed(given.read_text(encoding="utf-8"), str(given))
    else:
        body["call"] = {
            "tool": tool,
            "agent": agent,
            "arguments": _parsed(arguments, "--arguments"),
            "taints": taint or [],
            "environment": environment,
        }

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            explained = await api.post("/policies/explain", body)
        if as_json:
            return print_json(explained)
        print(f"{explained['effect']}: {' '.join(explained['reasons'])}")
        rows = [
            (f["id"], f["effect"], "counts" if f["counts"] else "relaxed", f["reason"])
            for f in explained["findings"]
        ]
        return print_table(("rule", "effect", "", "reason"), rows, "No rule matched.")

    finish(command())


@app.command(name="dry-run")
def dry_run(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="NAME.rego.")
    ],
    limit: Annotated[int, typer.Option(min=1, max=2000, help="How many decisions.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Show which of the last decisions would be otherwise with a draft in force."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        body = {"draft": _draft(file), "limit": limit}
        async with connected() as api:
            result = await api.post("/policies/dry-run", body)
        if as_json:
            return print_json(result)
        notes().print(f"{result['looked_at']} decisions, {len(result['changes'])} would change.")
        rows = [
            (c["tool"], c["agent"], c["before"], c["after"], " ".join(c["after_reasons"]))
            for c in result["changes"]
        ]
        return print_table(("tool", "agent", "was", "would be", "because"), rows, "No changes.")

    finish(command())


@app.command()
def edit(
    name: Annotated[str, typer.Argument(help="The policy's name.")],
    activate: Annotated[bool, typer.Option(help="Put it in force at once.")] = False,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Take this text, without an editor."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change a policy in your editor ($EDITOR); saved as a new version, a draft."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        path = f"/policies/{quote(name, safe='')}"
        async with connected() as api:
            if file is not None:
                body = _texts(file)
            else:
                body = {"text": _edited(name, await _present(api, path, name))}
            saved = await api.put(path, body)
            if activate:
                saved = await api.post(f"{path}/activate", {"version": saved["version"]})
        if as_json:
            return print_json(saved)
        state = "in force" if saved["active"] == saved["version"] else "a draft"
        return print(f"{name}: version {saved['version']}, {state}.")

    finish(command())


async def _present(api: Any, path: str, name: str) -> str:
    from cadre.app.cli.client import ApiError

    try:
        return (await api.get(path))["text"]
    except ApiError as error:
        if error.status != 404:
            raise
        return _NEW.format(name=name)


def _edited(name: str, text: str) -> str:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.rego"
        file.write_text(text, encoding="utf-8")
        if subprocess.run([*shlex.split(editor), str(file)], check=False).returncode != 0:
            raise typer.BadParameter(f"{editor} failed. Set EDITOR, or use --file.")
        return file.read_text(encoding="utf-8")


def _texts(file: Path) -> dict[str, str]:
    """The text of `file`, and the tests beside it."""
    tests = file.with_name(f"{file.stem}_test.rego")
    texts = {"text": file.read_text(encoding="utf-8")}
    if tests.exists():
        texts["tests"] = tests.read_text(encoding="utf-8")
    return texts


def _draft(file: Path) -> dict[str, str]:
    return {"name": file.stem, **_texts(file)}


def _state(policy: dict[str, Any]) -> str:
    active = policy["active"]
    return "not in force" if active is None else f"version {active} in force"


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{what} is not JSON: {error}") from None
