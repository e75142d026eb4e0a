"""`cadre models`: the catalog, one card, and prices beside the public list."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, console, fields, notes, print_json, print_table

app = typer.Typer(help="Models: what they can do and cost.", no_args_is_help=True)

_UNKNOWN = "unknown"
_OTHERS = {
    "per_minute": "per minute",
    "per_million_characters": "per M characters",
    "per_image": "per picture",
}
_NOT_SHOWN = {"price", "aliases", "capabilities", "source"}


@app.command(name="list")
def list_models(
    provider: Annotated[str | None, typer.Option(help="Only of this provider.")] = None,
    capability: Annotated[
        str | None, typer.Option(help="Only with this capability, for example vision.")
    ] = None,
    retired: Annotated[
        bool, typer.Option("--retired", help="Also those that can't be asked any more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the models there are cards for."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            query = {"provider": provider, "capability": capability}
            items = (await api.get("/models/catalog", **query))["items"]
        items = [item for item in items if retired or item["card"]["status"] != "retired"]
        if as_json:
            return print_json(items)
        return print_table(
            ("id", "context", "USD / M tokens", "status", "capabilities"),
            [_row(item) for item in items],
            "No such models. Leave out --provider or --capability to see all.",
        )

    finish(command())


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="`provider:model`, or one of its other names.")],
    as_json: AsJson = False,
) -> None:
    """Show one model: limits, capabilities, every price."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            item = await api.get(f"/models/catalog/{quote(name, safe='/:')}")
        if as_json:
            return print_json(item)
        return _show(item)

    finish(command())


@app.command()
def check(as_json: AsJson = False) -> None:
    """Compare the prices with the installed public price list."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            found = await api.get("/models/check")
        if as_json:
            return print_json(found)
        rows = [
            (d["model"], d["unit"], _usd(d["ours"]), _usd(d["theirs"]), d["since"])
            for d in found["differences"]
        ]
        print_table(("id", "unit", "ours", "public", "since"), rows, "No differences.")
        notes().print(
            f"{found['compared']} models compared. {len(found['unlisted'])} are not in the public "
            f"list, {len(found['unpriced'])} have no price here, and {len(found['missing'])} of "
            "the list have no card; --json names them."
        )
        return None

    finish(command())


@app.command()
def refresh(
    names: Annotated[list[str], typer.Argument(help="Models whose public price to take over.")],
    as_json: AsJson = False,
) -> None:
    """Take over public prices as your own; `DELETE /models/catalog/NAME` undoes it."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.post("/models/catalog/refresh", {"models": names}))["items"]
        if as_json:
            return print_json(items)
        for item in items:
            notes().print(f"{item['name']}: priced since {item['card']['price']['since']}.")
        return None

    finish(command())


def _row(item: dict[str, Any]) -> tuple[object, ...]:
    card = item["card"]
    return (
        item["name"],
        card["context_tokens"],
        _cost(fields(card["price"])),
        "hidden" if item["hidden"] else card["status"],
        " ".join(card["capabilities"]),
    )


def _cost(price: dict[str, Any]) -> str:
    """What matters most of a price, in one cell."""
    tokens = [price[unit] for unit in ("input", "output") if price.get(unit) is not None]
    if tokens:
        return " / ".join(tokens)
    others = [f"{price[unit]} {words}" for unit, words in _OTHERS.items() if price.get(unit)]
    return ", ".join(others) or _UNKNOWN


def _show(item: dict[str, Any]) -> None:
    card, out = item["card"], console()
    out.print(f"{item['name']}  {card['title']}", style="bold", markup=False)
    out.print(" ".join(card["capabilities"]), markup=False)
    for field, value in card.items():
        if value is not None and field not in _NOT_SHOWN:
            out.print(f"  {field}: {value}", markup=False)
    if card["aliases"]:
        out.print(f"  also: {' '.join(card['aliases'])}", markup=False)
    _show_price(card["price"])


def _show_price(price: dict[str, Any] | None) -> None:
    out = console()
    if price is None:
        return out.print("  price: unknown")
    since = f" since {price['since']}" if price["since"] else ""
    out.print(f"  USD{since}, tokens and characters by the million", style="dim")
    for unit, value in price.items():
        if value is not None and unit not in {"since", "tiers"}:
            out.print(f"  {unit}: {_usd(value)}", markup=False)
    for tier in price["tiers"]:
        units = [f"{unit} {_usd(value)}" for unit, value in tier.items() if value is not None]
        out.print(f"  tier: {', '.join(units)}", markup=False)
    return None


def _usd(value: object) -> str:
    return _UNKNOWN if value is None else str(value)
