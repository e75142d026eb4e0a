"""GitHub: OAuth 2 without ID tokens; who came is asked of its API, over TLS, with their token."""

import asyncio
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from cadre.trust.federation.asking import Asking, short
from cadre.trust.federation.claims import address
from cadre.trust.federation.errors import ProviderBroken, TokenRefused
from cadre.trust.federation.oidc import Answer, Request
from cadre.trust.federation.provider import Provider, Vouched

_PUBLIC_HOST = "github.com"
_PAGE = "?per_page=100"


class GitHub:
    """github.com, or a GitHub Enterprise at the provider's issuer."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def url(self, provider: Provider, wanted: Request) -> str:
        """Where the browser goes."""
        query = {
            "client_id": provider.client_id,
            "redirect_uri": wanted.redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": wanted.state,
            "code_challenge": wanted.challenge,
            "code_challenge_method": "S256",
        }
        base = self._asking.require_safe(_base(provider))
        return f"{base}/login/oauth/authorize?{urlencode(query)}"

    async def vouched(self, provider: Provider, answer: Answer) -> Vouched:
        """Who came, or raise `TokenRefused`."""
        token = await self._redeem(provider, answer)
        api = api_of(provider)
        user, emails = await asyncio.gather(
            self._asking.get(f"{api}/user", token=token),
            self._asking.get_any(f"{api}/user/emails{_PAGE}", token=token),
        )
        number = user.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise ProviderBroken("GitHub does not say who signed in.")
        email, is_verified = _primary(emails)
        said = user.get("name") or user.get("login")
        return Vouched(
            subject=str(number),
            email=email,
            is_verified=is_verified,
            name=said[:100] if isinstance(said, str) and said.isprintable() else "Somebody",
            groups=await self._groups(provider, api, token),
            used_two_factors=user.get("two_factor_authentication") is True,
        )

    async def _redeem(self, provider: Provider, answer: Answer) -> str:
        form = {
            "client_id": provider.client_id,
            "client_secret": answer.secret,
            "code": answer.code,
            "redirect_uri": answer.redirect_uri,
            "code_verifier": answer.verifier,
        }
        url = f"{_base(provider)}/login/oauth/access_token"
        status, found = await self._asking.post_form(url, form, {})
        token = found.get("access_token")
        if status != 200 or not isinstance(token, str):
            raise TokenRefused(f"GitHub refused the code: {short(found.get('error'))}.")
        return token

    async def _groups(self, provider: Provider, api: str, token: str) -> frozenset[str]:
        """Organisations by their login, teams as `organisation/team`; asked for only if it matters."""
        if not provider.group_map:
            return frozenset()
        orgs, teams = await asyncio.gather(
            self._asking.get_any(f"{api}/user/orgs{_PAGE}", token=token),
            self._asking.get_any(f"{api}/user/teams{_PAGE}", token=token),
        )
        of_teams = {
            f"{_login(team.get('organization'))}/{team.get('slug')}" for team in _list(teams)
        }
        return frozenset({_login(org) for org in _list(orgs)} | of_teams)


def api_of(provider: Provider) -> str:
    """Where its API is: of github.com elsewhere than of GitHub Enterprise."""
    base = _base(provider)
    return "https://api.github.com" if urlsplit(base).hostname == _PUBLIC_HOST else f"{base}/api/v3"


def _base(provider: Provider) -> str:
    return provider.issuer.rstrip("/")


def _primary(emails: object) -> tuple[str | None, bool]:
    for each in _list(emails):
        if each.get("primary") is True:
            email = address(each.get("email"))
            return email, email is not None and each.get("verified") is True
    return None, False


def _list(found: object) -> list[dict[str, Any]]:
    if not isinstance(found, list):
        raise ProviderBroken("GitHub does not answer with a list.")
    return [cast("dict[str, Any]", e) for e in cast("list[object]", found) if isinstance(e, dict)]


def _login(found: object) -> str:
    said = cast("dict[str, Any]", found).get("login") if isinstance(found, dict) else None
    return said if isinstance(said, str) else ""
