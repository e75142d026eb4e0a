"""Passwords: hashed with Argon2id, refused while they are easy to guess.

An unknown person costs as much time as a known one: there is always a hash to compare with.
"""

import asyncio
import re
import unicodedata
from functools import lru_cache
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cadre.kernel.errors import Invalid

SHORTEST = 10
LONGEST = 200
# OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Of a random value that nobody kept, with the parameters above; making one would take 20 ms of each start.
NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$s3SGHIjePTcbANdAHpe62Q$oamdnk"
    "xIyaRSuteNmpGG1r5NOAbajmfmhXT01UqfCh4"
)
_AT_ONCE = 2
_LEET = str.maketrans("013457@$!|", "oieastasil")
_WALKS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop",
          "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "abcdefghijklmnopqrstuvwxyz")  # fmt: skip


class WeakPassword(Invalid):
    """The password would be guessed."""

    code = "weak_password"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field="password")


class Passwords:
    """Hashes and checks passwords; a few at a time, because each takes time and memory."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(_HASHER.hash, _canonical(password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` is the one of `password_hash`; takes as long if there is none."""
        async with self._turns:
            is_right = await asyncio.to_thread(_verify, password_hash or NOBODYS, password)
        return is_right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was hashed with less than is asked today."""
        return _HASHER.check_needs_rehash(password_hash)


def check_password(password: str, *, email: str | None, name: str) -> None:
    """Raise `WeakPassword`, saying what would be better, unless `password` is hard to guess."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"Use at least {SHORTEST} characters; a few words in a row are good.")
    if len(password) > LONGEST:
        raise WeakPassword(f"Use at most {LONGEST} characters.")
    plain = _canonical(password).casefold()
    if _is_about(plain, email, name):
        raise WeakPassword("Use a password that does not contain your name or e-mail address.")
    if _is_common(plain):
        raise WeakPassword(
            "This password, or one very like it, is on every list of leaked passwords. "
            "Use a few unrelated words, or let a password manager make one."
        )


def _canonical(password: str) -> str:
    """One spelling for what looks the same, whichever keyboard it comes from."""
    return unicodedata.normalize("NFKC", password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, _canonical(password))
    except (VerificationError, InvalidHashError):
        return False


def _is_about(plain: str, email: str | None, name: str) -> bool:
    """Whether little is left once the person's own names are taken out."""
    own = [(email or "").casefold(), (email or "").casefold().partition("@")[0]]
    own += [name.casefold(), name.casefold().replace(" ", ""), *name.casefold().split()]
    for word in sorted((word for word in own if len(word) >= 4), key=len, reverse=True):
        if word in plain and len(plain.replace(word, "")) < SHORTEST - 2:
            return True
    return False


def _is_common(plain: str) -> bool:
    """Whether it is a common word in disguise, a walk over the keyboard, or a repetition."""
    if plain in _common() or len(set(plain)) <= 3 or _is_repeated(plain):
        return True
    if _is_walk(plain):
        return True
    # "p4ssw0rd!2024", "2024Password", "password123password" are all "password".
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    spellings = (core, core.translate(_LEET), plain.translate(_LEET))
    return _is_repeated(core) or any(_is_made_of_words(each) for each in spellings)


def _is_made_of_words(text: str) -> bool:
    """Whether it is one common word, or two with something between."""
    pieces = [piece for piece in re.split(r"[\W\d_]+", text) if len(piece) > 2]
    return len(pieces) <= 2 and all(piece in _common() for piece in pieces)


def _is_repeated(plain: str) -> bool:
    """ "abcabcabcabc" has a third of the letters that it seems to have."""
    return bool(plain) and plain in (plain + plain)[1:-1]


def _is_walk(plain: str) -> bool:
    """Whether it is made of rows of keys, or of the alphabet, forwards or backwards."""
    rest = plain
    while rest:
        longest = max(
            (_shared(rest, row) for walk in _WALKS for row in (walk * 2, (walk * 2)[::-1])),
            default=0,
        )
        if longest < 4:
            return len(rest) <= 2 and rest != plain
        rest = rest[longest:]
    return True


def _shared(text: str, row: str) -> int:
    """How many characters of `text`, from its start, stand in `row` one after the other."""
    length = 0
    while length < len(text) and text[: length + 1] in row:
        length += 1
    return length


@lru_cache(1)
def _common() -> frozenset[str]:
    """What is on the lists: whole passwords, and the words that they are made of."""
    text = resources.files("cadre.trust.accounts").joinpath("common_passwords.txt")
    return frozenset(text.read_text(encoding="utf-8").split())
