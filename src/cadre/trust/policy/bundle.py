"""Bundles: modules that are compiled together. The shipped one is in `policies/`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cadre.kernel.errors import Unavailable

# Beside the package in a wheel, at the top of a clone otherwise.
_PACKAGED = Path(__file__).parents[2] / "policies"
FOLDER = _PACKAGED if _PACKAGED.exists() else Path(__file__).parents[4] / "policies"
DECISION = "cadre/decision"
_TESTS = "_test"


class PoliciesMissing(Unavailable):
    """The folder of the shipped policies is not there."""

    code = "policies_missing"


@dataclass(frozen=True)
class Module:
    """`name` is said in messages: "cadre.rego" of the shipped ones, "NAME" of an org's."""

    name: str
    text: str


@dataclass(frozen=True)
class Bundle:
    """Modules and what is asked of them. `key` is the same for the same meaning."""

    modules: tuple[Module, ...]
    entries: tuple[str, ...] = (DECISION,)
    is_shipped: bool = field(default=False, compare=False)

    @cached_property
    def key(self) -> str:
        said = [*self.entries, *(part for one in self.modules for part in (one.name, one.text))]
        return digest(said)

    def plus(self, modules: Iterable[Module]) -> "Bundle":
        """This bundle with an org's modules."""
        more = tuple(modules)
        return Bundle((*self.modules, *more), self.entries) if more else self


@dataclass(frozen=True)
class Shipped:
    """What ships with cadre: the bundle that decides, and its tests."""

    bundle: Bundle
    tests: tuple[Module, ...]


def digest(parts: Iterable[str]) -> str:
    found = hashlib.sha256()
    for part in parts:
        data = part.encode()
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def read_shipped(folder: Path = FOLDER) -> Shipped:
    """Read `folder`, or raise `PoliciesMissing`."""
    files = sorted(folder.glob("*.rego"))
    if not files:
        raise PoliciesMissing(f"There are no policies in {folder}: install cadre again.")
    modules = [Module(path.name, path.read_text(encoding="utf-8")) for path in files]
    is_test = [path.stem.endswith(_TESTS) for path in files]
    deciding = tuple(one for one, test in zip(modules, is_test, strict=True) if not test)
    tests = tuple(one for one, test in zip(modules, is_test, strict=True) if test)
    return Shipped(Bundle(deciding, is_shipped=True), tests)
