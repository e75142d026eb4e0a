"""The driver of kind "agent": what wiring gives it, and one turn per run."""

from dataclasses import dataclass, field

from pydantic import ValidationError

from cadre.engine.agents.definition import RunDefinition
from cadre.engine.agents.earlier import Transcripts
from cadre.engine.agents.errors import BadDefinition, BadInput
from cadre.engine.agents.opening import Opener
from cadre.engine.agents.transcript import AgentInput
from cadre.engine.agents.turn import Turn
from cadre.engine.gate import Gate
from cadre.engine.models import Models
from cadre.engine.runs import ActiveRun, Runs
from cadre.engine.sandbox import Sandbox
from cadre.engine.tools import Lender, Storage, Toolbox
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json
from cadre.trust.secrets import Learning

KIND = "agent"


@dataclass(slots=True)
class AgentDriver:
    """Plays runs of agents.

    With a `lender` their tools can use secrets; with `learning` no value of the org gets into what
    they say, whoever has opened it.
    """

    blobs: Blobs
    runs: Runs
    models: Models
    toolbox: Toolbox
    gate: Gate
    storage: Storage
    sandbox: Sandbox
    http: HttpClient
    lender: Lender | None = None
    learning: Learning | None = None
    _transcripts: Transcripts = field(init=False)

    def __post_init__(self) -> None:
        self._transcripts = Transcripts(self.runs)

    async def __call__(self, run: ActiveRun) -> Json:
        """The turn's output: `{"text", "files"}`."""
        try:
            definition = RunDefinition.model_validate(run.definition)
        except ValidationError as error:
            raise BadDefinition(f"The run's definition is not an agent's: {error}") from error
        try:
            given = AgentInput.model_validate(run.input)
        except ValidationError as error:
            raise BadInput(
                'The run\'s input has to be {"text": "...", "files": ["name", ...]}.'
            ) from error
        if self.learning is not None:
            await self.learning.learn(run.scope)
        workspace = self.storage.workspaces.open(run.workspace_id)
        opener = Opener(
            runs=self.runs,
            transcripts=self._transcripts,
            blobs=self.blobs,
            storage=self.storage,
            workspace=workspace,
            run=run,
            definition=definition,
            given=given,
        )
        opening = await opener.open()
        turn = Turn(
            run=run,
            definition=definition,
            opening=opening,
            storage=self.storage,
            workspace=workspace,
            models=self.models,
            toolbox=self.toolbox,
            gate=self.gate,
            sandbox=self.sandbox,
            http=self.http,
            lender=self.lender,
        )
        return await turn.play()
