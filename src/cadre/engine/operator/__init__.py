"""Operator: the model that is there without a key, a network or weights, named "offline".

It is no language model: it reads plain commands by a grammar, calls the tools that the request
offers, and phrases what they answer. Where it is unsure it asks back; what it can't do it says.
"""

from cadre.engine.operator.operator import NAME, OfflineOperator

__all__ = ["NAME", "OfflineOperator"]
