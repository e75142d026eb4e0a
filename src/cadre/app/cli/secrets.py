"""`cadre secrets`: entered, replaced and deleted; a value is read from stdin, never from the line."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cadre.app.cli.exits import FAILED, finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table
from cadre.kernel.errors import Invalid

app = typer.Typer(
    help="Secrets of the organisation, and the keys they lie under.", no_args_is_help=True
)

_Name = Annotated[str, typer.Argument(help="The name of the secret.")]
_Org = Annotated[str | None, typer.Option(help="The organisation, if not the home one.")]
_POLL_SECONDS = 0.3


class NoValue(Invalid):
    """Nothing was given as the value."""

    code = "no_value"


@app.command(name="set")
def set_secret(
    name: _Name,
    host: Annotated[
        list[str] | None,
        typer.Option(help="A host that tools may send it to; again for each. None: nowhere."),
    ] = None,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Enter a secret, or a new version of it; the value comes from stdin or a prompt."""
    _enter(name, org, hosts=host, rotate=False, as_json=as_json)


@app.command()
def rotate(name: _Name, org: _Org = None, as_json: AsJson = False) -> None:
    """A new version of a secret that there is; the former one is kept for 30 days."""
    _enter(name, org, hosts=None, rotate=True, as_json=as_json)


@app.command(name="list")
def list_secrets(org: _Org = None, as_json: AsJson = False) -> None:
    """Show the secrets there are, never what they hold."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected(org) as api:
            found: list[dict[str, Any]] = (await api.get("/secrets"))["items"]
        if as_json:
            return print_json(found)
        rows = [
            (
                s["name"],
                s["version"],
                ago(s["updated_at"]),
                s["updated_by"],
                ", ".join(s["used_by"]),
            )
            for s in found
        ]
        columns = ("name", "version", "changed", "by", "used by")
        return print_table(columns, rows, "No secrets. Enter one: cadre secrets set NAME")

    finish(command())


@app.command()
def delete(name: _Name, org: _Org = None, as_json: AsJson = False) -> None:
    """Destroy a secret in all its versions."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected(org) as api:
            await api.delete(f"/secrets/{quote(name, safe='')}")
        if as_json:
            print_json({"name": name, "deleted": True})
        else:
            notes().print(f"{name} is gone.")

    finish(command())


@app.command(name="rotate-keys")
def rotate_keys(org: _Org = None, as_json: AsJson = False) -> None:
    """Make a new data key for the organisation and wait until everything lies under it."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected(org) as api:
            state = await api.post("/secrets/rotation")
            while state["finished_at"] is None:
                await asyncio.sleep(_POLL_SECONDS)
                state = await api.get("/secrets/rotation")
        if as_json:
            print_json(state)
        else:
            print(f"{state['total']} values lie under the data key {state['generation']}.")

    finish(command())


@app.command(name="rotate-master")
def rotate_master(
    new_key_file: Annotated[
        Path | None,
        typer.Option(help="32 random bytes, or those in base64. Without it, goes on with a move."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Move all organisations of this installation to another master key; servers may run meanwhile."""

    async def command() -> int | None:
        from cadre.app.settings import load_settings
        from cadre.app.vault import move_master_key
        from cadre.trust.secrets import read_new_key

        settings = load_settings()
        new_key = None if new_key_file is None else read_new_key(new_key_file)
        moved, is_at_home = await move_master_key(settings, new_key)
        if as_json:
            print_json({**moved, "is_in_use": is_at_home})
        elif not moved["is_over"]:
            notes().print(
                f"{moved['unreadable']} keys or values open with no key that is known here. Both "
                "master keys stay in use: put the missing key back and run this again."
            )
        else:
            print(f"Everything lies under the master key {moved['master_key']}.")
            if not is_at_home:
                notes().print("Set CADRE_MASTER_KEY to the new key before the next start.")
        return None if moved["is_over"] else FAILED

    finish(command())


def _enter(
    name: str, org: str | None, *, hosts: list[str] | None, rotate: bool, as_json: bool
) -> None:
    value = _value()
    body: dict[str, Any] = {"value": value, **({"hosts": hosts} if hosts else {})}

    async def command() -> None:
        from cadre.app.cli.connection import connected

        path = f"/secrets/{quote(name, safe='')}"
        async with connected(org) as api:
            if rotate:
                info = await api.post(f"{path}/rotate", body)
            else:
                info = await api.put(path, body)
        if as_json:
            print_json(info)
        else:
            print(f"{info['name']}, version {info['version']}")

    finish(command())


def _value() -> str:
    """From a prompt at a terminal, else all of stdin without its last line end."""
    if sys.stdin.isatty():
        return str(typer.prompt("Value", hide_input=True, confirmation_prompt=True))
    value = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if not value:
        raise NoValue("The value is empty: give it on stdin, as `cadre secrets set NAME < FILE`.")
    return value
