"""Accounts, put together with what they need: roles, keys, mail, pictures, the audit."""

from typing import Any

from cadre.app.ground import Services
from cadre.app.settings import Settings
from cadre.edge.http import Describing, Surroundings
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.infra.mail import FileMail, Mail, Postman, SmtpMail
from cadre.trust.access import MemberRoles
from cadre.trust.accounts import (
    Accounts,
    Attempts,
    Callers,
    Enrolment,
    Entrance,
    EventLog,
    Factors,
    LoggedEvents,
    Members,
    Pages,
    Passkeys,
    Passwords,
    Profiles,
    Registration,
    RoleBook,
    WaysIn,
)
from cadre.trust.keys import Keys
from cadre.trust.secrets import Redactor, Secrets


def build_accounts(
    ground: Services,
    accounts: Accounts,
    access: Services,
    *,
    postman: Postman,
    surroundings: Surroundings,
    events: EventLog | None = None,
    attempts: Attempts | None = None,
    public_url: str = "",
    ways: WaysIn | None = None,
) -> Services:
    """The services of accounts by type, on the database, secrets and blobs of `ground`."""
    roles, attempts = access[MemberRoles], attempts or Attempts()
    factors, profiles = Factors(ground[Secrets]), Profiles(ground[Blobs], roles)
    registration = Registration(accounts, roles, attempts)
    members = Members(accounts, roles, registration, factors)
    made: tuple[Any, ...] = (
        accounts,
        attempts,
        Passwords(),
        factors,
        Passkeys(factors),
        profiles,
        registration,
        postman,
        surroundings,
        Pages(public_url),
        members,
        Enrolment(members, registration, roles),
        Callers(ground[Database], accounts, access[Keys]),
    )
    services: Services = {type(each): each for each in made}
    # Asked for by what they promise.
    services |= {RoleBook: roles, EventLog: events or LoggedEvents()}
    return services | _doors(ground[Database], services, ways)


def _doors(database: Database, services: Services, ways: WaysIn | None) -> Services:
    """What lets people in, and tells them who they are."""
    entrance = Entrance(
        database,
        services[Accounts],
        passwords=services[Passwords],
        attempts=services[Attempts],
        factors=services[Factors],
        passkeys=services[Passkeys],
        ways=ways,
    )
    describing = Describing(
        database,
        services[Accounts],
        profiles=services[Profiles],
        factors=services[Factors],
        roles=services[RoleBook],
        surroundings=services[Surroundings],
        ways=ways,
    )
    return {Entrance: entrance, Describing: describing}


def postman_of(settings: Settings, redactor: Redactor) -> Postman:
    """Over the mail server that is set, or into a folder."""
    sender = settings.mail_from or "cadre@localhost"
    mail: Mail = FileMail(settings.home / "mail", sender)
    if settings.smtp_url is not None:
        mail = SmtpMail(settings.smtp_url.get_secret_value(), sender)
    return Postman(mail, mask=redactor.redact)
