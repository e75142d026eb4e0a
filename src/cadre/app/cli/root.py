"""The commands, and how errors leave them."""

import sys

import typer

from cadre.app.cli import (
    access,
    agents,
    approvals,
    audit,
    data,
    keys,
    models,
    orgs,
    policy,
    runs,
    secrets,
    users,
)
from cadre.app.cli.doctor import doctor
from cadre.app.cli.exits import FAILED, USAGE
from cadre.app.cli.openapi import openapi
from cadre.app.cli.run import run
from cadre.app.cli.sign_in import sign_in
from cadre.app.cli.up import up
from cadre.app.cli.usage import budgets, usage
from cadre.kernel.errors import CadreError, Invalid

app = typer.Typer(
    name="cadre",
    help="Teams of AI agents, journaled, permitted, paid for and visible.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up)
app.command(name="sign-in")(sign_in)
app.command()(run)
app.add_typer(runs.app, name="runs")
app.add_typer(approvals.app, name="approvals")
app.add_typer(agents.app, name="agents")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(access.app, name="access")
app.add_typer(models.app, name="models")
app.add_typer(audit.app, name="audit")
app.add_typer(orgs.app, name="orgs")
app.add_typer(data.app, name="data")
app.add_typer(policy.app, name="policy")
app.add_typer(secrets.app, name="secrets")
app.add_typer(budgets, name="budgets")
app.command()(usage)
app.command()(doctor)
app.command()(openapi)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
    if version:
        from cadre import __version__

        print(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; an error that a person can act on is one sentence on stderr."""
    try:
        app()
    except CadreError as error:
        sys.stderr.write(f"cadre: {error.detail}\n")
        sys.exit(USAGE if isinstance(error, Invalid) else FAILED)
    except BrokenPipeError:
        sys.exit(FAILED)  # whoever read our output has left
