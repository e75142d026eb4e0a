"""Catalogs: the real one on a fixed day, and small ones written for a test."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog import Catalog, Shipped, read_shipped
from cadre.infra.database import Work

TODAY = date(2026, 11, 25)

SMALL = """\
provider: mill
models:
  - id: grinder-2
    title: Grinder 2
    capabilities: [text, code, vision]
    context_tokens: 200000
    output_tokens: 8000
    price:
      input: 1
      cached_input: 0.1
      output: 4
      tiers:
        - {above_input_tokens: 100000, input: 2, cached_input: 0.2, output: 6}
    aliases: [grinder, grinder-2-2026-01-01]
  - id: grinder-1
    title: Grinder 1
    capabilities: [text]
    price: null
    status: retired
    successor: mill:grinder-2
    ends_on: 2026-01-31
  - id: ear
    title: Ear
    kind: transcription
    capabilities: [transcription]
    price: {per_minute: 0.006}
"""

Write = Callable[[str], Shipped]
Open = Callable[..., Catalog]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a catalog of one file and read it."""

    def write_and_read(text: str) -> Shipped:
        (tmp_path / "mill.yaml").write_text(text, "utf-8")
        return read_shipped(tmp_path)

    return write_and_read


@pytest.fixture
def open_catalog(write: Write) -> Open:
    """A catalog of the small file, with what its providers name."""

    def open_small(*discovered: ModelCard, today: date = TODAY) -> Catalog:
        async def named(_: Work) -> Sequence[ModelCard]:
            return discovered

        return Catalog(write(SMALL), discovered=named, today=lambda: today)

    return open_small
