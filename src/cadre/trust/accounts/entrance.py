"""Entrance: from a proof of who someone is to a session, past a second factor where one is due.

Whoever has shown only the first half holds a ticket, not a session: it can finish the sign-in and
nothing else. Tries are counted and committed before a proof is looked at, which is why this room
begins its transactions itself; and none is open while a password is hashed.
"""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Conflict, Denied, Invalid, Unauthenticated
from cadre.kernel.ids import UserId
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.accounts.attempts import Attempt, Attempts
from cadre.trust.accounts.mfa import Ceremony, Factors, Passkeys, Site, TotpSetup
from cadre.trust.accounts.passwords import Passwords
from cadre.trust.accounts.ports import WaysIn
from cadre.trust.accounts.service import Accounts, SignInLinkUsed
from cadre.trust.accounts.store import AccountStore, Found, TokenStore
from cadre.trust.accounts.tokens import digest, new_token
from cadre.trust.accounts.types import Device, Identity, NewSession

TICKET_SECONDS = 10 * 60
PROVED_SECONDS = 10 * 60
_TICKET = "mfa"


class SignInRefused(Unauthenticated):
    """E-mail address and password do not belong together, or may not come in."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__(
            "E-mail address or password is wrong. Check both, or ask for a new password."
        )


class TicketExpired(Unauthenticated):
    """The first half of the sign-in was too long ago, or never was."""

    code = "sign_in_expired"

    def __init__(self) -> None:
        super().__init__("This sign-in took too long. Begin again.")


class ProofNeeded(Denied):
    """The session is too old for what is asked."""

    code = "proof_needed"


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What the browser gave back in the ceremony `token`."""

    token: str = field(repr=False)
    credential: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """One of what somebody can show of themselves."""

    password: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    passkey: PasskeyAnswer | None = None


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The ticket of whoever still has to show a second factor, or to set one up."""

    token: str = field(repr=False)
    expires_at: float
    methods: list[str]
    must_set_up: bool


class Entrance:
    """Lets people in."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        *,
        passwords: Passwords,
        attempts: Attempts,
        factors: Factors,
        passkeys: Passkeys,
        ways: WaysIn | None = None,
    ) -> None:
        self._ways = ways
        self._database = database
        self._accounts = accounts
        self._passwords = passwords
        self._attempts = attempts
        self._factors = factors
        self._passkeys = passkeys

    async def by_link(self, scope: Scope, token: str, device: Device) -> NewSession:
        """Sign in with a link that a command has printed. It is proof enough by itself."""
        attempt = Attempt(device.address)
        await self._count(scope, attempt)
        async with self._database.begin(replace(scope, org=ALL_ORGS)) as work:
            session = await self._accounts.sign_in(work, token, device)
            if scope.org != session.identity.scope.org:
                raise SignInLinkUsed  # of another org than the host's: here it is none
            await self._attempts.succeeded(replace(work, scope=scope), attempt)
            return session

    async def by_password(
        self, scope: Scope, email: str, password: str, device: Device
    ) -> NewSession | HalfWay:
        """Sign in with a password; refused alike, and as slowly, whatever is wrong."""
        attempt = Attempt(device.address, email)
        await self._count(scope, attempt)
        async with self._database.read(scope) as work:
            await self._accounts.require_passwords(work)
            row = await AccountStore(work).by_email(email)
        password_hash = row.password_hash if row is not None and row.status == "active" else None
        if not await self._passwords.matches(password_hash, password):
            raise SignInRefused
        assert row is not None
        assert password_hash is not None
        is_outdated = self._passwords.is_outdated(password_hash)
        fresh = await self._passwords.hash(password) if is_outdated else None
        async with self._database.begin(scope) as work:
            await self._attempts.succeeded(work, attempt)
            if fresh is not None:
                await AccountStore(work).change_user(row.id, password_hash=fresh)
            return await self.admit(work, UserId(row.id), device, method="password")

    async def begin_passkey(self, scope: Scope, site: Site) -> Ceremony:
        """What a browser needs to offer whichever passkey it has for this site."""
        async with self._database.begin(scope) as work:
            return await self._passkeys.begin_proof(work, site)

    async def by_passkey(
        self, scope: Scope, answer: PasskeyAnswer, site: Site, device: Device
    ) -> NewSession:
        """Sign in with a passkey alone: the device has checked the person, so it is two factors."""
        attempt = Attempt(device.address)
        await self._count(scope, attempt)
        async with self._database.begin(scope) as work:
            user_id = await self._passkeys.finish_proof(
                work, token=answer.token, credential=answer.credential, site=site
            )
            await self._check_way(work, user_id, "passkey")
            await self._attempts.succeeded(work, attempt)
            return await self._accounts.session_for(work, user_id, device, method="passkey")

    async def admit(
        self, work: Work, user_id: UserId, device: Device, *, method: str, is_strong: bool = False
    ) -> NewSession | HalfWay:
        """A session for whom `method` has proved, or a ticket if a second factor is due.

        `is_strong`: the method has asked for a second factor itself.
        """
        await self._check_way(work, user_id, method)
        if not is_strong:
            state, org = await self._factors.state(work, user_id), await AccountStore(work).org()
            is_required = org is not None and org.mfa_required
            if state.is_on or is_required:
                return await self._ticket(work, user_id, method, state.methods)
        return await self._accounts.session_for(work, user_id, device, method=method)

    async def begin_second_passkey(self, scope: Scope, ticket: str, site: Site) -> Ceremony:
        """What a browser needs to prove a passkey as second factor."""
        async with self._database.begin(scope) as work:
            holder = await self._holder(work, ticket)
            return await self._passkeys.begin_proof(work, site, UserId(holder.user_id))

    async def finish(
        self, scope: Scope, ticket: str, proof: Proof, *, site: Site, device: Device
    ) -> NewSession:
        """Show the second factor; the session is new, and so are its tokens."""
        async with self._database.read(scope) as work:
            holder = await self._holder(work, ticket)

        async def prove(work: Work) -> NewSession:
            factor = await self._second(work, UserId(holder.user_id), proof, site)
            return await self._redeem(work, ticket, factor, device)

        return await self._tried(scope, _second_half(holder, device), prove)

    async def begin_set_up(self, scope: Scope, ticket: str) -> TotpSetup:
        """A new app for whoever must have one before they may come in."""
        async with self._database.begin(scope) as work:
            holder = await self._holder(work, ticket, to_set_up=True)
            row = await AccountStore(work).row(holder.user_id)
            if row is None:
                raise TicketExpired
            account = row.email or row.name
            return await self._factors.start_totp(work, UserId(row.id), account)

    async def finish_set_up(
        self, scope: Scope, ticket: str, code: str, device: Device
    ) -> tuple[NewSession, list[str]]:
        """The first code of the new app: the session, and recovery codes, shown this once."""
        async with self._database.read(scope) as work:
            holder = await self._holder(work, ticket, to_set_up=True)

        async def confirm(work: Work) -> tuple[NewSession, list[str]]:
            codes = await self._factors.confirm_totp(work, UserId(holder.user_id), code)
            return await self._redeem(work, ticket, "totp", device), codes

        return await self._tried(scope, _second_half(holder, device), confirm)

    async def prove_again(
        self, identity: Identity, proof: Proof, *, site: Site, device: Device
    ) -> None:
        """Whoever is signed in shows once more that it is them."""
        user_id, session = UserId(identity.user.id), identity.session
        if session is None:
            raise Denied("A key can't prove who holds it: sign in.")
        attempt = Attempt(device.address, f"proof:{user_id}")
        await self._count(identity.scope, attempt)
        if proof.password is not None:
            await self._check_password(identity, proof.password)
        async with self._database.begin(identity.scope) as work:
            if proof.password is None:
                await self._second(work, user_id, proof, site)
            await self._attempts.succeeded(work, attempt)
            await self._accounts.prove(work, session.id)

    async def begin_proof_by_passkey(self, identity: Identity, site: Site) -> Ceremony:
        """What a browser needs to prove a passkey of whoever is signed in."""
        async with self._database.begin(identity.scope) as work:
            return await self._passkeys.begin_proof(work, site, UserId(identity.user.id))

    async def _check_password(self, identity: Identity, password: str) -> None:
        async with self._database.read(identity.scope) as work:
            row = await AccountStore(work).row(identity.user.id)
            has_factors = (await self._factors.state(work, UserId(identity.user.id))).is_on
        if has_factors:
            raise Invalid("Show your second factor: a password alone is not enough.", field="code")
        if not await self._passwords.matches(None if row is None else row.password_hash, password):
            raise Invalid("This is not your password.", field="password")

    async def _check_way(self, work: Work, user_id: UserId, method: str) -> None:
        if self._ways is not None:
            await self._ways.check(work, user_id, method)

    async def _count(self, scope: Scope, attempt: Attempt) -> None:
        async with self._database.begin(scope) as work:
            await self._attempts.begin(work, attempt)

    async def _tried(
        self, scope: Scope, attempt: Attempt, prove: Callable[[Work], Awaitable[Any]]
    ) -> Any:
        await self._count(scope, attempt)
        async with self._database.begin(scope) as work:
            outcome = await prove(work)
            await self._attempts.succeeded(work, attempt)
            return outcome

    async def _second(self, work: Work, user_id: UserId, proof: Proof, site: Site) -> str:
        if proof.passkey is not None:
            answer = proof.passkey
            await self._passkeys.finish_proof(
                work, token=answer.token, credential=answer.credential, site=site, user_id=user_id
            )
            return "passkey"
        if proof.code is None:
            raise Invalid("Send `code`, or the passkey that was asked for.", field="code")
        return await self._factors.use_code(work, user_id, proof.code)

    async def _ticket(
        self, work: Work, user_id: UserId, method: str, methods: list[str]
    ) -> HalfWay:
        token, now = new_token(), time.time()
        must_set_up = not methods
        await TokenStore(work).add(
            digest(token),
            _TICKET,
            user_id=user_id,
            data=json.dumps({"method": method, "must_set_up": must_set_up}),
            now=now,
            expires_at=now + TICKET_SECONDS,
        )
        return HalfWay(token, now + TICKET_SECONDS, methods, must_set_up)

    async def _holder(self, work: Work, ticket: str, *, to_set_up: bool = False) -> Found:
        found = await TokenStore(work).find(digest(ticket), _TICKET, time.time())
        if found is None:
            raise TicketExpired
        if json.loads(found.data)["must_set_up"] != to_set_up:
            raise Conflict(
                "You have a second factor: show it."
                if to_set_up
                else "Set up a second factor first."
            )
        return found

    async def _redeem(self, work: Work, ticket: str, factor: str, device: Device) -> NewSession:
        used = await TokenStore(work).use(digest(ticket), _TICKET, time.time())
        if used is None:
            raise TicketExpired
        method = f"{json.loads(used.data)['method']}+{factor}"
        return await self._accounts.session_for(work, UserId(used.user_id), device, method=method)


def require_recent_proof(identity: Identity) -> None:
    """Raise `ProofNeeded` unless the person has proved who they are a few minutes ago."""
    session = identity.session
    if session is None or identity.scope.principal.kind != "user":
        raise ProofNeeded("This needs a person: sign in, a key can't do it.")
    if session.proved_at < time.time() - PROVED_SECONDS:
        raise ProofNeeded(
            "Prove again that it is you: `POST /api/v1/session/proof`, or sign out and in."
        )


def _second_half(holder: Found, device: Device) -> Attempt:
    return Attempt(device.address, f"mfa:{holder.user_id}")
