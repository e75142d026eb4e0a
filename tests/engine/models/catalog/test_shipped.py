"""What ships with cadre: complete, consistent, dated; and files that are broken."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog import BrokenCatalog, read_shipped
from cadre.kernel.messages import Usage
from tests.engine.models.catalog.conftest import SMALL, TODAY, Write

PLANNED = {
    "openai": [
        *["gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "o3", "o3-mini"],
        *["o3-pro", "o4-mini", "o1", "o1-mini", "o1-pro", "gpt-4.5-preview", "gpt-4-turbo"],
        *["gpt-4", "gpt-3.5-turbo", "chatgpt-4o-latest", "gpt-4o-search-preview"],
        *["gpt-4o-mini-search-preview", "gpt-4o-audio-preview", "gpt-4o-transcribe"],
        *["gpt-4o-mini-transcribe", "whisper-1", "gpt-4o-mini-tts", "tts-1", "tts-1-hd"],
        *["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"],
        *["gpt-image-1", "omni-moderation-latest"],
    ],
    "anthropic": [
        *["claude-opus-4", "claude-sonnet-4", "claude-3-7-sonnet", "claude-3-5-sonnet"],
        "claude-3-5-haiku",
    ],
    "google": ["gemini-2.5-pro", "gemini-2.5-flash"],
    "groq": [
        *["llama-3.3-70b", "llama-3.1-405b", "llama-3.1-70b", "llama-3.1-8b", "gemma-9b"],
        "gemma-27b",
    ],
    "perplexity": ["sonar-small-online", "sonar-large-online", "sonar-huge-online"],
    "xai": ["grok-3", "grok-4"],
    "moonshot": ["moonshot-v1-8k", "moonshot-v1-32k", "moonshot-v1-128k"],
    "dashscope": [
        *["qwen3-72b-instruct", "qwen3-32b-instruct", "qwen3-14b-instruct", "qwen3-7b-instruct"],
        *["qwen-reasoning-preview", "qwen-vl-72b"],
    ],
}


@pytest.fixture(scope="module")
def cards() -> list[ModelCard]:
    return list(read_shipped().on(TODAY).cards.values())


def test_the_58_planned_models_are_in_the_catalog_each_with_a_card_of_its_own():
    names = read_shipped().on(TODAY).names

    found = {
        card
        for provider, planned in PLANNED.items()
        for name in planned
        for card in names[f"{provider}:{name}"]
    }

    assert [len(planned) for planned in PLANNED.values()] == [31, 5, 2, 6, 3, 2, 3, 6]
    assert len(found) == 58


def test_every_provider_has_models_of_today_that_can_be_asked(cards: list[ModelCard]):
    current = Counter(card.provider for card in cards if card.status == "current")

    assert set(current) == set(PLANNED)
    assert min(current.values()) >= 2


def test_every_card_has_a_title_a_capability_and_no_negative_price(cards: list[ModelCard]):
    for card in cards:
        assert card.title
        assert card.capabilities
        assert len(card.capabilities) == len(set(card.capabilities))
        if card.price is not None:
            given = card.price.model_dump(exclude={"tiers", "since"}, exclude_none=True)
            assert given, card.name
            assert all(value >= 0 for value in given.values()), card.name


def test_an_answer_is_never_longer_than_the_window(cards: list[ModelCard]):
    for card in cards:
        if card.context_tokens is not None:
            assert (card.output_tokens or 0) <= card.context_tokens, card.name


def test_what_is_gone_says_what_comes_after_it(cards: list[ModelCard]):
    names = {card.name for card in cards}
    without = [c.name for c in cards if c.status == "retired" and c.successor is None]

    assert without == []
    assert all(card.successor in names for card in cards if card.successor)
    assert all(card.ends_on is None or card.ends_on <= TODAY for card in cards if card.status == "retired")  # fmt: skip


def test_successors_lead_to_a_model_that_can_be_asked(cards: list[ModelCard]):
    by_name = {card.name: card for card in cards}
    for card in cards:
        steps = 0
        while card.status == "retired" and card.successor and steps < 10:
            card, steps = by_name[card.successor], steps + 1  # noqa: PLW2901  # a walk
        assert card.status != "retired", card.name


def test_a_kind_has_the_capability_it_is_named_for(cards: list[ModelCard]):
    needed = {
        "chat": "text",
        "embedding": "embeddings",
        "speech": "speech",
        "transcription": "transcription",
        "image": "images",
        "moderation": "moderation",
    }

    assert [c.name for c in cards if needed[c.kind] not in c.capabilities] == []


def test_prices_count_from_their_day_on():
    shipped = read_shipped()

    def input_price(name: str, day: date) -> Decimal | None:
        price = shipped.on(day).cards[name].price
        return price and price.input

    assert input_price("openai:o3", date(2025, 6, 9)) == 10
    assert input_price("openai:o3", date(2025, 6, 10)) == 2
    assert input_price("google:gemini-4-argon", date(2026, 11, 30)) == 2
    assert input_price("google:gemini-4-argon", date(2026, 12, 1)) == 4
    assert input_price("google:gemini-4-argon", date(2020, 1, 1)) == 2


def test_a_deprecated_model_is_retired_once_its_end_has_come():
    shipped = read_shipped()

    before = shipped.on(date(2027, 1, 13)).cards["openai:gpt-4.1"]
    after = shipped.on(date(2027, 1, 14)).cards["openai:gpt-4.1"]

    assert (before.status, after.status) == ("deprecated", "retired")
    assert after.successor == "openai:gpt-6-luna"


def test_a_long_prompt_costs_what_its_tier_says(cards: list[ModelCard]):
    terra = next(card for card in cards if card.name == "openai:gpt-6.1-terra")
    assert terra.price is not None

    short = terra.price.cost_usd(Usage(input_tokens=272_000, output_tokens=1_000_000))
    long = terra.price.cost_usd(
        Usage(input_tokens=300_000, cached_tokens=100_000, output_tokens=1_000_000)
    )

    assert short == Decimal("0.272") + 5
    assert long == Decimal("0.4") + Decimal("0.01") + Decimal("7.5")


def test_an_unknown_price_is_none_and_not_zero(cards: list[ModelCard]):
    unpriced = {card.name for card in cards if card.price is None}

    assert "dashscope:qwen3.7-max" in unpriced
    assert [c.name for c in cards if c.price and c.price.is_free] == [
        "google:gemma-4-31b-it",
        "google:gemma-4-26b-a4b-it",
        "openai:omni-moderation-latest",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("provider: mill", "provider: mil", ["mill.yaml", "`provider`", "write `mill`"]),
        ("models:", "modles:", ["mill.yaml", "`provider:` and `models:`"]),
        ("models:\n", "models: 3\n#", ["mill.yaml"]),
        ("vision]", "sight]", ["entry 1", '"grinder-2"', "`capabilities.2`", "correct it"]),
        ("input: 1\n", "input: -1\n", ["entry 1", "`price.input`", "greater than or equal to 0"]),
        ("input: 1\n", "inputs: 1\n", ["entry 1", "`price.inputs`", "correct its spelling"]),
        ("  - id: grinder-1", "  - name: grinder-1", ["entry 2", "`id`", "add it"]),
        ("200000", "0", ["entry 1", "`context_tokens`", "greater than 0"]),
        ("status: retired", "status: gone", ["entry 2", "`status`", "'retired'"]),
        ("ends_on: 2026-01-31", "ends_on: soon", ["entry 2", "`ends_on`"]),
        ("mill:grinder-2\n", "mill:grinder-9\n", ['"grinder-1"', "`successor`", "has no card"]),
        ("id: ear", "id: grinder", ["entry 3", "`grinder` is taken", "rename one"]),
        ("aliases: [", "aliases: [grinder-2, ", ["entry 1", "`grinder-2` is taken"]),
        ("price: null", "price: [{input: 2}, {input: 3}]", ["entry 2", "`price.since`"]),
        ("title: Ear", "title: [", ["mill.yaml", "not YAML"]),
        ("  - id: ear\n    title: Ear\n", "  - Ear\n  - id: e\n", ["entry 3", "write a card"]),
    ],
)
def test_a_broken_file_says_what_to_correct_where(
    write: Write, old: str, new: str, said: list[str]
):
    assert old in SMALL

    with pytest.raises(BrokenCatalog) as caught:
        write(SMALL.replace(old, new, 1))

    assert caught.value.detail.startswith("catalog/mill.yaml")
    assert [part for part in said if part not in caught.value.detail] == []


def test_an_installation_without_catalog_is_refused(tmp_path: Path):
    with pytest.raises(BrokenCatalog, match="no catalog"):
        read_shipped(tmp_path)
