"""Codes: six digits of an authenticator app, and recovery codes on paper."""

import hashlib
import hmac
import io
import secrets
import time

from pyotp import random_base32
from pyotp.totp import TOTP

STEP_SECONDS = 30
RECOVERY_CODES = 10
# No 0, 1, i, l, o: they are read wrongly.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


def new_secret() -> str:
    return random_base32()


def uri_of(secret: str, *, account: str, issuer: str) -> str:
    """What an authenticator app reads from the picture."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_of(uri: str) -> str:
    """`uri` as a picture: an SVG element, dark on white whatever the page's colours are."""
    import segno  # late: it is needed once for a person, and all starts are quicker

    buffer = io.BytesIO()
    segno.make(uri, error="m").save(
        buffer, kind="svg", scale=4, border=3, dark="#000", light="#fff", xmldecl=False, svgns=True
    )
    return buffer.getvalue().decode()


def step_of(secret: str, code: str, now: float | None = None) -> int | None:
    """The 30 seconds that `code` belongs to, if they are these, the last or the next ones."""
    totp, present = TOTP(secret), int((time.time() if now is None else now) // STEP_SECONDS)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def new_recovery_code() -> str:
    """79 random bits in four groups."""
    letters = [secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[i : i + _GROUP]) for i in range(0, len(letters), _GROUP))


def hash_of(recovery_code: str) -> str:
    """A plain hash is enough for 79 bits; however it is typed, it is the same code."""
    plain = "".join(c for c in recovery_code.casefold() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
