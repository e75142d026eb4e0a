"""Models: which ones an org can ask, by name.

A name is "offline" (the operator that needs no model), "<provider>:<model>", or "default",
which stands for what the org chose, else the first model configured, else "offline".
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cadre.engine.models.errors import ProviderFromEnvironment, UnknownModel, UnknownProvider
from cadre.engine.models.openai_compatible import (
    Endpoint,
    OpenAICompatible,
    Patience,
    model_names,
)
from cadre.engine.models.ports import ChatModel
from cadre.engine.models.prices import Price
from cadre.engine.models.schemas import (
    ModelInfo,
    ModelList,
    Provider,
    ProviderCheck,
    ProviderInput,
)
from cadre.engine.models.store import ProviderStore
from cadre.infra.blobs import Blobs
from cadre.infra.database import Work
from cadre.infra.http_client import HttpClient, host_and_port
from cadre.kernel.errors import CadreError, Invalid
from cadre.trust.secrets import Secrets

OFFLINE = "offline"
DEFAULT = "default"
OPENAI_URL = "https://api.openai.com/v1"

_WELL_KNOWN = {"api.openai.com:443": ("gpt-4.1-mini", "gpt-4.1")}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class EnvironmentProvider:
    """A provider that the settings of the process give to every org.

    Without `models`, OpenAI's own service has well-known ones; any other server none by name.
    """

    name: str = "openai"
    base_url: str = OPENAI_URL
    key: str | None = field(default=None, repr=False)
    models: tuple[str, ...] = ()
    prices: dict[str, Price] = field(default_factory=dict[str, Price])


class Models:
    """Providers of an org, and the models they make reachable."""

    def __init__(
        self,
        *,
        http: HttpClient,
        blobs: Blobs,
        secrets: Secrets,
        offline: ChatModel,
        environment: Sequence[EnvironmentProvider] = (),
        patience: Patience | None = None,
    ) -> None:
        self._http = http
        self._blobs = blobs
        self._secrets = secrets
        self._offline = offline
        self._environment = {provider.name: provider for provider in environment}
        self._patience = patience

    async def resolve(self, work: Work, name: str) -> ChatModel:
        """Return what answers for `name`, or raise `UnknownModel`."""
        if name in {"", DEFAULT}:
            name = await self.default(work)
        if name == OFFLINE:
            return self._offline
        provider, _, model = name.partition(":")
        if not model:
            raise UnknownModel(
                f"`{name}` is not the name of a model. Write `offline`, `default` or "
                "`provider:model`, for example `openai:gpt-4.1-mini`.",
                field="model",
            )
        found = await self._provider(work, provider)
        return OpenAICompatible(
            self._http,
            self._blobs,
            await self._endpoint(work, found),
            model,
            price=found.prices.get(model),
            patience=self._patience,
        )

    async def default(self, work: Work) -> str:
        """The name that "default" stands for."""
        if chosen := await ProviderStore(work).default():
            return chosen
        for provider in await self.providers(work):
            if provider.models:
                return f"{provider.name}:{provider.models[0]}"
        return OFFLINE

    async def set_default(self, work: Work, name: str) -> None:
        """Choose what "default" stands for, among what can be resolved."""
        if name == DEFAULT:
            raise Invalid("Name a model: `default` can't stand for itself.", field="name")
        await self.resolve(work, name)
        await ProviderStore(work).set_default(name)

    async def catalog(self, work: Work) -> ModelList:
        """Every model that is known by name, the offline operator last."""
        default = await self.default(work)
        names = [
            (f"{provider.name}:{model}", provider.name)
            for provider in await self.providers(work)
            for model in provider.models
        ]
        if default not in {OFFLINE, *(name for name, _ in names)}:
            names.append((default, default.partition(":")[0]))
        names.append((OFFLINE, OFFLINE))
        items = [
            ModelInfo(name=name, provider=provider, default=name == default)
            for name, provider in names
        ]
        return ModelList(items=items, default=default)

    async def providers(self, work: Work) -> list[Provider]:
        """Those of the environment first, then the org's own."""
        stored = await ProviderStore(work).all()
        with_keys = set(await self._secrets.names(work))
        for provider in stored:
            provider.has_key = _secret(provider.name) in with_keys
        given = [_shown(provider) for provider in self._environment.values()]
        return given + [p for p in stored if p.name not in self._environment]

    async def put_provider(self, work: Work, name: str, given: ProviderInput) -> Provider:
        """Store a provider; its key goes to the vault."""
        self._refuse_environment(name)
        if not _NAME.fullmatch(name) or name in {OFFLINE, DEFAULT}:
            raise Invalid(
                f"`{name}` can't be a provider's name: use small letters, digits, - and _, "
                "starting with a letter, and not `offline` or `default`.",
                field="name",
            )
        await self._refuse_moved_key(work, name, given)
        await ProviderStore(work).write(name, given)
        if given.key:
            await self._secrets.put(work, _secret(name), given.key.strip())
        elif given.key == "":
            await self._secrets.delete(work, _secret(name))
        provider = await self._provider(work, name)
        provider.has_key = _secret(name) in await self._secrets.names(work)
        return provider

    async def delete_provider(self, work: Work, name: str) -> None:
        """Forget a provider and its key."""
        self._refuse_environment(name)
        if not await ProviderStore(work).delete(name):
            raise UnknownProvider(f"There is no provider `{name}`.")
        await self._secrets.delete(work, _secret(name))

    async def endpoint(self, work: Work, name: str) -> Endpoint:
        """Where the provider `name` is reached, with its key."""
        return await self._endpoint(work, await self._provider(work, name))

    async def check(self, endpoint: Endpoint) -> ProviderCheck:
        """Ask the provider for its models; what goes wrong is the answer, not an error."""
        started = time.monotonic()
        try:
            names = await model_names(self._http, endpoint)
        except CadreError as error:
            seconds = time.monotonic() - started
            return ProviderCheck(ok=False, code=error.code, detail=error.detail, seconds=seconds)
        seconds = time.monotonic() - started
        detail = f"{endpoint.provider} answers and has {len(names)} models."
        return ProviderCheck(ok=True, models=names, detail=detail, seconds=seconds)

    async def _provider(self, work: Work, name: str) -> Provider:
        if given := self._environment.get(name):
            return _shown(given)
        provider = await ProviderStore(work).get(name)
        if provider is None:
            raise UnknownProvider(
                f"There is no provider `{name}`. Add it under Settings, Models.", field="model"
            )
        return provider

    async def _endpoint(self, work: Work, provider: Provider) -> Endpoint:
        if given := self._environment.get(provider.name):
            return Endpoint(given.name, given.base_url, given.key)
        key = await self._secrets.get(work, _secret(provider.name))
        return Endpoint(provider.name, provider.base_url, key)

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


def _shown(given: EnvironmentProvider) -> Provider:
    return Provider(
        name=given.name,
        base_url=given.base_url,
        models=list(given.models or _WELL_KNOWN.get(host_and_port(given.base_url), ())),
        prices=given.prices,
        has_key=given.key is not None,
        source="environment",
    )


def _secret(provider: str) -> str:
    return f"models/{provider}"
