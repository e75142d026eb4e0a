"""Fixtures of the doors: the same for all."""

from tests.edge.openai_api.conftest import aimock, aimock_process, gateway, raw, upstream

__all__ = ["aimock", "aimock_process", "gateway", "raw", "upstream"]
