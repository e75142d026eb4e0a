"""The machine and the versions that a figure was measured with."""

import os
import platform
import sqlite3
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil


def describe(folder: Path) -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "fdatasync_us": round(fdatasync_seconds(folder) * 1e6),
        "load_1_minute": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    names = ["cadre", "sqlalchemy", "asyncpg", "aiohttp", "uvicorn", "fastapi"]
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: metadata.version(name) for name in names},
    }


def fdatasync_seconds(folder: Path, times: int = 200) -> float:
    """What one durable 4 KiB write costs here: the floor under every commit."""
    path = folder / "fdatasync.probe"
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        began = perf_counter()
        for _ in range(times):
            os.write(file, b"x" * 4096)
            os.fdatasync(file)
        return (perf_counter() - began) / times
    finally:
        os.close(file)
        path.unlink()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
