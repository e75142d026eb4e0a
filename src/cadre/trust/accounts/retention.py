"""How long it is kept that somebody was signed in, or failed to."""

from sqlalchemy import ColumnElement, delete, func, select

from cadre.infra.database import Work
from cadre.trust.accounts.service import SESSIONS_TOPIC
from cadre.trust.accounts.tables import (
    account_tokens,
    session_tokens,
    sessions,
    sign_in_failures,
    sign_in_links,
)
from cadre.trust.privacy import Aged, DataClass, Expired, Held, counted

_ABOUT = DataClass(
    "sign-ins",
    "Sign-ins",
    "Devices that were not used for so long (they are signed out), failed sign-ins, used links.",
    90,
    most=3_650,
    may_stay=False,
)
_OTHERS = (
    Aged(_ABOUT, sign_in_failures, "last_at"),
    Aged(_ABOUT, sign_in_links, "expires_at"),
    Aged(_ABOUT, account_tokens, "expires_at"),
)


class SignInsRetained:
    """Sessions by when they were last used, and what else is left of sign-ins."""

    about = _ABOUT

    async def held(self, work: Work) -> Held:
        oldest = select(func.min(sessions.c.seen_at)).where(_mine(work))
        found = [
            Held(
                await counted(work, sessions, _mine(work)),
                (await work.connection.execute(oldest)).scalar_one(),
            ),
            *[await each.held(work) for each in _OTHERS],
        ]
        times = [each.oldest for each in found if each.oldest is not None]
        return Held(sum(each.rows for each in found), min(times, default=None))

    async def due(self, work: Work, before: float) -> int:
        unused = await counted(work, sessions, _mine(work) & (sessions.c.seen_at < before))
        return unused + sum([await each.due(work, before) for each in _OTHERS])

    async def expire(self, work: Work, before: float, most: int) -> Expired:
        unused = select(sessions.c.id).where(_mine(work), sessions.c.seen_at < before)
        ids = list((await work.connection.execute(unused.limit(most))).scalars())
        if ids:
            mine = session_tokens.c.org_id == work.scope.org
            tokens = delete(session_tokens).where(mine, session_tokens.c.session_id.in_(ids))
            await work.connection.execute(tokens)
            await work.connection.execute(delete(sessions).where(sessions.c.id.in_(ids)))
            work.touch(SESSIONS_TOPIC)
        gone = [await each.expire(work, before, most) for each in _OTHERS]
        return Expired(len(ids) + sum(each.rows for each in gone))


def _mine(work: Work) -> ColumnElement[bool]:
    return sessions.c.org_id == work.scope.org
