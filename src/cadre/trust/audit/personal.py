"""What the audit log knows of people: what they did, under their id and the name that they had."""

from sqlalchemy import select

from cadre.infra.database import Work
from cadre.trust.audit.tables import audit_events
from cadre.trust.privacy import Stays, Theirs

PERSONAL = Theirs(
    "audit",
    Stays(audit_events, ("actor_id",)),
    also=frozenset({("audit_events", "actor_name")}),
    stays=(
        "What they did is in the audit log as it was written, with the name and addresses of "
        "then, until the log's days are over: a chain that is changed proves nothing."
    ),
)


async def names_of(work: Work, actor: str) -> set[str]:
    """Under which names somebody has acted, as far back as the log goes."""
    query = select(audit_events.c.actor_name).distinct()
    mine = (audit_events.c.org_id == work.scope.org) & (audit_events.c.actor_id == actor)
    return set((await work.connection.execute(query.where(mine))).scalars()) - {""}


async def borne_by_others(work: Work, names: set[str], actors: set[str]) -> set[str]:
    """Which of `names` somebody else than `actors` has acted under, too."""
    own = audit_events.c
    found: set[str] = set()
    for name in names:
        others = (own.org_id == work.scope.org) & (own.actor_name == name)
        query = select(own.seq).where(others, own.actor_id.not_in(sorted(actors))).limit(1)
        if (await work.connection.execute(query)).first() is not None:
            found.add(name)
    return found
