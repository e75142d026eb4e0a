"""The catalog as an org sees it: what it added, changed, priced and hid, on both databases."""

from datetime import date
from decimal import Decimal

import pytest

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog import CardInput, Catalog, HiddenModel, NoOwnCard, bare_card
from cadre.engine.models.errors import UnknownModel
from cadre.engine.models.prices import Price
from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope
from tests.engine.models.catalog.conftest import SMALL, Open, Write

CHEAP = Price(input=Decimal("0.5"), output=Decimal(2), since=date(2026, 11, 1))


def names(cards: list[ModelCard]) -> list[str]:
    return [card.name for card in cards]


async def test_an_org_that_said_nothing_sees_what_ships(
    database: Database, scope: Scope, open_catalog: Open
):
    async with database.read(scope) as work:
        cards = await open_catalog().cards(work)

    assert names(cards) == ["mill:grinder-2", "mill:grinder-1", "mill:ear"]
    assert {card.source for card in cards} == {"catalog"}


async def test_discovered_models_join_unless_a_card_means_them_already(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog(
        bare_card("ollama", "llama3.2:3b"),
        bare_card("mill", "grinder-2-2026-01-01"),
        bare_card("mill", "grinder", CHEAP),
    )

    async with database.read(scope) as work:
        cards = await catalog.cards(work)

    assert names(cards)[3:] == ["ollama:llama3.2:3b"]
    assert cards[3].source == "discovered"
    assert cards[3].capabilities == ["text", "tools"]
    assert cards[0].price == CHEAP


async def test_an_own_card_adds_a_model(database: Database, scope: Scope, open_catalog: Open):
    catalog = open_catalog()
    given = CardInput(title="Ours", capabilities=["text"], price=CHEAP, aliases=["our-best"])

    async with database.begin(scope) as work:
        written = await catalog.put_card(work, "own:tuned/v1", given)
    async with database.read(scope) as work:
        found = await catalog.find(work, "our-best")

    assert found == written
    assert (found.name, found.title, found.source) == ("own:tuned/v1", "Ours", "org")
    assert (found.price, found.capabilities) == (CHEAP, ["text"])


async def test_an_own_card_changes_only_the_fields_that_it_names(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        await catalog.put_card(work, "mill:grinder-2", CardInput(title="Mühle", price=None))
        changed = await catalog.find(work, "mill:grinder-2")
        await catalog.put_card(work, "mill:grinder-2", CardInput(context_tokens=1000))
        again = await catalog.find(work, "mill:grinder-2")

    assert (changed.title, changed.price) == ("Mühle", None)
    assert changed.capabilities == ["text", "code", "vision"]
    assert (again.title, again.context_tokens) == ("Grinder 2", 1000)


async def test_a_card_can_be_changed_by_any_of_its_names(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        await catalog.reprice(work, "mill:grinder", CHEAP)
        cards = await catalog.cards(work)

    assert len(cards) == 3
    assert cards[0].price == CHEAP


async def test_a_new_price_keeps_what_was_said_before_and_is_undone_by_forgetting(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        shipped = await catalog.find(work, "mill:grinder-2")
        await catalog.put_card(work, "mill:grinder-2", CardInput(title="Mühle"))
        priced = await catalog.reprice(work, "mill:grinder-2", CHEAP)
        await catalog.delete_card(work, "mill:grinder-2")
        after = await catalog.find(work, "mill:grinder-2")

    assert (priced.title, priced.price) == ("Mühle", CHEAP)
    assert after == shipped


async def test_a_hidden_model_is_neither_listed_nor_found_and_comes_back_unchanged(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        await catalog.reprice(work, "mill:grinder-2", CHEAP)
        await catalog.hide(work, "mill:grinder-2")
        listed = names(await catalog.cards(work))
        for name in ("mill:grinder-2", "mill:grinder", "grinder"):
            with pytest.raises(HiddenModel, match="hidden"):
                await catalog.find(work, name)
        await catalog.hide(work, "mill:grinder-2", hidden=False)
        back = await catalog.find(work, "mill:grinder-2")

    assert listed == ["mill:grinder-1", "mill:ear"]
    assert back.price == CHEAP


async def test_hiding_survives_a_new_price_and_showing_leaves_no_row(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        await catalog.hide(work, "mill:ear")
        await catalog.reprice(work, "mill:ear", None)
        listed = names(await catalog.cards(work))
        await catalog.hide(work, "mill:grinder-1")
        await catalog.hide(work, "mill:grinder-1", hidden=False)
        items = {item.name: item for item in await catalog.items(work)}

    assert "mill:ear" not in listed
    assert (items["mill:ear"].hidden, items["mill:ear"].own) == (True, True)
    assert (items["mill:grinder-1"].hidden, items["mill:grinder-1"].own) == (False, False)


async def test_another_org_sees_nothing_of_it(
    database: Database, scope: Scope, other_scope: Scope, open_catalog: Open
):
    catalog = open_catalog()
    async with database.begin(scope) as work:
        await catalog.put_card(work, "own:secret", CardInput(title="Secret", aliases=["s"]))
        await catalog.reprice(work, "mill:grinder-2", CHEAP)
        await catalog.hide(work, "mill:ear")

    async with database.begin(other_scope) as work:
        cards = await catalog.cards(work)
        with pytest.raises(UnknownModel):
            await catalog.find(work, "s")
        with pytest.raises(NoOwnCard):
            await catalog.delete_card(work, "own:secret")

    assert names(cards) == ["mill:grinder-2", "mill:grinder-1", "mill:ear"]
    assert cards[0].price != CHEAP


async def test_any_model_of_a_provider_can_be_asked_by_name(
    database: Database, scope: Scope, open_catalog: Open
):
    async with database.read(scope) as work:
        chat = await open_catalog().find(work, "ollama:qwen3:4b")
        embedding = await open_catalog().find(work, "ollama:nomic-embed-text")

    assert (chat.provider, chat.id, chat.kind) == ("ollama", "qwen3:4b", "chat")
    assert chat.price is None
    assert (embedding.kind, embedding.capabilities) == ("embedding", ["embeddings"])


async def test_a_name_alone_prefers_the_providers_at_hand_and_what_can_be_asked(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog(bare_card("ollama", "grinder-2"), bare_card("ollama", "grinder-1"))

    async with database.read(scope) as work:
        first = await catalog.find(work, "grinder-2", among={"mill"})
        local = await catalog.find(work, "grinder-2", among={"ollama"})
        elsewhere = await catalog.find(work, "grinder-2", among={"nobody"})
        alive = await catalog.find(work, "grinder-1")

    assert (first.provider, local.provider) == ("mill", "ollama")
    assert elsewhere.name in {"mill:grinder-2", "ollama:grinder-2"}
    assert alive.name == "ollama:grinder-1"  # the other one is retired


@pytest.mark.parametrize("name", ["nothing", "Mill:x", "mill:", ":x", "", "mill:a b", "m" * 300])
async def test_what_is_no_name_is_refused(
    database: Database, scope: Scope, open_catalog: Open, name: str
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        with pytest.raises(UnknownModel, match="provider:model"):
            await catalog.find(work, name)
        with pytest.raises(Invalid):
            await catalog.put_card(work, name, CardInput())
        with pytest.raises(Invalid):
            await catalog.hide(work, name)


async def test_the_matrix_counts_what_an_org_sees_without_what_is_retired(
    database: Database, scope: Scope, open_catalog: Open
):
    catalog = open_catalog()

    async with database.begin(scope) as work:
        await catalog.put_card(work, "own:x", CardInput(capabilities=["text"]))
        await catalog.hide(work, "mill:ear")
        now = await catalog.matrix(work)
        ever = await catalog.matrix(work, retired=True)

    text = {entry.capability: entry for entry in now.capabilities}["text"]
    assert (now.models, text.models, text.share) == (2, 2, 1.0)
    assert (ever.models, [p.provider for p in ever.providers]) == (3, ["mill", "own"])


async def test_whoever_keeps_cards_is_told_of_every_change_and_of_nothing_else(
    database: Database, scope: Scope, write: Write
):
    told: list[str] = []

    async def note(work: Work) -> None:
        told.append(work.scope.org)

    catalog = Catalog(write(SMALL), changed=note)
    async with database.begin(scope) as work:
        await catalog.put_card(work, "own:x", CardInput(title="X"))
        await catalog.reprice(work, "own:x", CHEAP)
        await catalog.hide(work, "own:x")
        await catalog.delete_card(work, "own:x")
        changes = len(told)
        await catalog.cards(work)
        await catalog.find(work, "mill:ear")
        with pytest.raises(NoOwnCard):
            await catalog.delete_card(work, "own:x")

    assert (changes, told) == (4, [scope.org] * 4)


async def test_the_cards_say_for_which_day_they_are_true(
    database: Database, scope: Scope, open_catalog: Open
):
    async with database.read(scope) as work:
        cards = await open_catalog(today=date(2026, 1, 30)).of(work)

    assert cards.day == date(2026, 1, 30)
    assert cards.find("grinder").name == "mill:grinder-2"
