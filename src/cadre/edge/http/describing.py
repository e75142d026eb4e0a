"""Describing: what the page is told about who is signed in, and about signing in."""

import ipaddress
from typing import Any

from cadre.edge.http.schemas import (
    Features,
    Me,
    MfaNeed,
    SessionState,
    SignInOptions,
    Surroundings,
)
from cadre.infra.database import Database
from cadre.kernel.grants import Grants
from cadre.kernel.ids import UserId
from cadre.kernel.scope import Scope
from cadre.trust.accounts import (
    Accounts,
    Factors,
    Identity,
    Preferences,
    Profiles,
    RoleBook,
    Site,
    WaysIn,
)

_SHOWN = ("product_name", "accent", "accent_dark")


class Describing:
    """Puts together what several rooms know."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        *,
        profiles: Profiles,
        factors: Factors,
        roles: RoleBook,
        surroundings: Surroundings,
        ways: WaysIn | None = None,
    ) -> None:
        self._ways = ways
        self._database = database
        self._accounts = accounts
        self._profiles = profiles
        self._factors = factors
        self._roles = roles
        self._surroundings = surroundings

    async def me(self, identity: Identity, grants: Grants | None = None) -> Me:
        """`grants` are those of the request; without them, all that the person has."""
        user_id = UserId(identity.user.id)
        async with self._database.read(identity.scope) as work:
            if grants is None:
                grants = await self._roles.grants_for(work, user_id)
            rules = await self._accounts.rules(work)
            factors = await self._factors.state(work, user_id)
            # A service account has no profile.
            known = await self._accounts.active_user(work, user_id) is not None
            profile = await self._profiles.get(work, user_id) if known else None
            models = await self._surroundings.models(work)
        return Me(
            user=identity.user.model_copy(
                update={"has_avatar": profile is not None and profile.has_avatar}
            ),
            org=identity.org,
            csrf=identity.csrf or "",
            version=self._surroundings.version,
            features=Features(sandbox=await self._surroundings.sandbox()),
            models=models,
            role="" if profile is None else profile.role,
            permissions=sorted(
                {each.permission for each in grants.given if grants.allows_some(each.permission)}
            ),
            preferences=Preferences() if profile is None else profile.preferences,
            session=_session(identity),
            mfa=MfaNeed(enabled=factors.is_on, required=rules.mfa_required),
        )

    async def options(self, scope: Scope, site: Site) -> SignInOptions:
        """What somebody who has not signed in may know of the org in `scope`."""
        async with self._database.read(scope) as work:
            rules = await self._accounts.rules(work)
            providers = [] if self._ways is None else await self._ways.offered(work)
        shown: dict[str, Any] = {name: rules.branding.get(name) for name in _SHOWN}
        shown["has_logo"] = rules.branding.get("logo") is not None
        return SignInOptions(
            registration=rules.registration,
            password=rules.password_sign_in,
            passkeys=not _is_number(site.host),
            providers=providers,
            org=rules.name,
            branding=shown,
        )


def _session(identity: Identity) -> SessionState | None:
    facts = identity.session
    if facts is None:
        return None
    return SessionState(
        id=facts.id,
        method=facts.method,
        expires_at=facts.expires_at,
        proved_at=facts.proved_at,
    )


def _is_number(host: str) -> bool:
    """Whether `host` is an address: browsers make no passkeys for those."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
