"""Expressions: conditions that people write, in CEL, the Common Expression Language.

They read the variables that they are given and nothing else, and a bounded text can only take
a bounded time: what would not is refused when it is compiled.
"""

from cadre.infra.expressions.errors import BadExpression, ExpressionFailed
from cadre.infra.expressions.expression import Expression, Variables, check, compile_expression

__all__ = [
    "BadExpression",
    "Expression",
    "ExpressionFailed",
    "Variables",
    "check",
    "compile_expression",
]
