"""`cadre up`: start the server and say how to get in."""

import asyncio
import gc
import sys
import time
import webbrowser
from typing import Annotated, Any

import typer

from cadre.app.cli.exits import finish
from cadre.app.cli.output import notes


def up(
    port: Annotated[int | None, typer.Option(help="The port; 0 picks a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the sign-in link in the browser.")
    ] = False,
) -> None:
    """Start cadre here and print a one-time sign-in link."""
    given = {"port": port, "host": host}
    chosen = {name: value for name, value in given.items() if value is not None}
    finish(_up(chosen, open_browser), loop_factory=_loop)


async def _up(given: dict[str, Any], open_browser: bool) -> int:
    started = time.perf_counter()
    gc.disable()  # nothing of what a start makes is garbage: looking for it is a fifth of the time
    from cadre.app.local import running_server, sign_in_link
    from cadre.app.settings import load_settings

    settings = load_settings().model_copy(update=given)
    say = notes().print
    running = running_server(settings)
    if running is not None:
        say(f"cadre is running already at {running.url} (process {running.pid}).")
        _show(await sign_in_link(settings, running.url), open_browser)
        return 0

    from cadre.app.main import create_app
    from cadre.app.server import announced, listen, serving, until_told_to_stop, url_of
    from cadre.infra.telemetry import configure_logs

    configure_logs(settings.log_style, settings.log_level)
    bound = listen(settings)
    url = url_of(bound)
    say(f"· data in {settings.home}")
    app = create_app(settings, say=lambda line: say(f"· {line}"))
    async with serving(app, bound, settings.trusted_proxies):
        gc.enable()
        with announced(settings, url):
            say(f"· ready at {url} after {time.perf_counter() - started:.1f} s; Ctrl-C stops it")
            _show(await sign_in_link(settings, url), open_browser)
            await until_told_to_stop()
            say("· stopping: runs under way go on at the next start")
    return 0


def _loop() -> asyncio.AbstractEventLoop:
    """The quicker loop, where there is one: a server's every answer passes through it."""
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _show(link: str, open_browser: bool) -> None:
    sys.stdout.write(f"\nSign in (once, within 15 minutes):\n  {link}\n\n")
    sys.stdout.flush()
    if open_browser:
        webbrowser.open(link)
