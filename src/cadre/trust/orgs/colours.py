"""Colours that people can read: the contrast of WCAG 2.1, at least 4.5 to 1."""

import re

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_LIGHT, _DARK = "#ffffff", "#16181d"
_LEAST = 4.5


def check_on_light(colour: str) -> str:
    """`colour`, or ValueError if text in it can't be read on white."""
    return _check(colour, _LIGHT, "darker")


def check_on_dark(colour: str) -> str:
    """`colour`, or ValueError if text in it can't be read on the dark theme."""
    return _check(colour, _DARK, "lighter")


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _check(colour: str, ground: str, remedy: str) -> str:
    if not _HEX.fullmatch(colour):
        raise ValueError("write a colour as #rrggbb")
    if (found := contrast(colour, ground)) < _LEAST:
        raise ValueError(
            f"text in {colour} has a contrast of {found:.1f} on {ground}, {_LEAST} are needed: "
            f"choose a {remedy} one"
        )
    return colour.lower()


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
