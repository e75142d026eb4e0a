"""What is known about a provider before anybody has entered anything."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cadre.engine.models.endpoints import Endpoint, Wire
from cadre.engine.models.wires.openai import OPENAI_LIKE, Deviations


def as_written(value: str) -> str:
    """An address that a variable gives in full."""
    return value


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """`key_variable` and `url_variable` are the customary names in an environment.

    `url_of` turns the value of `url_variable` into a base URL, and raises `ValueError` if it
    can't. `models_path` is where the models are listed, below the base URL.
    """

    name: str
    title: str
    wire: Wire
    base_url: str
    key_variable: str
    url_variable: str
    docs: str
    needs_key: bool = True
    is_local: bool = False
    deviations: Deviations = OPENAI_LIKE
    other_key_variables: tuple[str, ...] = ()
    url_of: Callable[[str], str] = field(default=as_written)
    models_path: str = "models"

    def endpoint(self, key: str | None, base_url: str | None = None) -> Endpoint:
        """Where it is reached with `key`; at its own address unless another is given."""
        return Endpoint(self.name, base_url or self.base_url, key, self.wire)
