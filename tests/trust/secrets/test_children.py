"""What this process starts sees neither the master key nor keys of providers."""

import asyncio
import base64
import shlex
import sys
from pathlib import Path

import pytest

from cadre.trust.policy.bundle import Bundle, Module
from cadre.trust.policy.process import RegoProcess
from cadre.trust.secrets.wraps import CommandWrap

# Writes down its environment, then answers as a key service that keeps nothing secret.
TELLING = (
    "import os, sys; open({place!r}, 'w').write(repr(dict(os.environ))); "
    "print(sys.stdin.readline().strip())"
)
OURS = {
    "CADRE_MASTER_KEY": "planted-master-key",
    "CADRE_MASTER_KEY_COMMAND": "planted-command",
    "CADRE_SMTP_URL": "smtp://u:planted-password@mail",
    "OPENAI_API_KEY": "sk-planted-0123456789",
    "GOOGLE_API_KEY": "planted-of-gemini",
    "AWS_BEARER_TOKEN_BEDROCK": "planted-of-bedrock",
    "DATABASE_URL": "postgresql://u:planted-password@host/db",
}
THEIRS = {"AWS_PROFILE": "kms", "VAULT_ADDR": "https://vault.example", "HTTPS_PROXY": "http://p"}


@pytest.fixture(autouse=True)
def full_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (OURS | THEIRS).items():
        monkeypatch.setenv(name, value)


async def test_the_key_command_sees_what_a_key_service_needs_and_no_more(tmp_path: Path):
    place = tmp_path / "environment"
    program = TELLING.format(place=str(place))
    wrap = CommandWrap(shlex.join([sys.executable, "-c", program]))

    assert base64.b64encode(await wrap.wrap(b"k" * 32, b"bound"))

    seen = place.read_text()
    assert "planted" not in seen
    assert all(repr(name) in seen for name in (*THEIRS, "PATH"))


async def test_the_interpreter_of_policies_sees_nothing():
    process = RegoProcess(5.0)
    bundle = Bundle((Module("m", "package m\nimport rego.v1\nanswer := 1"),), ("m/answer",))
    others = set(children())
    try:
        assert await asyncio.to_thread(process.ask, bundle, {}) == 1
        [child] = [
            pid for pid in set(children()) - others if b"interpreter.py" in read(pid, "cmdline")
        ]
        environment = read(child, "environ")
    finally:
        process.close()

    assert environment == b""


def children() -> list[int]:
    """The processes that this one has started."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def read(pid: int, what: str) -> bytes:
    return Path(f"/proc/{pid}/{what}").read_bytes()
