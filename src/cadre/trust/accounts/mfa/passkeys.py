"""Passkeys: keys that a device keeps for one site, proved by signing a challenge (WebAuthn).

A challenge is good for one ceremony and five minutes. The server keeps public keys only, so a
copy of its database signs nobody in.
"""

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from cadre.infra.database import Work
from cadre.kernel.errors import Conflict, Invalid, LimitReached, NotFound
from cadre.kernel.ids import UserId, new_id
from cadre.kernel.values import is_list, is_object
from cadre.trust.accounts.mfa.factors import Factors
from cadre.trust.accounts.mfa.store import FactorStore
from cadre.trust.accounts.store import Found, TokenStore
from cadre.trust.accounts.tokens import digest, new_token
from cadre.trust.accounts.types import User

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

_SECONDS = 5 * 60
_MOST = 20
_REGISTER, _PROVE = "passkey-register", "passkey-prove"


class PasskeyRefused(Invalid):
    """What the device answered does not prove anything here."""

    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__(
            "The passkey was not accepted. Begin again, on the address that it was made for.",
            field="credential",
        )


class PasskeyNotFound(NotFound):
    """No such passkey of this person."""

    code = "passkey_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such passkey. See `GET /api/v1/account/mfa`.")


class Passkey(BaseModel):
    """A passkey as its owner sees it."""

    id: str
    name: str
    created_at: float
    last_used_at: float | None


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page is: a passkey made for one host answers on no other."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """`options` go to the browser; `token` comes back with its answer."""

    token: str
    options: dict[str, Any]


class Passkeys:
    """Makes and proves passkeys."""

    def __init__(self, factors: Factors) -> None:
        self._factors = factors

    async def of(self, work: Work, user_id: UserId) -> list[Passkey]:
        rows = await FactorStore(work).passkeys(user_id)
        return [Passkey.model_validate(row, from_attributes=True) for row in rows]

    async def begin_registration(self, work: Work, user: User, site: Site) -> Ceremony:
        """What the browser needs to make a passkey for `user`."""
        there = await FactorStore(work).passkeys(user.id)
        if len(there) >= _MOST:
            raise LimitReached(f"At most {_MOST} passkeys: remove one that you do not use.")
        import webauthn  # late: most servers never see a passkey, and all start quicker
        from webauthn.helpers import structs

        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name="cadre",
            user_id=user.id.encode(),
            user_name=user.email or user.name,
            user_display_name=user.name,
            exclude_credentials=[_descriptor(row) for row in there],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.PREFERRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )
        return await _ceremony(work, _REGISTER, options, user.id)

    async def finish_registration(
        self, work: Work, user_id: UserId, *, token: str, credential: dict[str, Any],
        name: str, site: Site,
    ) -> list[str]:  # fmt: skip
        """Keep the passkey; returns recovery codes if it is the first factor."""
        import webauthn
        from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

        begun = await TokenStore(work).use(digest(token), _REGISTER, time.time())
        if begun is None or begun.user_id != user_id:
            raise PasskeyRefused
        try:
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(begun.data),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except Exception as error:
            # Bytes from outside: whatever is wrong with them, they prove nothing.
            raise PasskeyRefused from error
        store, credential_id = FactorStore(work), bytes_to_base64url(made.credential_id)
        if await store.passkey(credential_id) is not None:
            raise Conflict("This passkey is registered already.")
        await store.add_passkey(
            id=new_id("pky"),
            user_id=user_id,
            host=site.host,
            credential_id=credential_id,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            name=name,
            transports=json.dumps(_transports(credential)),
            created_at=time.time(),
        )
        return await self._factors.first_codes(work, user_id)

    async def begin_proof(self, work: Work, site: Site, user_id: UserId | None = None) -> Ceremony:
        """What the browser needs to prove a passkey: one of `user_id`, or whichever it has."""
        import webauthn
        from webauthn.helpers import structs

        rows = [] if user_id is None else await FactorStore(work).passkeys(user_id)
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            allow_credentials=[_descriptor(row) for row in rows if row.host == site.host],
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return await _ceremony(work, _PROVE, options, user_id)

    async def finish_proof(
        self, work: Work, *, token: str, credential: dict[str, Any], site: Site,
        user_id: UserId | None = None,
    ) -> UserId:  # fmt: skip
        """Whose passkey has signed, or raise `PasskeyRefused`; only `user_id`'s if it is said."""
        import webauthn
        from webauthn.helpers import base64url_to_bytes

        begun = await TokenStore(work).use(digest(token), _PROVE, time.time())
        said, store = credential.get("id"), FactorStore(work)
        row = await store.passkey(said) if isinstance(said, str) else None
        if begun is None or row is None or begun.user_id != user_id:
            raise PasskeyRefused
        if user_id not in (None, row.user_id) or row.host != site.host:
            raise PasskeyRefused
        try:
            proved = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(begun.data),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(row.public_key),
                credential_current_sign_count=row.sign_count,
                require_user_verification=True,
            )
        except Exception as error:
            # Bytes from outside: whatever is wrong with them, they prove nothing.
            raise PasskeyRefused from error
        now, count = time.time(), proved.new_sign_count
        if not await store.use_passkey(row.id, row.sign_count, count, now):
            raise PasskeyRefused
        return UserId(row.user_id)

    async def rename(self, work: Work, user_id: UserId, passkey_id: str, name: str) -> Passkey:
        """Call one passkey something else."""
        store = FactorStore(work)
        if not await store.rename_passkey(user_id, passkey_id, name):
            raise PasskeyNotFound
        return next(key for key in await self.of(work, user_id) if key.id == passkey_id)

    async def remove(self, work: Work, user_id: UserId, passkey_id: str) -> None:
        """Forget one passkey."""
        store = FactorStore(work)
        if passkey_id not in {row.id for row in await store.passkeys(user_id)}:
            raise PasskeyNotFound
        await self._factors.keep_one(work, user_id)
        await store.delete_passkey(user_id, passkey_id)
        await self._factors.tidy(work, user_id)


async def _ceremony(work: Work, purpose: str, options: Any, user_id: str | None) -> Ceremony:
    from webauthn.helpers import bytes_to_base64url, options_to_json_dict

    token, now = new_token(), time.time()
    await TokenStore(work).add(
        digest(token),
        purpose,
        user_id=user_id,
        data=bytes_to_base64url(options.challenge),
        now=now,
        expires_at=now + _SECONDS,
    )
    return Ceremony(token, options_to_json_dict(options))


def _descriptor(row: Found) -> "PublicKeyCredentialDescriptor":
    from webauthn.helpers import base64url_to_bytes, structs

    return structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))


def _transports(credential: dict[str, Any]) -> list[str]:
    """Hints of the browser, kept for later and never believed."""
    response = credential.get("response")
    said = response.get("transports") if is_object(response) else None
    return [str(one)[:20] for one in said[:8]] if is_list(said) else []
