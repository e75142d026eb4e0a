"""`cadre users`: the members of the organisation."""

from typing import Annotated, Any

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table
from cadre.kernel.errors import NotFound

app = typer.Typer(help="Members: invite, list, change and remove people.", no_args_is_help=True)

_Who = Annotated[str, typer.Argument(help="An e-mail address or an id, from `cadre users list`.")]
_PAGE = 200


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="Where the invitation is sent.")],
    role: Annotated[str, typer.Option(help="What they may do: user, builder, admin ...")] = "user",
    name: Annotated[
        str | None, typer.Option(help="What they are called until they say so.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody; prints the link where no mail leaves this machine."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            wanted = {"email": email, "role": role} | ({"name": name} if name else {})
            _show(await api.post("/members", wanted), as_json)

    finish(command())


@app.command()
def resend(who: _Who, as_json: AsJson = False) -> None:
    """Send an invitation again; the link of the one before is worth nothing."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            member = await _find(api, who)
            _show(await api.post(f"/members/{member['id']}/invitation"), as_json)

    finish(command())


@app.command(name="list")
def list_users(as_json: AsJson = False) -> None:
    """List the members, also those who are invited or suspended."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            members = await _members(api)
        if as_json:
            return print_json(members)
        rows = [
            (m["id"], m["name"], m["email"], m["role"], m["status"], ago(m["last_seen_at"]))
            for m in members
        ]
        columns = ("id", "name", "e-mail", "role", "status", "last seen")
        return print_table(columns, rows, "No members: `cadre users invite EMAIL`.")

    finish(command())


@app.command()
def role(
    who: _Who,
    name: Annotated[str, typer.Argument(help="The new role.")],
    as_json: AsJson = False,
) -> None:
    """Give a member another role."""
    _change(who, {"role": name}, as_json)


@app.command()
def suspend(who: _Who, as_json: AsJson = False) -> None:
    """Sign a member out everywhere and let them in no more."""
    _change(who, {"status": "suspended"}, as_json)


@app.command()
def reactivate(who: _Who, as_json: AsJson = False) -> None:
    """Let a suspended member in again."""
    _change(who, {"status": "active"}, as_json)


@app.command()
def remove(who: _Who, as_json: AsJson = False) -> None:
    """End a membership, with its sessions and keys."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            member = await _find(api, who)
            await api.delete(f"/members/{member['id']}")
        if as_json:
            print_json({"id": member["id"], "removed": True})
        else:
            print(f"Removed {member['name']}.")

    finish(command())


def _change(who: str, change: dict[str, str], as_json: bool) -> None:
    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            member = await _find(api, who)
            changed = await api.patch(f"/members/{member['id']}", change)
        if as_json:
            print_json(changed)
        else:
            print(f"{changed['name']} is {changed['role']}, {changed['status']}.")

    finish(command())


async def _members(api: Any) -> list[dict[str, Any]]:
    members: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await api.get("/members", cursor=cursor, limit=_PAGE)
        members += page["items"]
        cursor = page["next"]
        if cursor is None:
            return members


async def _find(api: Any, who: str) -> dict[str, Any]:
    folded = who.strip().casefold()
    for member in await _members(api):
        if folded in (member["id"], member["email"]):
            return member
    raise NotFound("There is no such member. See `cadre users list`.")


def _show(invited: dict[str, Any], as_json: bool) -> None:
    if as_json:
        return print_json(invited)
    member, link = invited["member"], invited["link"]
    if link is None:
        return print(f"Invited {member['email']} as {member['role']}.")
    notes().print("No mail server is set (CADRE_SMTP_URL): hand this link over yourself.")
    return print(link)
