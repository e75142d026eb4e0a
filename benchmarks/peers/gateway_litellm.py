"""The litellm proxy: one worker, a master key, no database, in an environment of its own.

Its defaults otherwise, less what would ask the internet for prices at start.
"""

import json
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.gateway_process import Door, free_port, started
from benchmarks.gateway_shapes import MODEL
from benchmarks.options import HOME, ROOT

VERSION = "1.106.2"
_HOME = HOME / "gateways" / "litellm"
_MASTER_KEY = "sk-bench-master"


def prepare() -> None:
    """Install it, once."""
    stamp = _HOME / "installed"
    if stamp.exists() and stamp.read_text() == VERSION:
        return
    _HOME.parent.mkdir(parents=True, exist_ok=True)
    uv = shutil.which("uv") or str(ROOT / ".venv" / "bin" / "uv")
    python = str(_HOME / "bin" / "python")
    install = [uv, "pip", "install", "--quiet", "--python", python, f"litellm[proxy]=={VERSION}"]
    for command in [uv, "venv", "--quiet", "--clear", "--python", "3.11", str(_HOME)], install:
        subprocess.run(command, check=True, capture_output=True, text=True)
    stamp.write_text(VERSION)


@contextmanager
def running(folder: Path, upstream: str) -> Generator[Door]:
    """The proxy, with `upstream` as the one server of the one model."""
    port, settings = free_port(), folder / "litellm.yaml"
    target = {"model": f"openai/{MODEL}", "api_base": upstream, "api_key": "sk-bench"}
    settings.write_text(
        json.dumps(  # which is YAML too
            {
                "model_list": [{"model_name": MODEL, "litellm_params": target}],
                "general_settings": {"master_key": _MASTER_KEY},
            }
        )
    )
    command = [
        str(_HOME / "bin" / "litellm"), "--config", str(settings), "--host", "127.0.0.1",
        "--port", str(port), "--num_workers", "1", "--telemetry", "False",
    ]  # fmt: skip
    with started(
        command,
        folder / "litellm.log",
        port,
        LITELLM_LOCAL_MODEL_COST_MAP="True",
        LITELLM_LOG="ERROR",
    ) as pid:
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        yield Door(pid, url, MODEL, {"authorization": f"Bearer {_MASTER_KEY}"})
