"""What a tool is: a name, a schema, what it may do to the world, and a function.

Built-in tools and tools of other packages are the same thing and come in by the same hook.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from cadre.engine.sandbox import Sandbox
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
    """What one call may use. `emit` shows a live frame to whoever watches the run."""

    scope: Scope
    workspace: Workspace
    sandbox: Sandbox
    http: HttpClient
    emit: Callable[[Frame], None] = field(default=_ignore)
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """`parameters` is the JSON Schema of an object.

    `read_only`: changes nothing. `idempotent`: twice is the same as once. `dangerous`: a
    person is asked by default. `outside`: what it returns was written by strangers, which
    taints the run. `needs_sandbox`: off where the sandbox is.
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

    @property
    def spec(self) -> ToolSpec:
        """The tool as a model sees it."""
        return ToolSpec(name=self.name, description=self.description, parameters=self.parameters)
