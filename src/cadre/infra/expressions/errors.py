"""How an expression fails: when it is written, or when it meets its variables."""

from typing import Self

from cadre.kernel.errors import Invalid


class BadExpression(Invalid):
    """The text is not an expression that cadre runs; `line` and `column` count from 1."""

    code = "bad_expression"
    title = "The expression can't be used"

    def __init__(
        self, detail: str, *, line: int = 1, column: int = 1, field: str | None = None
    ) -> None:
        super().__init__(detail, field=field)
        self.line = line
        self.column = column

    @classmethod
    def at(cls, text: str, offset: int, said: str) -> Self:
        """`said` about the character at `offset` of `text`."""
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        return cls(f"Line {line}, column {column}: {said}", line=line, column=column)


class ExpressionFailed(Invalid):
    """The expression is sound, but not for these values."""

    code = "expression_failed"
    title = "The expression has no result"
