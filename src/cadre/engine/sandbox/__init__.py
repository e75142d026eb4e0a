"""Sandbox: runs commands that nobody trusts, and leaves the machine as it was.

Where a machine can't isolate code, `open_sandbox` gives one that refuses: code tools are
then off, not unsafe.
"""

from collections.abc import Iterable
from pathlib import Path

from cadre.engine.sandbox.bubblewrap import BubblewrapSandbox
from cadre.engine.sandbox.egress import BadAllowList
from cadre.engine.sandbox.ports import (
    READ_ONLY_ROOT,
    WORKSPACE,
    Command,
    Killed,
    Limits,
    Missing,
    Result,
    Sandbox,
    SandboxReport,
    SandboxUnavailable,
)
from cadre.engine.sandbox.unavailable import UnavailableSandbox

__all__ = [
    "READ_ONLY_ROOT",
    "WORKSPACE",
    "BadAllowList",
    "BubblewrapSandbox",
    "Command",
    "Killed",
    "Limits",
    "Missing",
    "Result",
    "Sandbox",
    "SandboxReport",
    "SandboxUnavailable",
    "UnavailableSandbox",
    "open_sandbox",
]


async def open_sandbox(*, private_paths: Iterable[Path] = ()) -> Sandbox:
    """The best sandbox that really works here; `private_paths` never show inside it."""
    sandbox = BubblewrapSandbox(private_paths=private_paths)
    report = await sandbox.probe()
    return sandbox if report.available else UnavailableSandbox(report)
