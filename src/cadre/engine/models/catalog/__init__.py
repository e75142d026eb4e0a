"""Catalog: what is known about each model, as cadre ships it and as an org sees it.

A card that an org changed, priced or hid is its own from then on; a model that nobody wrote a
card for can be asked all the same, by "provider:id".
"""

from cadre.engine.models.catalog.comparison import compare
from cadre.engine.models.catalog.errors import BrokenCatalog, HiddenModel, NoOwnCard
from cadre.engine.models.catalog.matrix import matrix
from cadre.engine.models.catalog.names import bare_card
from cadre.engine.models.catalog.org_cards import OrgCards
from cadre.engine.models.catalog.public_prices import PublicPrice, public_prices
from cadre.engine.models.catalog.schemas import (
    CapabilityShare,
    CardInput,
    CatalogItem,
    Matrix,
    PriceCheck,
    PriceDifference,
    ProviderShares,
)
from cadre.engine.models.catalog.service import Catalog, Changed, Discovered
from cadre.engine.models.catalog.shipped import Shipped, read_shipped

__all__ = [
    "BrokenCatalog",
    "CapabilityShare",
    "CardInput",
    "Catalog",
    "CatalogItem",
    "Changed",
    "Discovered",
    "HiddenModel",
    "Matrix",
    "NoOwnCard",
    "OrgCards",
    "PriceCheck",
    "PriceDifference",
    "ProviderShares",
    "PublicPrice",
    "Shipped",
    "bare_card",
    "compare",
    "matrix",
    "public_prices",
    "read_shipped",
]
