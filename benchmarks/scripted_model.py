"""A model server at the wire that answers at once, as a process of its own.

It is the one that the tests use; here it says the same sentence as often as it is asked.
"""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.options import ROOT, environment
from benchmarks.serving import Client

ANSWER = "The quick brown fox jumps over the lazy dog, and does it again. " * 3


@contextmanager
def scripted_model(folder: Path, **reply: Any) -> Generator[str]:
    """The base URL of a model server that always gives `ANSWER`."""
    script = folder / "script.json"
    said = {"text": ANSWER, "times": 0, "chunk_characters": 16, **reply}
    script.write_text(json.dumps({"models": ["scripted"], "replies": [said]}))
    module = "tests.engine.models.scripted_server"
    command = [sys.executable, "-m", module, "--script", str(script)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def use(client: Client, base_url: str) -> None:
    """Make the scripted model the one that every agent talks to."""
    provider = {"base_url": base_url, "key": "sk-bench", "models": ["scripted"]}
    await client.send("PUT", "/providers/scripted", provider)
    await client.send("PUT", "/models/default", {"name": "scripted:scripted"})


async def own_first_byte(session: aiohttp.ClientSession, base_url: str) -> float:
    """Seconds until the model server's first piece of text, asked directly."""
    body = {
        "model": "scripted",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Say something."}],
    }
    began = time.perf_counter()
    async with session.post(f"{base_url}/chat/completions", json=body) as response:
        first = None
        async for line in response.content:
            if first is None and b'"content": "T' in line:
                first = time.perf_counter() - began
    if first is None:
        raise RuntimeError("The model server said nothing.")
    return first
