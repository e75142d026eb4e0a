"""ID tokens: believed only if a key of the provider signed them, for us, now, for this sign-in.

Which algorithm may be used follows from the kind of the key, never from the token alone: so a public
key is never taken for a shared secret, and a token without a signature for a signed one.
"""

import hmac
from typing import Any

import jwt

from cadre.trust.federation.discovery import Discovery, Jwk, Metadata
from cadre.trust.federation.errors import TokenRefused

LEEWAY_SECONDS = 60
_LONGEST = 50_000
_RSA = ("RSA", None)
# The kind of key, and its curves, that each algorithm signs with. What is not here is refused.
_KEY_OF: dict[str, tuple[str, tuple[str, ...] | None]] = {
    "RS256": _RSA,
    "RS384": _RSA,
    "RS512": _RSA,
    "PS256": _RSA,
    "PS384": _RSA,
    "PS512": _RSA,
    "ES256": ("EC", ("P-256",)),
    "ES384": ("EC", ("P-384",)),
    "ES512": ("EC", ("P-521",)),
    "EdDSA": ("OKP", ("Ed25519", "Ed448")),
}
ALGORITHMS = frozenset(_KEY_OF)
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class IdTokens:
    """Checks ID tokens against the keys of their provider."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery

    async def check(
        self, token: str, metadata: Metadata, *, configured: str, client_id: str, nonce: str
    ) -> dict[str, Any]:
        """The claims of `token`, or raise `TokenRefused`. `configured` is the issuer as entered."""
        if len(token) > _LONGEST:
            raise TokenRefused("The ID token is too long.")
        algorithm, kid = _head(token)
        key = await self._key(configured, algorithm, kid)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=client_id,
                issuer=metadata.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED, "enforce_minimum_key_length": True},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise TokenRefused(f"The ID token is not valid: {type(error).__name__}.") from error
        _check_party(claims, client_id)
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise TokenRefused("The ID token is of another sign-in: its nonce differs.")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise TokenRefused("The ID token names nobody.")
        return claims

    async def _key(self, issuer: str, algorithm: str, kid: str | None) -> Any:
        keys = await self._discovery.keys(issuer)
        found = _fitting(keys, algorithm, kid)
        if not found:
            found = _fitting(await self._discovery.keys(issuer, but=keys), algorithm, kid)
        if len(found) != 1:
            raise TokenRefused("The ID token is signed with a key that the provider does not list.")
        try:
            return jwt.PyJWK(found[0], algorithm=algorithm).key
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise TokenRefused("The key of the provider can't be read.") from error


def _head(token: str) -> tuple[str, str | None]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefused("The ID token can't be read.") from error
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise TokenRefused("The ID token is not signed with an algorithm that is taken.")
    if "crit" in header:
        raise TokenRefused("The ID token asks for what is not understood here.")
    return algorithm, kid if isinstance(kid, str) else None


def _fitting(keys: list[Jwk], algorithm: str, kid: str | None) -> list[Jwk]:
    kind, curves = _KEY_OF[algorithm]
    return [
        key
        for key in keys
        if key.get("kty") == kind
        and (curves is None or key.get("crv") in curves)
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, algorithm)
        and (kid is None or key.get("kid") == kid)
    ]


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    audience, party = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and audience != [client_id] and party is None:
        raise TokenRefused("The ID token is for several clients and does not say which.")
    if party is not None and party != client_id:
        raise TokenRefused("The ID token was made for another client.")
