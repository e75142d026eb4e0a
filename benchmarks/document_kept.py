"""What stands in docs/performance.md already: figures of another day and machine are kept."""

import re
from dataclasses import dataclass
from typing import Self

MACHINES = "## Machines and versions"
_ROW = re.compile(r"^\| (.*) \|$")
_MACHINE = re.compile(r"\*\*(.+?)\*\*: .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Kept:
    """Sections by title, rows of targets by what they are about, machines by processor."""

    sections: dict[str, str]
    targets: dict[str, list[str]]
    machines: dict[str, str]

    @classmethod
    def of(cls, document: str) -> Self:
        _, *parts = re.split(r"^## ", document, flags=re.MULTILINE)
        sections = {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}
        targets = sections.pop("Targets", "")
        machines = sections.pop(MACHINES.removeprefix("## "), "")
        return cls(sections, _rows(targets), _machines(machines))


def _rows(section: str) -> dict[str, list[str]]:
    found = (_ROW.match(line) for line in section.splitlines())
    rows = [match[1].split(" | ") for match in found if match]
    return {row[0]: row for row in rows[2:]}  # below the head and its rule


def _machines(section: str) -> dict[str, str]:
    paragraphs = section.split("\n\n")[1:]
    found = (_MACHINE.fullmatch(paragraph.strip()) for paragraph in paragraphs)
    return {match[1]: match[0] for match in found if match}
