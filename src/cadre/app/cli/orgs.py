"""`cadre orgs`: the organisations of this installation, from provision to deletion."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table
from cadre.app.cli.progress import followed, said_of

app = typer.Typer(help="The organisations of this installation.", no_args_is_help=True)

_Org = Annotated[str, typer.Argument(help="The slug or the id.")]
_Passphrase = Annotated[
    str | None,
    typer.Option(envvar="CADRE_PASSPHRASE", help="Seals, or opens, the secrets in the archive."),
]


@app.command(name="list")
def list_orgs(as_json: AsJson = False) -> None:
    """Show all organisations."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.get("/orgs"))["items"]
        if as_json:
            return print_json(items)
        rows = [(o["slug"], o["name"], o["status"], ago(o["created_at"]), o["id"]) for o in items]
        return print_table(("slug", "name", "status", "made", "id"), rows, "There is none.")

    finish(command())


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="The name in its address: SLUG.your-domain.")],
    name: Annotated[str, typer.Option(help="The name that people see.")],
    email: Annotated[str, typer.Option(help="Of its first owner.")],
    as_json: AsJson = False,
) -> None:
    """Provision an organisation and print the sign-in link of its first owner, this once."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            made = await api.post("/orgs", {"slug": slug, "name": name, "email": email})
        if as_json:
            print_json(made)
        else:
            print(made["sign_in"])
            notes().print(f"{made['org']['name']} is at {made['url']}. The link works once.")

    finish(command())


@app.command()
def suspend(
    org: _Org,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_json: AsJson = False,
) -> None:
    """Stop everything of an organisation; its data stays."""
    _change(f"/orgs/{org}/suspend", {"reason": reason}, as_json=as_json)


@app.command()
def reactivate(org: _Org, as_json: AsJson = False) -> None:
    """Let a suspended organisation go on."""
    _change(f"/orgs/{org}/reactivate", None, as_json=as_json)


@app.command()
def export(
    org: _Org,
    to: Annotated[Path, typer.Option(help="The archive to write; it must not exist.")],
    passphrase: _Passphrase = None,
    as_json: AsJson = False,
) -> None:
    """Write everything of an organisation into one archive."""

    async def command() -> int:
        from cadre.app.cli.connection import connected
        from cadre.kernel.errors import Invalid

        if to.exists():
            raise Invalid(f"{to} exists already: choose another name.", field="to")
        async with connected() as api:
            begun = await api.post(f"/orgs/{org}/export", {"passphrase": passphrase})
            job = await followed(api, "/orgs/jobs", begun, quiet=as_json)
            if job["state"] == "done":
                await api.download(f"/orgs/jobs/{job['id']}/archive", to)
        return said_of(job, f"Exported to {to}.", as_json=as_json)

    finish(command())


@app.command(name="import")
def import_org(
    archive: Annotated[Path, typer.Argument(help="What `cadre orgs export` wrote.", exists=True)],
    slug: Annotated[str | None, typer.Option(help="Another name in its address.")] = None,
    new_id: Annotated[
        bool, typer.Option("--new-id", help="Make a copy with ids of its own.")
    ] = False,
    passphrase: _Passphrase = None,
    as_json: AsJson = False,
) -> None:
    """Make an organisation of an archive."""

    async def command() -> int:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            sent = await api.upload("/orgs/archives/files", archive, archive.name)
            wanted = {"archive": sent["archive"], "slug": slug, "new_id": new_id}
            begun = await api.post("/orgs/import", {**wanted, "passphrase": passphrase})
            job = await followed(api, "/orgs/jobs", begun, quiet=as_json)
        return said_of(job, f"Imported as {job['slug']}.", as_json=as_json)

    finish(command())


@app.command()
def delete(
    org: Annotated[str, typer.Argument(help="The slug.")],
    confirm: Annotated[str, typer.Option(help="The slug once more: there is no way back.")],
    as_json: AsJson = False,
) -> None:
    """Delete an organisation and all there is of it."""

    async def command() -> int:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            begun = await api.post(f"/orgs/{org}/delete", {"confirm": confirm})
            job = await followed(api, "/orgs/jobs", begun, quiet=as_json)
        return said_of(job, f"Deleted {job['slug']}.", as_json=as_json)

    finish(command())


def _change(path: str, body: Any, *, as_json: bool) -> None:
    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            org = await api.post(path, body)
        if as_json:
            print_json(org)
        else:
            print(f"{org['slug']} is {org['status']}.")

    finish(command())
