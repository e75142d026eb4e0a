"""Providers that the environment names, each by its customary variables.

A provider is there if its key or its address is. Values are never quoted in an error: they
may hold a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.providers.registry import KNOWN
from cadre.kernel.errors import Invalid


class BadVariable(Invalid):
    """A variable of the environment does not hold what its name says."""

    code = "bad_variable"
    title = "An environment variable is not valid"


@dataclass(frozen=True, slots=True)
class ProviderFromVariables:
    """`key_variable` and `url_variable` are those that were set, None for the defaults."""

    known: KnownProvider
    base_url: str
    key: str | None = field(default=None, repr=False)
    models: tuple[str, ...] = ()
    key_variable: str | None = None
    url_variable: str | None = None

    @property
    def name(self) -> str:
        return self.known.name

    @property
    def endpoint(self) -> Endpoint:
        return self.known.endpoint(self.key, self.base_url)


def from_environment(env: Mapping[str, str]) -> list[ProviderFromVariables]:
    """Those that `env` names, or raise `BadVariable` with the name of a malformed address."""
    found = [_provider(known, env) for known in KNOWN.values() if known.key_variable]
    return [provider for provider in found if provider is not None]


def _provider(known: KnownProvider, env: Mapping[str, str]) -> ProviderFromVariables | None:
    key_variable = next(
        (name for name in (known.key_variable, *known.other_key_variables) if _value(env, name)),
        None,
    )
    url = _value(env, known.url_variable)
    if not url and (key_variable is None or known.is_local):
        return None
    return ProviderFromVariables(
        known=known,
        base_url=_base_url(known, url) if url else known.base_url,
        key=_value(env, key_variable) if key_variable else None,
        models=_names(_value(env, f"{known.url_variable.partition('_')[0]}_MODELS")),
        key_variable=key_variable,
        url_variable=known.url_variable if url else None,
    )


def _value(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name for part in listed.split(",") if (name := part.strip()))


def _base_url(known: KnownProvider, value: str) -> str:
    try:
        url = known.url_of(value)
        split = urlsplit(url)
        is_good = split.scheme in {"http", "https"} and bool(split.hostname) and split.port != 0
    except ValueError as error:
        raise _bad(known) from error
    if not is_good or split.query or split.fragment or split.username is not None:
        raise _bad(known)
    return url.rstrip("/")


def _bad(known: KnownProvider) -> BadVariable:
    return BadVariable(
        f"{known.url_variable} is not an address: write it like {known.base_url}, without a "
        f"key in it.",
        field=known.url_variable,
    )
