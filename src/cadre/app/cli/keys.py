"""`cadre keys`: keys of the HTTP API and of the gateway."""

import re
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table
from cadre.kernel.errors import Invalid

app = typer.Typer(help="Keys of the HTTP API and the gateway.", no_args_is_help=True)

_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"(\d{1,5})([mhd])")
_Org = Annotated[str | None, typer.Option(help="The organisation, if not the home one.")]


class BadTime(Invalid):
    """It is neither a timespan nor a date."""

    code = "bad_time"


@app.command()
def create(
    *,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="A permission that it has, as runs:read or agents:run@agent:support; several "
            "times for several. Else all that its owner may."
        ),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A model that it may ask; several times for several.")
    ] = None,
    service_account: Annotated[
        str | None, typer.Option(help="The id of the service account that it acts for.")
    ] = None,
    project: Annotated[str | None, typer.Option(help="The one project that it acts in.")] = None,
    environment: Annotated[
        str | None, typer.Option(help="dev, staging or production: the one that it acts in.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="30d, 12h, or a date: when it ends; else never.")
    ] = None,
    rate: Annotated[int | None, typer.Option(help="How often a minute it may ask.")] = None,
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        wanted = {
            "name": name,
            "grants": [_grant(each) for each in scope] if scope else None,
            "models": model or None,
            "service_account": service_account,
            "project": project,
            "environment": environment,
            "expires_at": None if expires is None else _time(expires),
            "rate_per_minute": rate,
        }
        async with connected(org) as api:
            made = await api.post("/keys", {k: v for k, v in wanted.items() if v is not None})
        _print_secret(made, as_json=as_json)

    finish(command())


@app.command(name="list")
def list_keys(org: _Org = None, as_json: AsJson = False) -> None:
    """Show the keys there are, without their secrets."""

    async def command() -> None:
        from cadre.app.cli.connection import connected
        from cadre.app.local import LOCAL_KEY

        async with connected(org) as api:
            listed = (await api.get("/keys"))["items"]
        # The key that a command like this one is using is of no interest to anybody.
        keys = [k for k in listed if k["expires_at"] is None or k["name"] != LOCAL_KEY]
        if as_json:
            return print_json(keys)
        return print_table(
            ("id", "name", "key", "acts for", "may", "this month", "last used", "ends"),
            [_row(key) for key in keys],
            "No keys: `cadre keys create --name NAME`.",
        )

    finish(command())


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="The id, from `cadre keys list`.")],
    grace: Annotated[str, typer.Option(help="How long the old one is good: 0m, 12h, 30d.")] = "1d",
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret and print it, this once."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        wanted = {"grace_seconds": _seconds(grace)}
        async with connected(org) as api:
            made = await api.post(f"/keys/{key_id}/rotate", wanted)
        _print_secret(made, as_json=as_json)

    finish(command())


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id, from `cadre keys list`.")],
    org: _Org = None,
    as_json: AsJson = False,
) -> None:
    """End a key now."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected(org) as api:
            await api.delete(f"/keys/{key_id}")
        if as_json:
            print_json({"id": key_id, "revoked": True})
        else:
            print(f"Revoked {key_id}.")

    finish(command())


def _print_secret(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    print(made["key"])
    notes().print("Keep it: it is not shown again. Send it as `Authorization: Bearer`.")


def _row(key: dict[str, Any]) -> tuple[object, ...]:
    grants = key["grants"]
    may = "all of it" if grants is None else ", ".join(_written(grant) for grant in grants)
    used = f"{key['month_calls']} calls, ${float(key['month_cost_usd']):.2f}"
    ends = key["expires_at"]
    return (
        key["id"],
        key["name"],
        f"ck_{key['prefix']}_…",
        key["owner"]["name"] or key["owner"]["id"],
        may,
        used,
        ago(key["last_used_at"]),
        "" if ends is None else datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d %H:%M"),
    )


def _grant(text: str) -> dict[str, str]:
    permission, at, resource = text.partition("@")
    return {"permission": permission, "resource": resource if at else "*"}


def _written(grant: dict[str, str]) -> str:
    on = "" if grant["resource"] == "*" else f"@{grant['resource']}"
    return f"{grant['permission']}{on}"


def _seconds(text: str) -> float:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise BadTime(f"`{text[:40]}` is no timespan: write 30m, 12h or 90d.")
    return int(found[1]) * _UNITS[found[2]]


def _time(text: str) -> float:
    """Seconds since 1970, of a timespan from now or of the begin of a day (UTC)."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return time.time() + _seconds(text)
