"""Our prices beside the public list: the differences that we know of, and planted ones."""

from datetime import date
from decimal import Decimal

import pytest

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog import (
    Catalog,
    PublicPrice,
    compare,
    public_prices,
    read_shipped,
)
from cadre.engine.models.prices import Price, Tier
from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope
from tests.engine.models.catalog.conftest import TODAY

# Each has its reason beside the card.
KNOWN = {
    "anthropic:claude-sonnet-4-5-20250929",
    "google:gemini-nano-banana-2.1",
    "groq:llama-3.1-405b-reasoning",
    "openai:gpt-4o-mini-search-preview",
}


@pytest.fixture(scope="module")
def public() -> list[PublicPrice]:
    return public_prices(TODAY)


@pytest.fixture(scope="module")
def cards() -> dict[str, ModelCard]:
    return dict(read_shipped().on(TODAY).cards)


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(today=lambda: TODAY)


def priced(card: ModelCard, **changes: object) -> ModelCard:
    assert card.price is not None
    return card.model_copy(update={"price": card.price.model_copy(update=changes)})


def test_the_catalog_agrees_with_the_public_list_but_for_what_is_explained(
    cards: dict[str, ModelCard], public: list[PublicPrice]
):
    check = compare(cards.values(), public)

    assert {difference.model for difference in check.differences} == KNOWN
    assert check.compared > 130
    assert {name for name in check.unlisted if not name.startswith("dashscope:")} == {
        "groq:gemma2-27b-it",
        "perplexity:llama-3.1-sonar-huge-128k-online",
    }


def test_a_planted_difference_is_found_in_every_unit(
    cards: dict[str, ModelCard], public: list[PublicPrice]
):
    tier = Tier(above_input_tokens=272000, input=Decimal(9))
    planted = [
        priced(cards["openai:gpt-4o"], input=Decimal(99)),
        priced(cards["openai:whisper-1"], per_minute=None),
        priced(cards["openai:tts-1"], per_million_characters=Decimal(1)),
        priced(cards["openai:gpt-6-luna"], tiers=[tier]),
    ]

    check = compare(planted, public)

    found = {(d.model, d.unit): (d.ours, d.theirs) for d in check.differences}
    assert found[("openai:gpt-4o", "input")] == (99, Decimal("2.5"))
    assert found[("openai:whisper-1", "per_minute")] == (None, Decimal("0.006"))
    assert found[("openai:tts-1", "per_million_characters")] == (1, 15)
    assert found[("openai:gpt-6-luna", "input above 272000")] == (9, Decimal("0.2"))
    assert found[("openai:gpt-6-luna", "output above 272000")] == (None, Decimal("0.75"))
    assert {name for name, _ in found} == {card.name for card in planted}


def test_the_list_says_which_models_we_lack(cards: dict[str, ModelCard], public: list[PublicPrice]):
    without = [card for card in cards.values() if card.name != "xai:grok-4.7"]

    missing = compare(without, public).missing

    assert "xai:grok-4.7" in missing
    assert "xai:grok-4.7" not in compare(cards.values(), public).missing
    assert not any(name.startswith("google:claude") for name in missing)


def test_the_public_price_is_that_of_the_day_and_says_since_when():
    def argon(day: date) -> Price | None:
        return next(p.price for p in public_prices(day) if p.covers("gemini-4-argon"))

    before, after = argon(date(2026, 11, 30)), argon(date(2026, 12, 1))

    assert before is not None
    assert after is not None
    assert (before.input, before.since) == (2, None)
    assert (after.input, after.since) == (4, date(2026, 12, 1))


async def test_a_check_sees_the_prices_of_the_org(
    database: Database, scope: Scope, catalog: Catalog, public: list[PublicPrice]
):
    async with database.begin(scope) as work:
        await catalog.reprice(work, "openai:gpt-6-luna", Price(input=Decimal(7)))
        await catalog.hide(work, "groq:llama-3.1-405b")
        check = await catalog.check(work, public)

    models = {difference.model for difference in check.differences}
    assert models == KNOWN - {"groq:llama-3.1-405b-reasoning"} | {"openai:gpt-6-luna"}


async def test_a_refresh_takes_the_public_price_and_forgetting_undoes_it(
    database: Database, scope: Scope, catalog: Catalog, public: list[PublicPrice]
):
    mine = Price(input=Decimal(7), per_image=Decimal("0.04"))

    async with database.begin(scope) as work:
        shipped = await catalog.find(work, "openai:gpt-6-luna")
        await catalog.reprice(work, "openai:gpt-6-luna", mine)
        items = await catalog.refresh(work, ["gpt-6-luna"], public)
        check = await catalog.check(work, public)
        await catalog.delete_card(work, "openai:gpt-6-luna")
        after = await catalog.find(work, "openai:gpt-6-luna")

    taken = items[0].card.price
    assert taken is not None
    assert (taken.input, taken.output) == (Decimal("0.1"), Decimal("0.5"))
    assert (taken.per_image, taken.since) == (Decimal("0.04"), TODAY)
    assert taken.tiers[0].above_input_tokens == 272000
    assert [d.unit for d in check.differences if d.model == "openai:gpt-6-luna"] == ["per_image"]
    assert after == shipped


async def test_a_refresh_of_what_is_not_listed_changes_nothing(
    database: Database, scope: Scope, catalog: Catalog, public: list[PublicPrice]
):
    with pytest.raises(Invalid, match="no price"):
        async with database.begin(scope) as work:
            await catalog.refresh(work, ["openai:gpt-4o", "dashscope:qwen3-14b"], public)

    async with database.read(scope) as work:
        assert not any(item.own for item in await catalog.items(work))
