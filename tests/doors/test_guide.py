"""The examples of the guide run as they stand there."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.doors.server import CADRE, EXAMPLES, Server

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


async def test_the_examples_of_the_api_page_run_in_order(server: Server, tmp_path: Path):
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (GUIDE / "api.md").read_text(), re.DOTALL | re.MULTILINE
    )
    folder = tmp_path / "reader"
    shutil.copytree(EXAMPLES / "sales", folder / "examples" / "sales")
    script = folder / "page.sh"
    text = "\n".join(blocks).replace("http://127.0.0.1:8700", server.url)
    script.write_text(f"set -euo pipefail\n{text}")

    process = await asyncio.create_subprocess_exec(
        "bash",
        "-x",
        str(script),
        cwd=folder,
        env=server.variables() | {"PATH": f"{CADRE.parent}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()
    assert (folder / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_generated_is_what_the_code_says():
    script = Path(__file__).parents[2] / "scripts" / "write_docs.py"

    result = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
