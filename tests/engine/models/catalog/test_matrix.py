"""The capability matrix: its sums agree, also with nothing in it."""

from collections import Counter
from typing import get_args

from cadre.engine.models.card import Capability
from cadre.engine.models.catalog import matrix, read_shipped
from tests.engine.models.catalog.conftest import TODAY


def test_the_sums_of_the_providers_are_those_of_all():
    cards = list(read_shipped().on(TODAY).cards.values())

    made = matrix(cards)

    by_provider: Counter[str] = Counter()
    for provider in made.providers:
        by_provider.update({entry.capability: entry.models for entry in provider.capabilities})
    assert {entry.capability: entry.models for entry in made.capabilities} == by_provider
    assert sum(provider.models for provider in made.providers) == made.models == len(cards)
    for entry in made.capabilities:
        assert entry.share == entry.models / made.models
        assert entry.models == sum(entry.capability in card.capabilities for card in cards)


def test_every_capability_of_the_catalog_has_models():
    made = matrix(read_shipped().on(TODAY).cards.values())

    assert [entry.capability for entry in made.capabilities] == list(get_args(Capability))
    assert [entry.capability for entry in made.capabilities if entry.models == 0] == []


def test_a_matrix_of_nothing_has_no_shares():
    made = matrix([])

    assert (made.models, made.providers) == (0, [])
    assert {entry.share for entry in made.capabilities} == {0.0}
