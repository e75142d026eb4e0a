"""Numbers as people write them: 5, 1,200, 5k, 2.5m, five, a dozen."""

from cadre.engine.operator.words import Token

_WORDS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1000, "dozen": 12, "couple": 2}
ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ],
        start=1,
    )
}
_SCALES = {"k": 1_000, "m": 1_000_000, "bn": 1_000_000_000}


def number_in(token: Token) -> float | None:
    """Return the number that a token says, or None."""
    if token.kind == "word":
        return _WORDS.get(token.text)
    if token.kind != "number":
        return None
    digits = token.text.replace(",", "").replace(" ", "")
    scale = 1
    for suffix, factor in _SCALES.items():
        if digits.endswith(suffix):
            digits, scale = digits.removesuffix(suffix), factor
            break
    try:
        value = float(digits) * scale
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def whole_in(token: Token) -> int | None:
    """Return a whole number of at most nine digits, such as a limit or a count."""
    number = number_in(token)
    if number is None or number != int(number) or number >= 1e9:
        return None
    return int(number)


def say_number(value: float, places: int = 2) -> str:
    """Return `value` with thousands separated: whole as whole, else with `places` digits."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.{places}f}"
