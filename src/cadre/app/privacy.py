"""Privacy, put together: what every room keeps of people, and what of it ages."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select

from cadre import __version__
from cadre.app.ground import Ground, Services
from cadre.app.local import LOCAL_KEY, OWNER_SCOPE
from cadre.app.organisations import AuditChronicle, SecretVault, WorkspaceFolders
from cadre.app.settings import Settings
from cadre.engine import agents, approvals, conversations, gate, models
from cadre.engine.runs import Folders, Runs, RunsPersonal, RunsRetained
from cadre.engine.tools import Storage, blobs_in_folders
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work
from cadre.kernel.errors import NotFound
from cadre.kernel.grants import Grants
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS
from cadre.trust import (
    access,
    accounts,
    audit,
    budgets,
    consent,
    federation,
    keys,
    limits,
    orgs,
    policy,
    privacy,
    secrets,
    usage,
)

# Under these names acts whoever is at the machine.
_NOBODYS = {LOCAL_KEY, OWNER_SCOPE.principal.name}


class OrgPeople:
    """The members of an org, and those who were: what they left can be asked for all the same."""

    def __init__(self, members: accounts.Members, bindings: access.Bindings) -> None:
        self._members = members
        self._bindings = bindings

    async def find(self, work: Work, user_id: str) -> privacy.Person:
        try:
            member = await self._members.get(work, user_id)
        except NotFound:
            if await audit.names_of(work, user_id):
                return privacy.Person(user_id)
            raise
        return privacy.Person(user_id, member.email)

    async def known(self, work: Work, person: privacy.Person) -> privacy.Person:
        own = accounts.api_keys.c
        query = select(own.id, own.name).where(
            own.org_id == work.scope.org, own.user_id == person.id
        )
        theirs = (await work.connection.execute(query)).all()
        keys_ = frozenset(row.id for row in theirs)
        names = {row.name for row in theirs} | await audit.names_of(work, person.id)
        with suppress(NotFound):
            names.add((await self._members.get(work, person.id)).name)
        names -= _NOBODYS | await accounts.names_of_others(work, person.id)
        names -= await audit.borne_by_others(work, names, {person.id, *keys_})
        return replace(person, names=frozenset(names), keys=keys_)

    async def close(self, work: Work, by: Grants, person: privacy.Person) -> None:
        """They are suspended until they are gone; the last owner stays."""
        try:
            member = await self._members.get(work, person.id)
        except NotFound:
            return
        await self._members.require_touchable(work, by, person.id)
        await self._bindings.require_owner_without(work, person.id)
        if member.status == "active":
            await self._members.set_status(work, by, person.id, "suspended")


class ServingOrgs:
    """Those that are active: what is suspended, moved or deleted is left alone."""

    def __init__(self, database: Database, orgs_: orgs.Orgs) -> None:
        self._database = database
        self._orgs = orgs_

    async def orgs(self) -> Sequence[OrgId]:
        async with self._database.read(replace(OWNER_SCOPE, org=ALL_ORGS)) as work:
            found = await self._orgs.all(work)
        return [OrgId(org.id) for org in found if org.status == "active"]


def build_privacy(
    settings: Settings, ground: Ground, services: Services, payloads: Blobs
) -> Services:
    """The services of privacy by type; `services` holds all that keep anything of people."""
    root = settings.home / "workspaces"
    folders = WorkspaceFolders(services[Storage], root)
    content = orgs.Content(
        database=ground.database,
        blobs=ground.blobs,
        payloads=payloads,
        folders=folders,
        vault=SecretVault(ground.secrets),
        chronicle=AuditChronicle(services[audit.Audit]),
        version=__version__,
    )
    holds = privacy.Holds()
    retention = privacy.Retention(ground.database, holds, _retained(services, folders))
    people = OrgPeople(services[accounts.Members], services[access.Bindings])
    jobs = privacy.PrivacyJobs(
        ground.database,
        retention,
        people=people,
        personal=_personal(ground, services, folders),
        leftovers=orgs.UnusedContent(content, lambda: blobs_in_folders(root)),
        serving=ServingOrgs(ground.database, services[orgs.Orgs]),
        archives=privacy.Archives(settings.home / "exports"),
    )
    made = (holds, retention, privacy.Privacy(people), jobs)
    return {type(each): each for each in made}


def _retained(services: Services, folders: Folders) -> list[privacy.Retained]:
    """In the order in which they are shown."""
    runs = RunsRetained(services[Runs].engine, folders)
    return [
        conversations.ConversationsRetained(runs, folders),
        runs,
        approvals.RETAINED,
        policy.RETAINED,
        usage.RETAINED,
        models.RETAINED,
        accounts.SignInsRetained(),
        audit.AuditRetained(services[audit.Audit]),
    ]


def _personal(ground: Ground, services: Services, folders: Folders) -> list[privacy.Personal]:
    """In the order in which they are erased: what refers to something before it, accounts last."""
    runs = services[Runs]
    return [
        keys.PERSONAL,
        approvals.ApprovalsPersonal(runs, conversations.runs_of),
        conversations.ConversationsPersonal(
            services[conversations.Conversations], runs, services[conversations.Files], folders
        ),
        RunsPersonal(runs, folders),
        policy.PERSONAL,
        consent.PERSONAL,
        agents.PERSONAL,
        gate.PERSONAL,
        models.PERSONAL,
        usage.PERSONAL,
        budgets.PERSONAL,
        limits.PERSONAL,
        secrets.PERSONAL,
        orgs.PERSONAL,
        federation.PERSONAL,
        access.PERSONAL,
        privacy.PERSONAL,
        audit.PERSONAL,
        accounts.AccountsPersonal(
            ground.blobs, services[accounts.Factors], services[accounts.Attempts]
        ),
    ]
