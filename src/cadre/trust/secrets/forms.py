"""Forms: what a value looks like where programs write it down."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

# A shorter value would be found in words that have nothing to do with it.
SHORTEST = 8
_LINE = 16
# A long value is found in parts too: what is too long to be shown is cut.
_LONG, _PART, _MOST_IN_PARTS = 64, 32, 4096
# How many characters at the beginning of base64 depend on what stood before, by its bytes modulo 3.
_BEFORE = (0, 2, 3)
_UNSAFE_NAME = re.compile(r"[^\w ./:@-]")


def forms_of(value: str) -> frozenset[str]:
    """`value` as it is, as JSON (in JSON) and addresses write it, in base64 and hex; long ones in parts."""
    raw = value.encode(errors="replace")
    said = {value, quote(value), quote(value, safe=""), quote_plus(value)}
    for escaped in (_escaped(value, is_ascii=True), _escaped(value, is_ascii=False)):
        said |= {escaped, _escaped(escaped, is_ascii=True)}
    said |= {raw.hex(), raw.hex().upper()}
    for encode in (b64encode, urlsafe_b64encode):
        said.add(encode(raw).decode().rstrip("="))
        said |= {
            _inside(encode(b"\0" * before + raw).decode(), before, len(raw)) for before in range(3)
        }
    if "\n" in value:
        said |= {line for each in value.splitlines() if len(line := each.strip()) >= _LINE}
    if len(value) > _LONG:
        ends = range(_PART, min(len(value), _MOST_IN_PARTS) + 1, _PART)
        said |= {value[end - _PART : end] for end in ends}
    return frozenset(form for form in said if len(form) >= SHORTEST)


def shown_name(name: str) -> str:
    """`name` as it can stand in any JSON."""
    return _UNSAFE_NAME.sub("_", name)


def _escaped(value: str, *, is_ascii: bool) -> str:
    return json.dumps(value, ensure_ascii=is_ascii)[1:-1]


def _inside(encoded: str, before: int, size: int) -> str:
    """The part of base64 that is the same whatever stands before and after the value."""
    encoded = encoded.rstrip("=")
    return encoded[_BEFORE[before] : len(encoded) - bool((before + size) % 3)]
