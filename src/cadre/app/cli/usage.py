"""`cadre usage` and `cadre budgets`: what models cost, and what they may."""

from typing import Annotated, Any, Literal

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, ago, notes, print_json, print_table

By = Literal["model", "provider", "agent", "key", "user", "project", "via", "status", "kind", "day"]
Kind = Literal["org", "project", "key", "user", "agent", "run"]

budgets = typer.Typer(help="What may be spent on models.", no_args_is_help=True)

_TOTALS = ("calls", "input_tokens", "output_tokens", "cost_usd")


def usage(
    by: Annotated[By, typer.Option(help="What to split by.")] = "model",
    since: Annotated[str, typer.Option(help="7d, 24h, a date or a time (UTC).")] = "30d",
    until: Annotated[str | None, typer.Option(help="Likewise; now if left out.")] = None,
    top: Annotated[int, typer.Option(min=1, max=500, help="How many; the rest together.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what models were used and what it cost."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        span = {"since": since, "until": until}
        async with connected() as api:
            summary = await api.get("/usage/summary", **span)
            if by == "day":
                split = await api.get("/usage/series", step="day", **span)
            else:
                split = await api.get("/usage/breakdown", by=by, top=top, **span)
        if as_json:
            return print_json({"summary": summary, "split": split})
        return _print_usage(by, summary, split)

    finish(command())


@budgets.command(name="list")
def list_budgets(as_json: AsJson = False) -> None:
    """List budgets and what is spent of them now."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.get("/budgets"))["items"]
            windows = (await api.get("/budgets/status"))["items"]
        if as_json:
            return print_json({"budgets": items, "windows": windows})
        rows = [row for budget in items for row in _budget_rows(budget, windows)]
        columns = ("id", "for", "limit", "spent", "state")
        return print_table(columns, rows, "No budgets: `cadre budgets set --limit 100`.")

    finish(command())


@budgets.command(name="set")
def set_budget(
    *,
    limit: Annotated[str | None, typer.Option(help="USD; a new budget needs it.")] = None,
    budget_id: Annotated[
        str | None, typer.Option("--id", help="The budget to change; a new one if left out.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--for", help="Who is limited.")] = None,
    subject: Annotated[str | None, typer.Option(help="Which one; * gives each its own.")] = None,
    period: Annotated[Literal["day", "month", "total"] | None, typer.Option()] = None,
    mode: Annotated[
        Literal["soft", "hard"] | None, typer.Option(help="soft warns, hard refuses.")
    ] = None,
    warn_at: Annotated[float | None, typer.Option(help="A share of the limit.")] = None,
    unpriced: Annotated[
        Literal["allow", "deny"] | None, typer.Option(help="Models of unknown price.")
    ] = None,
    enabled: Annotated[bool | None, typer.Option("--enabled/--disabled")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a budget, or change one."""
    if limit is None and budget_id is None:
        raise typer.BadParameter("--limit says how many USD a new budget has.")
    given = {
        "limit_usd": limit,
        "subject_kind": kind,
        "subject": subject,
        "period": period,
        "mode": mode,
        "warn_at": warn_at,
        "unpriced": unpriced,
        "enabled": enabled,
    }
    changes = {name: value for name, value in given.items() if value is not None}

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            if budget_id is None:
                budget = await api.post("/budgets", changes)
            else:
                kept = await api.get(f"/budgets/{budget_id}")
                body = {name: kept[name] for name in given} | changes
                budget = await api.put(f"/budgets/{budget_id}", body)
        if as_json:
            print_json(budget)
        else:
            print(budget["id"])

    finish(command())


@budgets.command(name="delete")
def delete_budget(
    budget_id: Annotated[str, typer.Argument(metavar="BUDGET", help="The budget's id.")],
    as_json: AsJson = False,
) -> None:
    """Forget a budget; usage stays."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            await api.delete(f"/budgets/{budget_id}")
        if as_json:
            print_json({"id": budget_id, "deleted": True})
        else:
            print(f"Deleted {budget_id}.")

    finish(command())


@budgets.command()
def alerts(as_json: AsJson = False) -> None:
    """List limits that came near, were reached, or had calls refused."""

    async def command() -> None:
        from cadre.app.cli.connection import connected

        async with connected() as api:
            items = (await api.get("/budgets/alerts"))["items"]
        if as_json:
            return print_json(items)
        rows = [(a["level"], a["title"], a["subject"], a["window"], ago(a["at"])) for a in items]
        return print_table(("level", "budget", "subject", "window", "when"), rows, "No alerts.")

    finish(command())


def _print_usage(by: str, summary: dict[str, Any], split: dict[str, Any]) -> None:
    items = split["points"] if by == "day" else split["items"]
    rows = [(_name(by, item), *(_shown(item, name) for name in _TOTALS)) for item in items]
    if split.get("others"):
        rows.append(("others", *(_shown(split["others"], name) for name in _TOTALS)))
    print_table((by, "calls", "tokens in", "tokens out", "USD"), rows, "No calls in this time.")
    totals, month = summary["totals"], summary["forecast"]
    notes().print(
        f"{totals['calls']} calls, {_usd(totals['cost_usd'])} USD, {totals['unpriced']} of unknown "
        f"price. {month['month']}: about {_usd(month['expected_usd'])} USD "
        f"({_usd(month['low_usd'])} to {_usd(month['high_usd'])})."
    )


def _name(by: str, item: dict[str, Any]) -> str:
    if by != "day":
        return item["name"] or "-"
    from datetime import UTC, datetime

    return datetime.fromtimestamp(item["at"], UTC).strftime("%Y-%m-%d")


def _shown(item: dict[str, Any], name: str) -> object:
    return _usd(item[name]) if name.endswith("_usd") else item[name]


def _usd(amount: str) -> str:
    return f"{float(amount):.4f}"


def _budget_rows(budget: dict[str, Any], windows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """One row for each subject that spends now; what is reserved counts as spent."""
    mode = budget["mode"] if budget["enabled"] else "off"
    limit = f"{budget['limit_usd']} {budget['period']} {mode}"
    own = [window for window in windows if window["budget_id"] == budget["id"]]
    if not own:
        return [(budget["id"], f"{budget['subject_kind']} {budget['subject']}", limit, "0", "ok")]
    return [
        (budget["id"], f"{budget['subject_kind']} {w['subject']}", limit, _spent(w), w["state"])
        for w in own
    ]


def _spent(window: dict[str, Any]) -> str:
    return f"{float(window['settled_usd']) + float(window['reserved_usd']):.4f}"
