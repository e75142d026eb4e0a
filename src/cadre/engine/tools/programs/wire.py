"""The wire of every program: one JSON request on stdin, one JSON answer on stdout."""

import json
import sys
from collections.abc import Callable
from typing import Any


def serve(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Read the request, write what `answer` makes of it."""
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin)), ensure_ascii=False))
