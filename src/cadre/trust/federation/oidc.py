"""OpenID Connect: the authorization code flow with PKCE, against whoever a provider's issuer is."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from cadre.trust.federation.asking import Asking, short
from cadre.trust.federation.claims import vouched_by
from cadre.trust.federation.discovery import Discovery, Metadata
from cadre.trust.federation.errors import ProviderBroken, TokenRefused
from cadre.trust.federation.id_tokens import IdTokens
from cadre.trust.federation.provider import Provider, Vouched

_OF_EMAIL = {"email_verified", "xms_edov"}


@dataclass(frozen=True, slots=True)
class Request:
    """One sign-in, as the provider is asked for it."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for it. `secret` is the client's, `issuer` who the answer says it is from."""

    code: str
    redirect_uri: str
    verifier: str
    nonce: str
    secret: str
    issuer: str | None


class OpenIdConnect:
    """Speaks with providers that have a discovery document."""

    def __init__(self, asking: Asking, discovery: Discovery) -> None:
        self._asking = asking
        self._discovery = discovery
        self._tokens = IdTokens(discovery)

    async def url(self, provider: Provider, wanted: Request) -> str:
        """Where the browser goes."""
        metadata = await self._discovery.metadata(provider.issuer)
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": wanted.redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": wanted.state,
            "nonce": wanted.nonce,
            "code_challenge": wanted.challenge,
            "code_challenge_method": "S256",
        }
        if provider.trusts_mfa and provider.mfa_acr:
            query["acr_values"] = " ".join(sorted(provider.mfa_acr))
        mark = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{mark}{urlencode(query)}"

    async def sign_out_url(self, provider: Provider, back: str) -> str | None:
        """Where the browser goes to sign out there; None if the provider has no such place."""
        place = (await self._discovery.metadata(provider.issuer)).end_session_endpoint
        if place is None:
            return None
        query = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
        return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"

    async def vouched(self, provider: Provider, answer: Answer) -> Vouched:
        """Who came, or raise `TokenRefused`."""
        metadata = await self._discovery.metadata(provider.issuer)
        is_missing = answer.issuer is None and metadata.names_itself
        if is_missing or answer.issuer not in (None, metadata.issuer):
            raise TokenRefused("The answer is of another provider than was asked.")
        tokens = await self._redeem(provider, metadata, answer)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise TokenRefused("The provider gave no ID token: is `openid` among the scopes?")
        claims = await self._tokens.check(
            id_token,
            metadata,
            configured=provider.issuer,
            client_id=provider.client_id,
            nonce=answer.nonce,
        )
        return vouched_by(provider, await self._completed(provider, metadata, tokens, claims))

    async def _redeem(
        self, provider: Provider, metadata: Metadata, answer: Answer
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": answer.code,
            "redirect_uri": answer.redirect_uri,
            "code_verifier": answer.verifier,
        }
        headers: dict[str, str] = {}
        is_basic = not metadata.auth_methods or "client_secret_basic" in metadata.auth_methods
        if answer.secret and is_basic:
            pair = f"{quote(provider.client_id, safe='')}:{quote(answer.secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = provider.client_id
            if answer.secret:
                form["client_secret"] = answer.secret
        status, tokens = await self._asking.post_form(metadata.token_endpoint, form, headers)
        if status != 200:
            raise TokenRefused(f"The provider refused the code: {short(tokens.get('error'))}.")
        return tokens

    async def _completed(
        self,
        provider: Provider,
        metadata: Metadata,
        tokens: dict[str, Any],
        claims: dict[str, Any],
    ) -> dict[str, Any]:
        """`claims`, with what the provider only tells when it is asked for it."""
        has_groups = not provider.group_map or provider.groups_claim.split(".")[0] in claims
        has_email = "email" in claims and ("email_verified" in claims or "xms_edov" in claims)
        access = tokens.get("access_token")
        if (has_email and has_groups) or metadata.userinfo_endpoint is None:
            return claims
        if not isinstance(access, str):
            return claims
        told = await self._asking.get(metadata.userinfo_endpoint, token=access)
        if told.get("sub") != claims["sub"]:
            raise ProviderBroken("The provider speaks of somebody else than it signed for.")
        if "email" in claims and told.get("email") != claims["email"]:
            told = {name: value for name, value in told.items() if name not in _OF_EMAIL}
        # What is signed counts more than what is told.
        return {**told, **claims}
