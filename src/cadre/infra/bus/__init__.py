"""Bus: news between rooms that must not import each other."""

from cadre.infra.bus.in_process import Bus, Overflow

__all__ = ["Bus", "Overflow"]
