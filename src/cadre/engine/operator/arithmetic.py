"""Simple arithmetic over a sentence: + - * / ^, brackets, "15% of 2400". No eval."""

from collections.abc import Sequence
from decimal import Context, Decimal, DecimalException, localcontext

from cadre.engine.operator.words import Sentence, Token

_PHRASES: dict[tuple[str, ...], str] = {
    ("divided", "by"): "/", ("divide", "by"): "/", ("multiplied", "by"): "*", ("over",): "/",
    ("times",): "*", ("time",): "*", ("plus",): "+", ("minus",): "-", ("x",): "*", ("by",): "/",
    ("to", "the", "power", "of"): "^", ("percent", "of"): "%of", ("%", "of"): "%of",
    ("squared",): "^2", ("percent",): "%",
}  # fmt: skip
_SYMBOLS = {"+", "-", "−", "*", "×", "/", "÷", "^", "**", "(", ")", "%"}  # noqa: RUF001 - as typed
_SAME = {"−": "-", "×": "*", "÷": "/", "**": "^"}  # noqa: RUF001 - as typed
_LEAD = {"what", "is", "calculate", "compute", "how", "much", "the", "result", "of", "please", "does", "equal", "and"}  # fmt: skip
_TAIL = {"?", "=", ".", "!", "equal", "please"}


class NotArithmetic(Exception):
    """The sentence is something else."""


def calculate(sentence: Sentence) -> tuple[str, Decimal] | None:
    """Return the expression as understood and its value, or None if it is no arithmetic.

    Raises `ZeroDivisionError` where the sentence divides by zero.
    """
    tokens = list(sentence.tokens)
    while tokens and tokens[0].stem in _LEAD and tokens[0].kind == "word":
        tokens.pop(0)
    while tokens and tokens[-1].text in _TAIL:
        tokens.pop()
    try:
        symbols = _symbols(tokens)
        if not any(symbol in "+-*/^%of%" for symbol in symbols if not symbol[0].isdigit()):
            return None
        with localcontext(Context(prec=28)):
            return " ".join(symbols).replace("%of", "% of"), _Reader(symbols).whole()
    except (NotArithmetic, DecimalException):
        return None


def _symbols(tokens: Sequence[Token]) -> list[str]:
    found: list[str] = []
    position = 0
    while position < len(tokens):
        symbol, width = _symbol(tokens, position)
        found.append(symbol)
        position += width
    if not found or len(found) > 60:
        raise NotArithmetic
    return found


def _symbol(tokens: Sequence[Token], position: int) -> tuple[str, int]:
    for phrase, symbol in _PHRASES.items():
        if tuple(token.text for token in tokens[position : position + len(phrase)]) == phrase:
            return symbol, len(phrase)
    token = tokens[position]
    if token.text in _SYMBOLS:
        return _SAME.get(token.text, token.text), 1
    # A date such as 2025-11-03 is a token of kind number too, but no number.
    if token.kind == "number" and token.text.replace(",", "").replace(".", "", 1).isdigit():
        return token.text.replace(",", ""), 1
    raise NotArithmetic


class _Reader:
    """A descent over the symbols; every step consumes one, so it always ends."""

    def __init__(self, symbols: list[str]) -> None:
        self._rest = symbols[::-1]

    def whole(self) -> Decimal:
        value = self._sum()
        if self._rest:
            raise NotArithmetic
        return value

    def _peek(self) -> str:
        return self._rest[-1] if self._rest else ""

    def _sum(self) -> Decimal:
        value = self._product()
        while self._peek() in ("+", "-"):
            value = value + self._product() if self._rest.pop() == "+" else value - self._product()
        return value

    def _product(self) -> Decimal:
        value = self._power()
        while self._peek() in ("*", "/", "%of"):
            symbol, right = self._rest.pop(), self._power()
            if symbol == "/" and right == 0:
                raise ZeroDivisionError
            value = value / right if symbol == "/" else value * right
            if symbol == "%of":
                value = value / 100
        return value

    def _power(self) -> Decimal:
        value = self._atom()
        if self._peek() == "^2":
            self._rest.pop()
            return value * value
        if self._peek() == "^":
            self._rest.pop()
            exponent = self._power()
            if abs(exponent) > 1000:
                raise NotArithmetic
            return value**exponent
        return value

    def _atom(self) -> Decimal:
        symbol = self._rest.pop() if self._rest else ""
        if symbol == "-":
            return -self._atom()
        if symbol == "(":
            value = self._sum()
            if not self._rest or self._rest.pop() != ")":
                raise NotArithmetic
            return value
        if not symbol[:1].isdigit():
            raise NotArithmetic
        value = Decimal(symbol)
        if self._peek() == "%":
            self._rest.pop()
            return value / 100
        return value
