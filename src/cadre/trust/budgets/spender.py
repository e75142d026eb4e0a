"""Spender: on whose account a call is made."""

from dataclasses import dataclass
from typing import Literal

from cadre.kernel.scope import Scope

Via = Literal["run", "gateway", "console", "probe"]


@dataclass(frozen=True, slots=True)
class Spender:
    """`scope` says org, project and who; `agent` and `run_id` are there when a run spends."""

    scope: Scope
    agent: str | None = None
    run_id: str | None = None
    via: Via = "run"

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
