"""Long work at the server, as a command shows it: how far it is, and how it ended."""

import asyncio
from typing import Any

from cadre.app.cli.client import ApiClient
from cadre.app.cli.exits import FAILED
from cadre.app.cli.output import notes, print_json

_POLL_SECONDS = 0.3


async def followed(api: ApiClient, jobs: str, job: Any, *, quiet: bool) -> Any:
    """The job once it is over, asked for below `jobs`; says how far it is meanwhile."""
    said, say = "", notes().print
    while job["state"] in {"waiting", "running"}:
        now = f"{job['step']}: {job['done']} of {job['total']}" if job["step"] else ""
        if now and now != said and not quiet:
            say(f"· {now}")
            said = now
        await asyncio.sleep(_POLL_SECONDS)
        job = await api.get(f"{jobs}/{job['id']}")
    return job


def said_of(job: Any, sentence: str, *, as_json: bool) -> int:
    """Say how the job ended; the exit code."""
    is_done = job["state"] == "done"
    if as_json:
        print_json(job)
    elif is_done:
        print(sentence)
    else:
        notes().print(f"cadre: {job['error']}")
    return 0 if is_done else FAILED
