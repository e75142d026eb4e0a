"""`cadre keys`: keys of the HTTP API."""

from typing import Annotated

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table

app = typer.Typer(help="Keys of the HTTP API.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            made = await api.post("/keys", {"name": name})
        if as_json:
            print_json(made)
        else:
            print(made["key"])
            notes().print("Keep it: it is not shown again. Send it as `Authorization: Bearer`.")

    finish(command())


@app.command(name="list")
def list_keys(as_json: AsJson = False) -> None:
    """Show the keys there are, without their secrets."""

    async def command() -> None:
        from cadre.app.cli.connection import connected
        from cadre.app.local import LOCAL_KEY

        async with connected() as api:
            listed = (await api.get("/keys"))["items"]
        # The key that a command like this one is using is of no interest to anybody.
        keys = [k for k in listed if k["expires_at"] is None or k["name"] != LOCAL_KEY]
        if as_json:
            return print_json(keys)
        rows = [(k["id"], k["name"], f"ck_{k['prefix']}_…", ago(k["last_used_at"])) for k in keys]
        return print_table(
            ("id", "name", "key", "last used"), rows, "No keys: `cadre keys create --name NAME`."
        )

    finish(command())


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id, from `cadre keys list`.")],
    as_json: AsJson = False,
) -> None:
    """End a key now."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            await api.delete(f"/keys/{key_id}")
        if as_json:
            print_json({"id": key_id, "revoked": True})
        else:
            print(f"Revoked {key_id}.")

    finish(command())
