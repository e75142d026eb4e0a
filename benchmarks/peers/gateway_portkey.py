"""Portkey's gateway: its npm package on a Node of its own, without its console.

The open gateway keeps no keys: it hands the caller's on, and is told the upstream by headers.
"""

import json
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.gateway_process import Door, free_port, started
from benchmarks.gateway_shapes import MODEL
from benchmarks.options import HOME

VERSION = "1.15.2"
NODE = "24.21.0"
# Newer ones keep a stream's headers as they came, and the gateway, which adds its own, fails with 500.
_HONO_SERVER = "1.13.8"
_HOME = HOME / "gateways" / "portkey"
_MODULES = _HOME / "node_modules"


def prepare() -> None:
    """Install it and its Node, once."""
    wanted = {
        "private": True,
        "dependencies": {"@portkey-ai/gateway": VERSION, "node": NODE},
        "overrides": {"@hono/node-server": _HONO_SERVER},
    }
    package, stamp = json.dumps(wanted), _HOME / "installed"
    if stamp.exists() and stamp.read_text() == package:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not installed")
    shutil.rmtree(_HOME, ignore_errors=True)
    _HOME.mkdir(parents=True)
    (_HOME / "package.json").write_text(package)
    command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=_HOME, check=True, capture_output=True, text=True)
    stamp.write_text(package)


@contextmanager
def running(folder: Path, upstream: str) -> Generator[Door]:
    """The gateway; every request says that `upstream` is its server."""
    port = free_port()
    program = _MODULES / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    command = [str(_MODULES / "node" / "bin" / "node"), str(program), f"--port={port}"]
    headers = {
        "authorization": "Bearer sk-bench",
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": upstream,
    }
    with started(
        [*command, "--headless"], folder / "portkey.log", port, NODE_ENV="production"
    ) as pid:
        yield Door(pid, f"http://127.0.0.1:{port}/v1/chat/completions", MODEL, headers)
