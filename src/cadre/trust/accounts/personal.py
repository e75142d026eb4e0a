"""What accounts know of people: who they are, and everything that they come in with."""

from collections.abc import AsyncGenerator

from sqlalchemy import delete, select

from cadre.infra.blobs import Blobs
from cadre.infra.database import Work
from cadre.kernel.ids import BlobId, UserId
from cadre.trust.accounts.attempts import Attempts
from cadre.trust.accounts.mfa import Factors
from cadre.trust.accounts.profiles import media_type_of
from cadre.trust.accounts.service import SESSIONS_TOPIC
from cadre.trust.accounts.store import AccountStore
from cadre.trust.accounts.tables import (
    account_tokens,
    api_keys,
    passkeys,
    recovery_codes,
    session_tokens,
    sessions,
    sign_in_links,
    totp,
    users,
)
from cadre.trust.privacy import Attachment, Claim, Erased, Goes, Person, Record, Theirs, told_rows

_ROWS = Theirs(
    "account",
    Goes(sessions, ("user_id",)),
    Goes(sign_in_links, ("user_id",)),
    Goes(account_tokens, ("user_id",), shown=("purpose", "created_at", "expires_at")),
    Goes(passkeys, ("user_id",), shown=("name", "host", "created_at", "last_used_at")),
    Goes(totp, ("user_id",), shown=("created_at", "confirmed_at")),
    Goes(recovery_codes, ("user_id",), shown=("created_at", "used_at")),
)


class AccountsPersonal:
    """The account itself: it goes last, so that whoever is half erased can still be found."""

    room = "account"
    claims: frozenset[Claim] = _ROWS.claims | {("users", "email"), ("account_tokens", "data")}
    stays = ""

    def __init__(self, blobs: Blobs, factors: Factors, attempts: Attempts) -> None:
        self._blobs = blobs
        self._factors = factors
        self._attempts = attempts

    async def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]:
        """The profile, sessions, what they prove themselves with by name, and the picture."""
        async for record in told_rows(work, users, users.c.id == person.id):
            yield record
        async for record in _ROWS.export(work, person):
            yield record
        row = await AccountStore(work).row(person.id)
        if row is not None and row.avatar is not None:
            blob = BlobId(row.avatar)
            kind = (media_type_of(await self._blobs.get(blob)) or "image/bin").partition("/")[2]
            yield Attachment(f"avatar.{kind}", self._blobs.path(blob))

    async def erase(self, work: Work, person: Person) -> Erased:
        user_id, org = UserId(person.id), work.scope.org
        row = await AccountStore(work).row(person.id)
        theirs = select(sessions.c.id).where(
            sessions.c.org_id == org, sessions.c.user_id == person.id
        )
        tokens = session_tokens.c
        statement = delete(session_tokens).where(
            tokens.org_id == org, tokens.session_id.in_(theirs)
        )
        deleted = (await work.connection.execute(statement)).rowcount
        await self._factors.forget(work, user_id)
        deleted += (await _ROWS.erase(work, person)).deleted
        if person.email is not None:
            await self._attempts.forgive(work, person.email)
            deleted += await _delete_letters_to(work, person.email)
        deleted += await AccountStore(work).delete_user(person.id)
        work.touch(SESSIONS_TOPIC)
        avatar = None if row is None else row.avatar
        return Erased(deleted, blobs=frozenset({avatar} if avatar else ()))


async def names_of_others(work: Work, user_id: str) -> set[str]:
    """The names under which other people, and their keys, act in the work's org."""
    mine = users.c.org_id == work.scope.org
    people = select(users.c.name).where(mine, users.c.id != user_id)
    keys = select(api_keys.c.name).where(
        api_keys.c.org_id == work.scope.org,
        api_keys.c.user_id.is_(None) | (api_keys.c.user_id != user_id),
    )
    return {
        *(await work.connection.execute(people)).scalars(),
        *(await work.connection.execute(keys)).scalars(),
    }


async def _delete_letters_to(work: Work, email: str) -> int:
    """What waits for an answer from the address: registrations and changes of address."""
    own = account_tokens.c
    statement = delete(account_tokens).where(
        own.org_id == work.scope.org, own.data.contains(email, autoescape=True)
    )
    return (await work.connection.execute(statement)).rowcount
