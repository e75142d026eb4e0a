"""The command line: a client of the HTTP API, with a server of its own where none runs.

Commands import what they need when they run, so that `cadre --help` is there at once.
"""

from cadre.app.cli.root import main

__all__ = ["main"]
