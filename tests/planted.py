"""Planted secrets: values that can't be mistaken, and where of all places they must not turn up.

A test plants one of each kind (`planted.new("password")`) and uses it as a person would; then
`leaks` looks for every one in whatever the server has left: files of the database with its
write-ahead log, journals, blobs, the audit spool, traces, letters, and all that it printed.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from cadre.kernel.values import is_list, is_object
from cadre.trust.secrets import Redactor

# A whole API key; lists show a prefix that is shorter.
# What `Planted.new` makes.
_MADE = re.compile(r"planted[0-9a-f]{24}")
_API_KEY = re.compile(rb"ck_[0-9a-f]{10}_[0-9a-f]{64}")
_SHORTEST = 8
# Fields of requests that hold secrets, with the part of the path that they do so at.
_SENT = {
    "password": "/",
    "client_secret": "/",
    "refresh_token": "/",
    "key": "/providers/",
    "value": "/secrets/",
}
_ANSWERED = ("access_token", "refresh_token", "secret", "client_secret")
_COOKIES = ("cadre_session", "cadre_refresh")
_VARIABLE = re.compile(r"KEY|SECRET|PASSWORD|TOKEN")
LINK = "a token of a link"  # printed, or in a letter, because that is how it reaches people
_LETTERS = "mail"


@dataclass
class Planted:
    """Values by what they are."""

    values: dict[str, str] = field(default_factory=dict[str, str])

    def new(self, kind: str, prefix: str = "") -> str:
        """A value that occurs nowhere else."""
        return self.add(kind, f"{prefix}planted{secrets.token_hex(12)}")

    def add(self, kind: str, value: str) -> str:
        """A value that the server made, such as a key."""
        assert len(value) >= _SHORTEST
        self.values[kind] = value
        return value

    def hear(self, kind: str, value: object) -> None:
        """A value that somebody has sent or was sent, whatever else was planted."""
        if not isinstance(value, str) or len(value) < _SHORTEST:
            return
        if value not in self.values.values():
            self.values[f"{kind} ({len(self.values)})"] = value

    def hear_environment(self, variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            if _VARIABLE.search(name) and not name.endswith("_COMMAND"):
                self.hear(name, value)

    def hear_request(self, path: str, body: bytes) -> None:
        """What a person or a program tells the server of secrets."""
        said = _object(body)
        for name, place in _SENT.items():
            if place in path:
                self.hear(f"`{name}` sent to {path}", said.get(name))
        if isinstance(said.get("token"), str):
            self.hear(LINK, said["token"])

    def hear_answer(self, path: str, body: bytes, cookies: Mapping[str, str]) -> None:
        """What the server says once and keeps nowhere."""
        said = _object(body)
        for holder in (said, said.get("tokens")):
            if is_object(holder):
                for name in _ANSWERED:
                    self.hear(f"`{name}` of {path}", holder.get(name))
        codes = said.get("recovery_codes")
        for code in codes if is_list(codes) else ():
            self.hear("recovery code", code)
        for key in _API_KEY.findall(body):
            self.hear("API key", key.decode())
        for name in _COOKIES:
            self.hear(name, cookies.get(name))

    def leaks(self, home: Path, printed: str = "") -> list[str]:
        """Each as "kind in place"; the place is a file below `home`, or the log."""
        found = [f"{kind} in the log" for kind in self._inside(printed.encode(), has_links=True)]
        for path in sorted(home.rglob("*")):
            if path.is_file() and not path.is_symlink():
                place = path.relative_to(home)
                inside = self._inside(path.read_bytes(), has_links=place.parts[0] == _LETTERS)
                found += [f"{kind} in {place}" for kind in inside]
        return found

    async def leaks_in_postgres(self, url: str) -> list[str]:
        """The same of every table, as a dump writes it."""
        connection = await asyncpg.connect(url)
        found: list[str] = []
        try:
            tables = await connection.fetch(
                "select table_name from information_schema.tables "
                "where table_schema = 'public' and table_type = 'BASE TABLE'"
            )
            for (table,) in tables:
                dump = bytearray()
                await connection.copy_from_table(table, output=_into(dump))
                found += [f"{kind} in table {table}" for kind in self._inside(bytes(dump))]
        finally:
            await connection.close()
        return found

    def _inside(self, content: bytes, *, has_links: bool = False) -> list[str]:
        return [
            kind
            for kind, value in self.values.items()
            if not (has_links and kind.startswith(LINK))
            and any(form in content for form in _forms(value))
        ]


def is_planted_in(text: str) -> bool:
    """Whether any value that `Planted.new` has ever made is in `text`."""
    return _MADE.search(text) is not None


@contextmanager
def masking_logs(redactor: Redactor) -> Generator[None]:
    """Lines of the log are masked as in a server, for tests that have no server."""
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            redactor.process,
            structlog.processors.JSONRenderer(),
        ]
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def shaped_leaks(home: Path, known: Mapping[str, str]) -> list[str]:
    """What can be looked for in any server's folder: `known` values, and whole API keys by shape."""
    found = Planted(dict(known)).leaks(home)
    return found + [
        f"an API key in {path.relative_to(home)}"
        for path in home.rglob("*")
        if path.is_file() and not path.is_symlink() and _API_KEY.search(path.read_bytes())
    ]


def _forms(value: str) -> set[bytes]:
    """As it is, in base64, and in hex as dumps write bytes."""
    plain = value.encode()
    encoded = base64.b64encode(plain).rstrip(b"=")
    return {plain, encoded[: len(encoded) // 4 * 4 - 4] or encoded, plain.hex().encode()}


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if is_object(said) else {}


def _into(dump: bytearray) -> Callable[[bytes], Coroutine[Any, Any, None]]:
    async def write(data: bytes) -> None:
        dump.extend(data)

    return write
