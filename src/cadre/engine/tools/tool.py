"""What a tool is: a name, a schema, what it may do to the world, and a function.

Built-in tools and tools of other packages are the same thing and come in by the same hook.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from cadre.engine.sandbox import Sandbox
from cadre.engine.tools.lending import LEASE_SECONDS, Lending, SecretNotLent, placeholders
from cadre.engine.tools.origins import Source
from cadre.engine.tools.workspace import FileRef, Workspace
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import Invalid, NotFound
from cadre.kernel.messages import Json, ToolSpec
from cadre.kernel.scope import Scope

Frame = dict[str, Json]


class UnknownTool(NotFound):
    """No tool of that name is installed, or the agent doesn't have it."""

    code = "unknown_tool"
    title = "There is no such tool"


class BadArguments(Invalid):
    """The arguments are not JSON, or not what the tool's schema asks for."""

    code = "bad_arguments"
    title = "The arguments do not fit the tool"


class ToolFailed(Invalid):
    """A tool says no: the model sees the sentence and may try otherwise."""

    code = "tool_failed"
    title = "The tool could not do it"


class ToolOutput(BaseModel):
    """`text` is what the model sees; `data` and `files` are for people and programs."""

    text: str
    data: Json = None
    files: list[FileRef] = Field(default_factory=list[FileRef])
    is_error: bool = False


def _ignore(_: Frame) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class ToolContext:
    """What one call may use. `emit` shows a live frame to whoever watches the run.

    `lending` has the secrets that the gate has let the call use, and None if there are none.
    """

    scope: Scope
    workspace: Workspace
    sandbox: Sandbox
    http: HttpClient
    emit: Callable[[Frame], None] = field(default=_ignore)
    idempotency_key: str = ""
    lending: Lending | None = None

    async def lease(self, name: str, *, seconds: float = LEASE_SECONDS) -> str:
        """The value of a secret that the tool has named, until the call ends or time is over."""
        if self.lending is None:
            raise SecretNotLent(f"There is no secret `{name[:100]}` for this call.")
        return (await self.lending.lease(name, seconds)).value

    async def filled(self, text: str, address: str) -> str:
        """`text` with each `{{secret:NAME}}` filled in, if it may be sent to `address`."""
        if self.lending is None:
            for name in placeholders(text):
                raise SecretNotLent(f"There is no secret `{name}` for this call.")
            return text
        return await self.lending.filled(text, address)


@dataclass(frozen=True, slots=True)
class Tool:
    """`parameters` is the JSON Schema of an object.

    `read_only`: changes nothing. `idempotent`: twice is the same as once. `dangerous`: a
    person is asked by default. `outside`: what it returns was written by strangers, which
    taints the run. `needs_sandbox`: off where the sandbox is. `secrets` are those that it leases by
    itself; with `fills_placeholders` its arguments may name more, as `{{secret:NAME}}`.
    `brings` is the kind of content of an `outside` tool. `reads` are the arguments that name the
    files which it may show; None: it may show any file of the workspace.
    """

    name: str
    description: str
    parameters: dict[str, Json]
    run: Callable[[dict[str, Json], ToolContext], Awaitable[ToolOutput]]
    read_only: bool = False
    idempotent: bool = False
    dangerous: bool = False
    outside: bool = False
    needs_sandbox: bool = False
    timeout_seconds: float = 60.0
    secrets: tuple[str, ...] = ()
    fills_placeholders: bool = False
    brings: str = "content from outside"
    reads: tuple[str, ...] | None = None

    def paths_in(self, arguments: dict[str, Json]) -> list[str] | None:
        """The files that a call with these arguments may show; None: any."""
        if self.reads is None:
            return None
        return [path for name in self.reads if isinstance(path := arguments.get(name), str)]

    def brought(self) -> Source | None:
        """What the run reads in whatever the tool returns."""
        return Source(kind=self.brings, by=f"tool:{self.name}") if self.outside else None

    @property
    def spec(self) -> ToolSpec:
        """The tool as a model sees it."""
        return ToolSpec(name=self.name, description=self.description, parameters=self.parameters)

    def secrets_for(self, arguments: Json) -> list[str]:
        """The names of the secrets that a call with these arguments would use."""
        named = placeholders(arguments) if self.fills_placeholders else ()
        return sorted({*self.secrets, *named})
