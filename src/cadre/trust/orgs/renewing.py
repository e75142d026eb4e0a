"""Renewing: an archive becomes a second org beside the one that it came from.

Ids that may be there only once in an installation are made anew, wherever a row names them: a new id
follows from the old one and the new org, so that a row and what leads to it agree, also if the import
is taken up by another process. They keep their time, by which rows are in order.

What was put away as content, such as files and long values of journals, is left as it is.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Any

# By what they begin with: runs, people, conversations (whose folders they name), budgets, passkeys,
# lines of usage.
_RENEWED = ("run", "usr", "cnv", "bud", "pky", "use")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM = 16  # characters of an id, after those of its time
# The id of a run that came with an idempotency key is six longer.
_ID = re.compile(
    rf"\b({'|'.join(_RENEWED)})_([{_ALPHABET}]{{10}})([{_ALPHABET}]{{{_RANDOM}}}(?:[0-9a-f]{{6}})?)\b"
)
# What opens doors, each for one org: a copy's people make keys of their own.
LEFT_BEHIND = frozenset({"account_tokens", "api_keys", "session_tokens"})


class Renewal:
    """What becomes of the ids in an archive of the org `old` when it becomes `new`."""

    def __init__(self, old: str, new: str) -> None:
        self._old = re.compile(rf"\b{re.escape(old)}\b")
        self._new, self._key = new, new.encode()

    def text(self, text: str) -> str:
        """`text` with the new ids in place of the old ones."""
        return _ID.sub(self._renewed, self._old.sub(self._new, text))

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The same for every text of a row."""
        return {
            name: self.text(value) if isinstance(value, str) else value
            for name, value in row.items()
        }

    def _renewed(self, found: re.Match[str]) -> str:
        digest = hmac.digest(self._key, found[0].encode(), "sha256")
        if len(found[3]) > _RANDOM:
            return f"{found[1]}_{found[2]}{digest.hex()[: len(found[3])]}"
        return f"{found[1]}_{found[2]}{''.join(_ALPHABET[byte & 31] for byte in digest[:_RANDOM])}"
