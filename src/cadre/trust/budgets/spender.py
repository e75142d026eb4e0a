"""Spender: on whose account a call is made."""

from dataclasses import dataclass
from typing import Literal

from cadre.kernel.errors import Denied
from cadre.kernel.grants import Grants
from cadre.kernel.scope import Scope

Via = Literal["run", "gateway", "console", "probe"]


class ModelForbidden(Denied):
    """Whoever asks may ask models, but not this one."""

    code = "model_forbidden"


@dataclass(frozen=True, slots=True)
class Spender:
    """`scope` says org, project and who; `agent` and `run_id` are there when a run spends.

    `grants` are there where they have to be looked at for each name that is asked.
    """

    scope: Scope
    agent: str | None = None
    run_id: str | None = None
    via: Via = "run"
    grants: Grants | None = None

    @property
    def key_id(self) -> str | None:
        """The API key that asked, if it was one."""
        principal = self.scope.principal
        return principal.id if principal.kind == "key" else None

    @property
    def user_id(self) -> str | None:
        """The person that asked, if it was one."""
        principal = self.scope.principal
        return principal.id if principal.kind == "user" else None

    def check(self, permission: str, resource: str) -> None:
        """Raise `ModelForbidden` unless the spender may do `permission` to `resource`."""
        if self.grants is not None and not self.grants.allows(permission, resource):
            raise ModelForbidden(
                f"This key may not ask `{resource.partition(':')[2][:200]}`: it lacks "
                f"`{permission}` on `{resource[:200]}`.",
                field="model",
            )
