"""The peers' own Python environment, `.bench/venv`, made from the lock's `bench` group.

Apart from cadre's own, so that their pins never meet.
"""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from benchmarks.options import HOME, ROOT

PYTHON = HOME / "venv" / "bin" / "python"
_PACKAGES = ("dbos", "langgraph", "langgraph-checkpoint-sqlite", "psycopg", "sqlalchemy")


def prepare() -> None:
    """Make or renew the environment; nothing happens while the lock stays as it is."""
    stamp = HOME / "venv.stamp"
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    HOME.mkdir(exist_ok=True)
    uv = shutil.which("uv") or str(ROOT / ".venv" / "bin" / "uv")
    requirements = HOME / "requirements.txt"
    _run(
        uv, "export", "--quiet", "--frozen", "--only-group", "bench", "--no-hashes",
        "--no-emit-project", "--output-file", str(requirements),
    )  # fmt: skip
    if not PYTHON.exists():
        _run(uv, "venv", "--quiet", "--python", "3.11", str(PYTHON.parents[1]))
    _run(uv, "pip", "install", "--quiet", "--python", str(PYTHON), "-r", str(requirements))
    stamp.write_text(digest)


def versions() -> dict[str, str]:
    program = (
        "import json, importlib.metadata as m; "
        f"print(json.dumps({{n: m.version(n) for n in {_PACKAGES!r}}}))"
    )
    return json.loads(subprocess.check_output([PYTHON, "-c", program], text=True))


def program_of(name: str) -> Path:
    return Path(__file__).parent / f"{name}.py"


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
