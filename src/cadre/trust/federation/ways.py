"""Ways in: what the sign-in page offers beside a password, and who may not use a password any more."""

from cadre.infra.database import Work
from cadre.kernel.ids import UserId
from cadre.trust.federation.errors import OnlyThisWay
from cadre.trust.federation.store import ProviderStore

_SSO = "/api/v1/session/sso"
CALLBACK = f"{_SSO}/callback"

# A link that a command on the server prints stays a way in: if the provider is gone, somebody
# has to be able to say so.
_OWN = {"password", "passkey"}


class ProviderWays:
    """The providers of each org, as accounts and the sign-in page know them."""

    async def offered(self, work: Work) -> list[dict[str, str]]:
        return [
            {
                "id": each.id,
                "name": each.name,
                "kind": each.kind,
                "start": f"{_SSO}/{each.id}/start",
            }
            for each in await ProviderStore(work).all()
            if each.enabled
        ]

    async def check(self, work: Work, user_id: UserId, method: str) -> None:
        """Raise `OnlyThisWay` if a provider is the only way in for `user_id` and this is another."""
        if method not in _OWN:
            return
        name = await ProviderStore(work).only_way_of(user_id)
        if name is not None:
            raise OnlyThisWay(f"Your organisation lets you in by `{name}` only: choose it.")
