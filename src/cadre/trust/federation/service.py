"""Federation: a sign-in that goes to a provider and comes back.

A sign-in is a row that works once, found by the state that came back, for the browser that began it:
the browser holds the one secret that nonce and PKCE verifier are made from. No transaction is open
while a provider is asked.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import UserId
from cadre.kernel.scope import Scope
from cadre.trust.accounts import Device, Entrance, HalfWay, NewSession
from cadre.trust.federation.asking import short
from cadre.trust.federation.errors import (
    ProviderBroken,
    ProviderNotFound,
    SignInCancelled,
    SignInUnknown,
    TokenRefused,
)
from cadre.trust.federation.github import GitHub
from cadre.trust.federation.linking import Linking
from cadre.trust.federation.oidc import Answer, OpenIdConnect, Request
from cadre.trust.federation.provider import Provider, Vouched
from cadre.trust.federation.providers import Providers
from cadre.trust.federation.store import SignInStore

SIGN_IN_SECONDS = 10 * 60
# Where a provider sends people back to whom it has signed out.
SIGNED_OUT = "/signin"
_log = get_logger("federation")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Begun:
    """`url` is where the browser goes, `browser` what it keeps in a cookie meanwhile."""

    url: str
    browser: str = field(repr=False)
    seconds: int = SIGN_IN_SECONDS


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody is back, with a session or the ticket of a sign-in that wants a second factor."""

    user_id: UserId
    provider: str
    outcome: NewSession | HalfWay
    return_to: str


class Federation:
    """Sends people to providers, and lets in who comes back vouched for."""

    def __init__(
        self,
        database: Database,
        entrance: Entrance,
        *,
        providers: Providers,
        linking: Linking,
        oidc: OpenIdConnect,
        github: GitHub,
    ) -> None:
        self._database = database
        self._entrance = entrance
        self._providers = providers
        self._linking = linking
        self._oidc = oidc
        self._github = github

    async def begin(
        self, scope: Scope, provider_id: str, *, redirect_uri: str, return_to: str
    ) -> Begun:
        """Where to send the browser, or raise `Invalid`, `ProviderNotFound` or `ProviderBroken`."""
        check_return(return_to)
        provider, _ = await self._enabled(scope, provider_id, with_secret=False)
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        challenge = hashlib.sha256(_derived(browser, "verifier").encode()).digest()
        wanted = Request(redirect_uri, state, _derived(browser, "nonce"), _encoded(challenge))
        url = await self._speaking(provider).url(provider, wanted)
        now = time.time()
        async with self._database.begin(scope) as work:
            await SignInStore(work).begin(
                _digest(state),
                now,
                provider_id=provider.id,
                browser_hash=_digest(browser),
                redirect_uri=redirect_uri,
                return_to=return_to,
                expires_at=now + SIGN_IN_SECONDS,
            )
        return Begun(url, browser)

    async def finish(
        self, scope: Scope, browser: str | None, answer: Mapping[str, str], device: Device
    ) -> Arrived:
        """Let in who came back; raises `SignInRefused` or `ProviderBroken` if it can't be."""
        state = answer.get("state", "")
        async with self._database.begin(scope) as work:
            begun = await SignInStore(work).take(
                _digest(state), _digest(browser or ""), time.time()
            )
        if begun is None or browser is None:
            raise SignInUnknown
        if "error" in answer:
            raise SignInCancelled(f"The provider answered `{short(answer['error'])}`.")
        code = answer.get("code", "")
        if not 0 < len(code) <= _LONGEST:
            raise TokenRefused("The answer of the provider has no code.")
        try:
            provider, secret = await self._enabled(scope, begun.provider_id, with_secret=True)
        except ProviderNotFound as error:
            raise SignInUnknown("The provider is gone, or switched off.") from error
        came_with = Answer(
            code,
            begun.redirect_uri,
            _derived(browser, "verifier"),
            _derived(browser, "nonce"),
            secret,
            answer.get("iss"),
        )
        vouched = await self._speaking(provider).vouched(provider, came_with)
        return await self._admit(scope, provider, vouched, device, begun.return_to)

    async def sign_out_url(self, scope: Scope, method: str, back: str) -> str | None:
        """Where somebody whose session is of `method` signs out of their provider, to come `back`.

        None if they did not come by one, or it has no such place, or it does not answer.
        """
        async with self._database.read(scope) as work:
            provider = await self._providers.of_method(work, method)
        if provider is None or provider.kind == "github":
            return None
        try:
            return await self._oidc.sign_out_url(provider, back)
        except ProviderBroken as error:
            _log.warning("provider_not_asked", provider=provider.id, reason=error.detail)
            return None

    async def _admit(
        self, scope: Scope, provider: Provider, vouched: Vouched, device: Device, return_to: str
    ) -> Arrived:
        try:
            async with self._database.begin(scope) as work:
                user_id = await self._linking.user_for(work, provider, vouched)
                outcome = await self._entrance.admit(
                    work,
                    user_id,
                    device,
                    method=provider.method,
                    is_strong=provider.trusts_mfa and vouched.used_two_factors,
                )
        except IntegrityError as error:  # the same person came twice at once, for the first time
            raise SignInUnknown("The account was being made by another sign-in.") from error
        return Arrived(user_id, provider.name, outcome, return_to)

    async def _enabled(
        self, scope: Scope, provider_id: str, *, with_secret: bool
    ) -> tuple[Provider, str]:
        async with self._database.read(scope) as work:
            provider = await self._providers.find(work, provider_id)
            if not provider.enabled:
                raise ProviderNotFound
            secret = await self._providers.secret(work, provider) if with_secret else ""
        return provider, secret

    def _speaking(self, provider: Provider) -> OpenIdConnect | GitHub:
        return self._github if provider.kind == "github" else self._oidc


def check_return(path: str) -> None:
    """Raise `Invalid` unless `path` is one of our own pages: nobody is sent elsewhere."""
    is_own = path.startswith("/") and not path.startswith(("//", "/api/", "/v1"))
    if not is_own or "\\" in path or not path.isprintable() or len(path) > 500:
        raise Invalid(
            "`back` is a path of this page, such as /runs; other addresses are not gone to.",
            field="back",
        )


def _derived(browser: str, use: str) -> str:
    return _encoded(hmac.digest(browser.encode(), use.encode(), "sha256"))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
