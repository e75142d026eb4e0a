"""Scanning: an expression's text as tokens, before the library parses it."""

import re
from dataclasses import dataclass

from cadre.infra.expressions.errors import BadExpression

_TOKEN = re.compile(
    r"""
    (?P<space>  [ \t\r\n\f]+ | //[^\n]* )
  | (?P<raw>    [bB]?[rR][bB]? (?: "{3}.*?"{3} | '{3}.*?'{3} | "[^"\r\n]*" | '[^'\r\n]*' ) )
  | (?P<string> [bB]? (?: "{3}(?:[^\\]|\\.)*?"{3} | '{3}(?:[^\\]|\\.)*?'{3}
                        | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' ) )
  | (?P<number> (?: 0[xX][0-9a-fA-F]+ | [0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?
                  | [0-9]+(?:[eE][+-]?[0-9]+)? ) [uU]? )
  | (?P<name>   [A-Za-z_][A-Za-z0-9_]* )
  | (?P<sign>   && | \|\| | == | != | <= | >= | [-+*/%!<>?:.,()\[\]{}] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_INSTEAD = {
    "=": "write `==` to compare",
    "&": "write `&&` for and",
    "|": "write `||` for or",
    '"': "this quotation mark is never closed",
    "'": "this quotation mark is never closed",
    "#": "a comment begins with `//`",
    "`": "names are written without quotation marks",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is raw, string, number, name or sign; `at` is the place of its first character."""

    kind: str
    text: str
    at: int


def scan(text: str) -> list[Token]:
    """The tokens of `text` without space and comments."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadExpression.at(text, at, _no_token(text[at]))
        if found.lastgroup != "space":
            tokens.append(Token(str(found.lastgroup), found.group(), at))
        at = found.end()
    return tokens


def _no_token(character: str) -> str:
    remedy = _INSTEAD.get(character, "put text into quotation marks, or leave it out")
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"`{shown}` means nothing here: {remedy}."
