"""`cadre sign-in`: a new one-time link to the console."""

from typing import Annotated

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import AsJson, print_json


def sign_in(
    org: Annotated[
        str | None, typer.Option(help="The slug or id of another organisation than home.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a new one-time sign-in link of the owner for the running server."""

    async def command() -> None:
        from cadre.app.local import running_server, sign_in_link
        from cadre.app.settings import load_settings
        from cadre.kernel.errors import Unavailable

        settings = load_settings()
        server = running_server(settings)
        if server is None:
            raise Unavailable("No server runs here. Start one with `cadre up`.")
        link = await sign_in_link(settings, server.url, org)
        if as_json:
            print_json({"url": link})
        else:
            print(link)

    finish(command())
