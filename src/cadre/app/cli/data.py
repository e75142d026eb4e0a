"""`cadre data`: how long data is kept, and what is kept of one person."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cadre.app.cli.client import ApiClient
from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table
from cadre.app.cli.progress import followed, said_of

app = typer.Typer(help="How long data is kept; export and erase people.", no_args_is_help=True)

_User = Annotated[str, typer.Argument(help="Their id or e-mail address.")]
_Org = Annotated[
    str | None, typer.Option(help="Another organisation than the home one: slug or id.")
]


@app.command()
def retention(
    *,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="CLASS=DAYS, CLASS=forever or CLASS=default; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what that would delete at once.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Delete what is too old now.")] = False,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Show, or set, for how many days each class of data is kept."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        wanted = dict(_setting(each) for each in sets or [])
        async with connected(org) as api:
            if wanted:
                state = await api.put("/data/retention", {"days": wanted, "dry_run": dry_run})
            else:
                state = await api.get("/data/retention")
            applied = await api.post("/data/retention/apply") if apply else None
        if as_json:
            return print_json({"retention": state, "applied": applied} if apply else state)
        _print_retention(state)
        if applied is not None:
            notes().print(_sentence(applied))
        return None

    finish(command())


@app.command()
def hold(
    *,
    reason: Annotated[str | None, typer.Option(help="Why nothing may be deleted.")] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Let data go again.")] = False,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Show the legal hold, put everything on hold with a reason, or lift it."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected(org) as api:
            if lift:
                await api.delete("/data/hold")
            elif reason is not None:
                await api.put("/data/hold", {"reason": reason})
            found = (await api.get("/data/retention"))["hold"]
        if as_json:
            print_json(found)
        else:
            print(f"On hold: {found['reason']}" if found else "There is no hold.")

    finish(command())


@app.command()
def export(
    user: _User,
    to: Annotated[Path, typer.Option("--output", "-o", help="The archive; it must not exist.")],
    *,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Write everything that is kept of a person into an archive."""

    async def command() -> int:
        from cadre.app.cli.connection import connected
        from cadre.kernel.errors import Invalid

        if to.exists():
            raise Invalid(f"{to} exists already: choose another name.", field="output")
        async with connected(org) as api:
            begun = await api.post(f"/data/people/{await _id_of(api, user)}/export")
            job = await followed(api, "/data/jobs", begun, quiet=as_json)
            if job["state"] == "done":
                await api.download(f"/data/jobs/{job['id']}/archive", to)
        return said_of(job, f"Exported to {to}.", as_json=as_json)

    finish(command())


@app.command()
def erase(
    user: _User,
    *,
    confirm: Annotated[
        str, typer.Option(help="Their e-mail address or id once more: there is no way back.")
    ],
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person: account, conversations, runs, files. What stays is said afterwards."""

    async def command() -> int:
        from cadre.app.cli.connection import connected

        async with connected(org) as api:
            path = f"/data/people/{await _id_of(api, user)}/erase"
            begun = await api.post(path, {"confirm": confirm})
            job = await followed(api, "/data/jobs", begun, quiet=as_json)
        if job["state"] == "done" and not as_json:
            for room in job["result"]:
                if room["stays"]:
                    notes().print(f"· {room['stays']}")
        return said_of(job, f"Erased {job['person']}.", as_json=as_json)

    finish(command())


def _setting(text: str) -> tuple[str, int | str]:
    from cadre.kernel.errors import Invalid

    name, _, days = text.partition("=")
    if days in {"forever", "default"}:
        return name, days
    if not days.isdecimal():
        raise Invalid(f"{text!r} is not CLASS=DAYS, CLASS=forever or CLASS=default.", field="set")
    return name, int(days)


def _print_retention(state: Any) -> None:
    rows: list[tuple[str, ...]] = []
    for each in state["items"]:
        days = "for ever" if each["days"] is None else f"{each['days']} days"
        oldest = "" if each["oldest"] is None else ago(each["oldest"])
        would = each["would_delete"]
        gone = "" if would is None else f"{would} would go"
        rows.append((each["key"], days, str(each["rows"]), oldest, gone or each["title"]))
    print_table(("class", "kept", "rows", "oldest", ""), rows, "There is none.")
    if state["hold"]:
        notes().print(f"On hold, nothing is deleted: {state['hold']['reason']}")


def _sentence(applied: Any) -> str:
    gone = ", ".join(f"{count} {name}" for name, count in applied["deleted"].items() if count)
    rest = "" if applied["finished"] else " There is more, which goes within the hour."
    return f"Deleted {gone}.{rest}" if gone else "Nothing was too old."


async def _id_of(api: ApiClient, user: str) -> str:
    """The id of whoever has the address `user`, or `user` itself, which then is an id."""
    from cadre.kernel.errors import NotFound

    cursor: str | None = None
    while "@" in user:
        page = await api.get("/members", cursor=cursor)
        for member in page["items"]:
            if member["email"] == user.casefold():
                return member["id"]
        cursor = page["next"]
        if cursor is None:
            raise NotFound(f"Nobody here has the address {user}: `cadre users list` shows all.")
    return user
