"""`cadre openapi`: the description of the HTTP API."""

from cadre.app.cli.output import AsJson, print_json


def openapi(as_json: AsJson = True) -> None:
    """Print the OpenAPI description of the HTTP API."""
    from cadre.app.main import describe

    del as_json  # it is JSON in any case
    print_json(describe())
