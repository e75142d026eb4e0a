"""Write what is generated from the code: the API's description, the command line's reference.

Usage: python scripts/write_docs.py [--check]     --check fails if a file is not what it would write
"""

import json
import subprocess
import sys
from pathlib import Path

from cadre.app.main import describe

DOCS = Path(__file__).parent.parent / "docs"


def generated() -> dict[Path, str]:
    """Each generated file and what it should hold."""
    reference = subprocess.run(
        [sys.executable, "-m", "typer", "cadre.app.cli.root", "utils", "docs", "--name", "cadre"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {
        DOCS / "openapi.json": json.dumps(describe(), indent=1, sort_keys=True) + "\n",
        DOCS / "guide" / "commands.md": reference.strip() + "\n",
    }


def main() -> None:
    files = generated()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        names = ", ".join(str(path.relative_to(DOCS.parent)) for path in stale)
        sys.exit(f"Not what the code says: {names}. Run `make docs`." if stale else 0)
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path])
        sys.stdout.write(f"· wrote {path.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
