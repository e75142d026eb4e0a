"""Connections: the providers of an org, where each is reached and with which key.

A provider of the environment belongs to every org and can't be changed here. Keys lie in
trust/secrets and leave only inside an `Endpoint`.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog import bare_card
from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import ProviderFromEnvironment, UnknownProvider
from cadre.engine.models.installed import Installed
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN, KnownProvider, model_names, tells_installed
from cadre.engine.models.revisions import RevisionStore
from cadre.engine.models.schemas import Provider, ProviderCheck, ProviderInput
from cadre.engine.models.store import ProviderStore
from cadre.infra.database import Database, Work
from cadre.infra.http_client import HttpClient, host_and_port
from cadre.kernel.errors import CadreError, Invalid
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Secrets

COMPATIBLE = "compatible"
RESERVED = frozenset({"offline", "default", "agent"})
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class EnvironmentProvider:
    """A provider that the settings of the process give to every org.

    `kind` is a known provider's name; without `models` the catalog says what it has. `installed`
    is what a server of one's own said of its models.
    """

    name: str = "openai"
    base_url: str = ""
    key: str | None = field(default=None, repr=False)
    models: tuple[str, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    kind: str = ""
    installed: tuple[ModelCard, ...] = ()

    def shown(self) -> Provider:
        """As people see it: with its address, without its key."""
        known = known_of(self.kind or self.name)
        return Provider(
            name=self.name,
            kind=known.name,
            base_url=self.base_url or known.base_url,
            models=list(self.models),
            prices=dict(self.prices),
            has_key=self.key is not None,
            source="environment",
        )


def known_of(kind: str) -> KnownProvider:
    """What is known of a kind of provider; any other one speaks OpenAI's words."""
    return KNOWN.get(kind) or KNOWN[COMPATIBLE]


class Connections:
    """The providers of every org."""

    def __init__(
        self,
        *,
        http: HttpClient,
        secrets: Secrets,
        environment: Sequence[EnvironmentProvider] = (),
    ) -> None:
        self._http = http
        self._secrets = secrets
        self._environment = {provider.name: provider for provider in environment}
        self._installed = Installed(http)
        for provider in environment:
            self._installed.remember(provider.shown().base_url, provider.installed)

    async def all(self, work: Work) -> list[Provider]:
        """Those of the environment first, then the org's own."""
        stored = await ProviderStore(work).all()
        with_keys = set(await self._secrets.names(work))
        for provider in stored:
            provider.kind = _kind(provider.name, provider.kind)
            provider.has_key = _secret(provider.name) in with_keys
        given = [provider.shown() for provider in self._environment.values()]
        return given + [p for p in stored if p.name not in self._environment]

    async def put(self, work: Work, name: str, given: ProviderInput) -> Provider:
        """Store a provider; its key goes to the vault."""
        self._refuse_environment(name)
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise Invalid(
                f"`{name}` can't be a provider's name: use small letters, digits, - and _, "
                f"starting with a letter, and none of {', '.join(sorted(RESERVED))}.",
                field="name",
            )
        given = _completed(name, given)
        await self._refuse_moved_key(work, name, given)
        await ProviderStore(work).write(name, given)
        if given.key:
            await self._secrets.put(work, _secret(name), given.key.strip())
        elif given.key == "":
            await self._secrets.delete(work, _secret(name))
        await RevisionStore(work).change()
        provider = await self._provider(work, name)
        provider.has_key = _secret(name) in await self._secrets.names(work)
        return provider

    async def delete(self, work: Work, name: str) -> None:
        """Forget a provider and its key."""
        self._refuse_environment(name)
        if not await ProviderStore(work).delete(name):
            raise UnknownProvider(f"There is no provider `{name}`.")
        await self._secrets.delete(work, _secret(name))
        await RevisionStore(work).change()

    async def endpoint(self, work: Work, name: str) -> Endpoint:
        """Where the provider `name` is reached, with its key."""
        return await self._endpoint(work, await self._provider(work, name))

    async def endpoints(self, work: Work) -> dict[str, Endpoint]:
        """Where every provider of the org is reached, by name."""
        return {p.name: await self._endpoint(work, p) for p in await self.all(work)}

    async def discovered(self, work: Work) -> Sequence[ModelCard]:
        """Cards of the models that the providers name themselves, with the prices given there."""
        return [card for provider in await self.all(work) for card in self._cards(provider)]

    async def test(self, database: Database, scope: Scope, name: str) -> ProviderCheck:
        """Ask the provider for its models, and take to heart what is new; see `check`."""
        async with database.read(scope) as work:
            endpoint = await self.endpoint(work, name)
        # No transaction stays open while a stranger answers.
        before = self._installed.of(endpoint.base_url)
        checked = await self.check(endpoint)
        if self._installed.of(endpoint.base_url) != before:
            async with database.begin(scope) as work:
                await RevisionStore(work).change()
        return checked

    async def check(self, endpoint: Endpoint) -> ProviderCheck:
        """Ask the provider for its models; what goes wrong is the answer, not an error."""
        started = time.monotonic()
        try:
            names = await self._names(endpoint)
        except CadreError as error:
            seconds = time.monotonic() - started
            return ProviderCheck(ok=False, code=error.code, detail=error.detail, seconds=seconds)
        seconds = time.monotonic() - started
        detail = f"{endpoint.provider} answers and has {len(names)} models."
        return ProviderCheck(ok=True, models=names, detail=detail, seconds=seconds)

    async def _names(self, endpoint: Endpoint) -> list[str]:
        if not tells_installed(endpoint):
            return await model_names(self._http, endpoint)
        await self._installed.look(endpoint)
        return sorted(self._installed.of(endpoint.base_url))

    def _cards(self, provider: Provider) -> Iterator[ModelCard]:
        installed = self._installed.of(provider.base_url)
        for name in dict.fromkeys([*provider.models, *provider.prices, *installed]):
            price = provider.prices.get(name)
            found = installed.get(name)
            if found is None:
                yield bare_card(provider.name, name, price)
            else:
                more = {} if price is None else {"price": price}
                yield found.model_copy(update={"provider": provider.name, **more})

    async def _provider(self, work: Work, name: str) -> Provider:
        if given := self._environment.get(name):
            return given.shown()
        provider = await ProviderStore(work).get(name)
        if provider is None:
            raise UnknownProvider(
                f"There is no provider `{name}`. Add it under Settings, Models.", field="model"
            )
        provider.kind = _kind(name, provider.kind)
        return provider

    async def _endpoint(self, work: Work, provider: Provider) -> Endpoint:
        if given := self._environment.get(provider.name):
            key = given.key
        else:
            key = await self._secrets.get(work, _secret(provider.name))
        known = known_of(provider.kind)
        return Endpoint(provider.name, provider.base_url, key, known.wire, known.name)

    async def _refuse_moved_key(self, work: Work, name: str, given: ProviderInput) -> None:
        """A stored key was entered for one address; another one must not get it unasked."""
        stored = await ProviderStore(work).get(name)
        if stored is None or given.key is not None:
            return
        has_moved = host_and_port(stored.base_url) != host_and_port(given.base_url)
        if has_moved and await self._secrets.get(work, _secret(name)):
            raise Invalid("The address changed: enter the key again.", field="key")

    def _refuse_environment(self, name: str) -> None:
        if name in self._environment:
            raise ProviderFromEnvironment(
                f"`{name}` is set by the environment: change it there and start again, "
                "or add a provider of another name here."
            )


def _completed(name: str, given: ProviderInput) -> ProviderInput:
    """With its kind and address where these are known."""
    kind = _kind(name, given.kind)
    if kind not in KNOWN:
        raise Invalid(
            f"`{kind}` is no known kind of provider. Known: {', '.join(sorted(KNOWN))}; "
            f"`{COMPATIBLE}` is any other server that speaks OpenAI's words.",
            field="kind",
        )
    base_url = given.base_url or ("" if kind == COMPATIBLE else known_of(kind).base_url)
    if not base_url:
        raise Invalid("Say where the provider is reached, like https://host/v1.", field="base_url")
    return given.model_copy(update={"kind": kind, "base_url": base_url})


def _kind(name: str, said: str) -> str:
    """What kind `name` is where nobody said: known ones are called what they are."""
    return said or (name if name in KNOWN else COMPATIBLE)


def _secret(provider: str) -> str:
    return f"models/{provider}"
