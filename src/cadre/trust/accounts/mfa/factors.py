"""Factors: setting up codes, proving them, and which ones somebody has."""

import time
from dataclasses import dataclass, field

from cadre.infra.database import Work
from cadre.kernel.errors import Conflict, Invalid
from cadre.kernel.ids import UserId
from cadre.trust.accounts.mfa import codes
from cadre.trust.accounts.mfa.store import FactorStore
from cadre.trust.accounts.store import AccountStore
from cadre.trust.secrets import Secrets


class CodeRefused(Invalid):
    """The code is wrong, too old, or was used already."""

    code = "code_refused"

    def __init__(self) -> None:
        super().__init__(
            "This code is wrong, too old or was used already. Enter the one that the app shows "
            "now, or a recovery code.",
            field="code",
        )


class TotpThere(Conflict):
    """Codes of an app are set up already."""

    code = "totp_there"


class LastFactor(Conflict):
    """The org asks everybody for a second factor, and this is the last one."""

    code = "last_factor"


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an app needs; `qr` is an SVG picture of `uri`."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorsState:
    """Which factors somebody has."""

    totp: bool
    passkeys: int
    recovery_codes_left: int

    @property
    def is_on(self) -> bool:
        return self.totp or self.passkeys > 0

    @property
    def methods(self) -> list[str]:
        """How a sign-in can be finished."""
        has = {"totp": self.totp, "passkey": self.passkeys > 0}
        has["recovery"] = self.is_on and self.recovery_codes_left > 0
        return [name for name, is_there in has.items() if is_there]


class Factors:
    """The second factors of everybody; secrets of apps lie sealed."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def state(self, work: Work, user_id: UserId) -> FactorsState:
        store = FactorStore(work)
        app = await store.totp(user_id)
        return FactorsState(
            totp=app is not None and app.confirmed_at is not None,
            passkeys=len(await store.passkeys(user_id)),
            recovery_codes_left=await store.codes_left(user_id),
        )

    async def start_totp(self, work: Work, user_id: UserId, account: str) -> TotpSetup:
        """A new secret for an app; it counts once a code of it was sent."""
        store = FactorStore(work)
        known = await store.totp(user_id)
        if known is not None and known.confirmed_at is not None:
            raise TotpThere("Codes of an app are set up already: remove that app first.")
        secret, org = codes.new_secret(), await AccountStore(work).org()
        await store.start_totp(user_id, time.time())
        await self._secrets.put(work, _name(user_id), secret)
        issuer = "cadre" if org is None else f"cadre {org.name}".replace(":", " ")
        uri = codes.uri_of(secret, account=account, issuer=issuer)
        return TotpSetup(secret, uri, codes.qr_of(uri))

    async def confirm_totp(self, work: Work, user_id: UserId, code: str) -> list[str]:
        """The app counts from now on; returns recovery codes if these are the first factors."""
        store = FactorStore(work)
        known = await store.totp(user_id)
        if known is None or known.confirmed_at is not None:
            raise Conflict("Ask for a new app first, then send its first code.")
        if not await self._is_right(work, user_id, code):
            raise CodeRefused
        await store.confirm_totp(user_id, time.time())
        return await self.first_codes(work, user_id)

    async def use_code(self, work: Work, user_id: UserId, code: str) -> str:
        """Which factor `code` proves, "totp" or "recovery"; it can't be used again."""
        plain, store = "".join(code.split()), FactorStore(work)
        if plain.isascii() and plain.isdecimal() and len(plain) == 6:
            known = await store.totp(user_id)
            is_set_up = known is not None and known.confirmed_at is not None
            if is_set_up and await self._is_right(work, user_id, plain):
                return "totp"
        elif await store.use_code(user_id, codes.hash_of(plain), time.time()):
            return "recovery"
        raise CodeRefused

    async def first_codes(self, work: Work, user_id: UserId) -> list[str]:
        """Recovery codes for somebody who has none; else none."""
        if await FactorStore(work).codes_left(user_id):
            return []
        return await self.new_codes(work, user_id)

    async def new_codes(self, work: Work, user_id: UserId) -> list[str]:
        """Ten recovery codes, shown this once; those of before are worth nothing."""
        fresh = [codes.new_recovery_code() for _ in range(codes.RECOVERY_CODES)]
        hashes = [codes.hash_of(code) for code in fresh]
        await FactorStore(work).replace_codes(user_id, hashes, time.time())
        return fresh

    async def remove_totp(self, work: Work, user_id: UserId) -> None:
        """Forget the app."""
        await self.keep_one(work, user_id)
        await FactorStore(work).delete_totp(user_id)
        await self._secrets.delete(work, _name(user_id))
        await self.tidy(work, user_id)

    async def keep_one(self, work: Work, user_id: UserId) -> None:
        """Raise `LastFactor` if none may be removed."""
        org, state = await AccountStore(work).org(), await self.state(work, user_id)
        if org is not None and org.mfa_required and state.totp + state.passkeys <= 1:
            raise LastFactor(
                "Your organisation asks for a second factor: set up another one first."
            )

    async def tidy(self, work: Work, user_id: UserId) -> None:
        """Recovery codes end with the last factor that they stand in for."""
        if not (await self.state(work, user_id)).is_on:
            await FactorStore(work).delete_codes(user_id)

    async def forget(self, work: Work, user_id: UserId) -> None:
        """Remove every factor of somebody who lost them, or who leaves."""
        store = FactorStore(work)
        await store.delete_totp(user_id)
        await store.delete_codes(user_id)
        await store.delete_passkeys(user_id)
        await self._secrets.delete(work, _name(user_id))

    async def _is_right(self, work: Work, user_id: UserId, code: str) -> bool:
        secret = await self._secrets.get(work, _name(user_id))
        step = None if secret is None else codes.step_of(secret, code)
        return step is not None and await FactorStore(work).use_step(user_id, step)


def _name(user_id: UserId) -> str:
    return f"totp/{user_id}"
