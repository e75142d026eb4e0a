"""Providers: which ones an org lets vouch for its people, and on which conditions.

Whoever says who vouches for people can become any of them; that is why it is a permission of
its own, which admins do not have unless an owner gives it.
"""

import time
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Work
from cadre.kernel.errors import CadreError, NotFound
from cadre.kernel.ids import new_id
from cadre.trust.access import Access, Actor, Groups, MemberRoles, Subject
from cadre.trust.federation.asking import Asking
from cadre.trust.federation.discovery import Discovery
from cadre.trust.federation.errors import ProviderNotFound, ProviderRefused, ProviderThere
from cadre.trust.federation.github import api_of
from cadre.trust.federation.id_tokens import ALGORITHMS
from cadre.trust.federation.provider import (
    DEFAULT_SCOPES,
    GITHUB,
    GITHUB_SCOPES,
    GOOGLE,
    GroupRule,
    Provider,
)
from cadre.trust.federation.schemas import (
    GroupRuleText,
    IdentityProvider,
    IdentityProviderCheck,
    ProviderInput,
)
from cadre.trust.federation.store import ProviderStore
from cadre.trust.secrets import Secrets

_ISSUERS = {"google": GOOGLE, "github": GITHUB}
_MOST = 50


class Providers:
    """The providers of every org."""

    def __init__(
        self,
        secrets: Secrets,
        asking: Asking,
        discovery: Discovery,
        *,
        access: Access,
        roles: MemberRoles,
        groups: Groups,
    ) -> None:
        self._secrets = secrets
        self._asking = asking
        self._discovery = discovery
        self._access = access
        self._roles = roles
        self._groups = groups

    async def all(self, work: Work) -> list[IdentityProvider]:
        """The oldest first."""
        return [await self._shown(work, each) for each in await ProviderStore(work).all()]

    async def get(self, work: Work, provider_id: str) -> IdentityProvider:
        return await self._shown(work, await self.find(work, provider_id))

    async def find(self, work: Work, provider_id: str) -> Provider:
        """The provider itself, or raise `ProviderNotFound`."""
        found = await ProviderStore(work).get(provider_id)
        if found is None:
            raise ProviderNotFound
        return found

    async def of_method(self, work: Work, method: str) -> Provider | None:
        """The provider by which a session of `method` began; a second factor may stand behind it."""
        found = [
            each
            for each in await ProviderStore(work).all()
            if each.enabled and (method == each.method or method.startswith(f"{each.method}+"))
        ]
        return max(found, key=lambda each: len(each.name), default=None)

    async def secret(self, work: Work, provider: Provider) -> str:
        """The client's secret; "" for a public client."""
        return await self._secrets.get(work, provider.secret_name) or ""

    async def create(self, work: Work, actor: Actor, wanted: ProviderInput) -> IdentityProvider:
        if len(await ProviderStore(work).all()) >= _MOST:
            raise ProviderRefused(f"At most {_MOST} providers: delete one first.")
        now = time.time()
        return await self._put(work, actor, _provider(wanted, new_id("idp"), now), wanted)

    async def change(
        self, work: Work, actor: Actor, provider_id: str, wanted: ProviderInput
    ) -> IdentityProvider:
        """In place of what was said of it. Who was linked stays linked at the same issuer only."""
        before = await self.find(work, provider_id)
        after = replace(_provider(wanted, provider_id, time.time()), created_at=before.created_at)
        has_moved = (before.issuer, before.kind) != (after.issuer, after.kind)
        if has_moved:
            # A subject means somebody at one issuer; the secret is for that one's eyes.
            if wanted.client_secret is None and await self.secret(work, before):
                raise ProviderRefused(
                    "Enter the client secret again: the stored one belongs to the issuer of before.",
                    field="client_secret",
                )
            await ProviderStore(work).delete(provider_id)
        return await self._put(work, actor, after, wanted)

    async def delete(self, work: Work, provider_id: str) -> None:
        """Forget it with whom it vouched for; the accounts stay."""
        provider = await self.find(work, provider_id)
        await ProviderStore(work).delete(provider_id)
        await self._secrets.delete(work, provider.secret_name)

    async def test(self, provider: Provider, secret: str) -> IdentityProviderCheck:
        """Ask the provider for what signing in needs."""
        problems = [] if secret or provider.kind != "github" else ["There is no client secret."]
        try:
            if provider.kind == "github":
                await self._asking.get(api_of(provider))
                return IdentityProviderCheck(ok=not problems, problems=problems)
            metadata = await self._discovery.metadata(provider.issuer, fresh=True)
            keys = await self._discovery.keys(provider.issuer)
        except CadreError as error:
            return IdentityProviderCheck(ok=False, problems=[*problems, error.detail])
        usable = sorted(ALGORITHMS & set(metadata.algorithms))
        if not keys:
            problems.append("The provider lists no keys.")
        if metadata.algorithms and not usable:
            problems.append("The provider signs with no algorithm that is taken.")
        return IdentityProviderCheck(
            ok=not problems,
            problems=problems,
            authorization_endpoint=metadata.authorization_endpoint,
            keys=len(keys),
            algorithms=usable,
        )

    async def _put(
        self, work: Work, actor: Actor, provider: Provider, wanted: ProviderInput
    ) -> IdentityProvider:
        self._asking.require_safe(provider.issuer)
        await self._require_free(work, provider)
        await self._require_givable(work, actor, provider)
        try:
            await ProviderStore(work).put(provider)
        except IntegrityError as error:
            raise ProviderThere("There is such a provider already.", field="name") from error
        if wanted.client_secret:
            await self._secrets.put(work, provider.secret_name, wanted.client_secret)
        elif wanted.client_secret == "":
            await self._secrets.delete(work, provider.secret_name)
        return await self._shown(work, provider)

    async def _require_free(self, work: Work, provider: Provider) -> None:
        for other in await ProviderStore(work).all():
            if other.name.casefold() == provider.name.casefold() and other.id != provider.id:
                raise ProviderThere(f"There is a provider `{other.name}` already.", field="name")

    async def _require_givable(self, work: Work, actor: Actor, provider: Provider) -> None:
        """What comes with a sign-in is given by whoever says so: they must have it."""
        roles = {provider.default_role} | {each.role for each in provider.group_map if each.role}
        for role in sorted(roles):
            field = "default_role" if role == provider.default_role else "group_map"
            try:
                grants = await self._roles.grants_of(work, role)
            except NotFound as error:
                raise ProviderRefused(error.detail, field=field) from error
            await self._access.require(work, actor, grants, None, None)
        for group in sorted({each.group for each in provider.group_map if each.group}):
            try:
                await self._groups.get(work, group)
            except NotFound as error:
                raise ProviderRefused(error.detail, field="group_map") from error
            await self._access.require_over(work, actor, Subject("group", group))

    async def _shown(self, work: Work, provider: Provider) -> IdentityProvider:
        rules = [
            GroupRuleText(value=e.value, role=e.role, group=e.group) for e in provider.group_map
        ]
        return IdentityProvider(
            id=provider.id,
            name=provider.name,
            kind=provider.kind,
            issuer=provider.issuer,
            client_id=provider.client_id,
            has_client_secret=bool(await self.secret(work, provider)),
            scopes=list(provider.scopes),
            allowed_domains=sorted(provider.domains),
            creates_users=provider.creates_users,
            default_role=provider.default_role,
            groups_claim=provider.groups_claim,
            group_map=rules,
            only_this_way=provider.only_way,
            trusts_mfa=provider.trusts_mfa,
            mfa_acr=sorted(provider.mfa_acr),
            enabled=provider.enabled,
            created_at=provider.created_at,
            updated_at=provider.updated_at,
        )


def _provider(wanted: ProviderInput, provider_id: str, now: float) -> Provider:
    issuer = wanted.issuer or _ISSUERS.get(wanted.kind)
    if issuer is None:
        raise ProviderRefused("Enter the issuer: the address of the provider.", field="issuer")
    if wanted.creates_users and not wanted.allowed_domains and wanted.kind != "oidc":
        raise ProviderRefused(
            "Everybody in the world has an account there: name the domains whose people may join.",
            field="allowed_domains",
        )
    is_github = wanted.kind == "github"
    scopes = tuple(dict.fromkeys(wanted.scopes)) or (GITHUB_SCOPES if is_github else DEFAULT_SCOPES)
    if not is_github and "openid" not in scopes:
        scopes = ("openid", *scopes)
    return Provider(
        id=provider_id,
        name=wanted.name,
        kind=wanted.kind,
        issuer=issuer,
        client_id=wanted.client_id,
        scopes=scopes,
        domains=frozenset(wanted.allowed_domains),
        creates_users=wanted.creates_users,
        default_role=wanted.default_role,
        groups_claim=wanted.groups_claim,
        group_map=tuple(GroupRule(e.value, e.role, e.group) for e in wanted.group_map),
        only_way=wanted.only_this_way,
        trusts_mfa=wanted.trusts_mfa,
        mfa_acr=frozenset(wanted.mfa_acr),
        enabled=wanted.enabled,
        created_at=now,
        updated_at=now,
    )
