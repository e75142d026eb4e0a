"""Federation, put together: whoever vouches for people, and the directory of an org."""

from collections.abc import Collection

from cadre.app.ground import Services
from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from cadre.trust.access import Access, Groups, MemberRoles
from cadre.trust.accounts import Enrolment, Entrance
from cadre.trust.federation import (
    Asking,
    DirectoryGroups,
    DirectoryUsers,
    Discovery,
    Federation,
    GitHub,
    Linking,
    OpenIdConnect,
    Providers,
)
from cadre.trust.secrets import Secrets


def build_federation(services: Services, private_hosts: Collection[str] = ()) -> Services:
    """By type, on the ground, access and accounts in `services`."""
    asking = Asking(services[HttpClient], private_hosts)
    discovery = Discovery(asking)
    enrolment, groups = services[Enrolment], services[Groups]
    providers = Providers(
        services[Secrets],
        asking,
        discovery,
        access=services[Access],
        roles=services[MemberRoles],
        groups=groups,
    )
    federation = Federation(
        services[Database],
        services[Entrance],
        providers=providers,
        linking=Linking(enrolment, groups),
        oidc=OpenIdConnect(asking, discovery),
        github=GitHub(asking),
    )
    made = (providers, federation, DirectoryUsers(enrolment), DirectoryGroups(enrolment, groups))
    return {type(each): each for each in made}
