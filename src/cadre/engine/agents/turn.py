"""One turn of an agent: ask the model, carry out its calls, until it has said all it wants.

Everything that decides the way on is in the journal, so a recovery takes the same way.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic

from cadre.engine.agents.calls import Caller, CallResult
from cadre.engine.agents.definition import RunDefinition
from cadre.engine.agents.errors import (
    AnswerRefused,
    CostLimitReached,
    StepLimitReached,
    TimeLimitReached,
)
from cadre.engine.agents.opening import Opening
from cadre.engine.agents.transcript import AgentOutput, user_message
from cadre.engine.agents.window import LeftOut, fit, tokens_of, total_tokens
from cadre.engine.gate import Gate, Mandate
from cadre.engine.models import ModelReplyBroken, Models, ModelUnavailable
from cadre.engine.runs import ActiveRun, Outcome, Safety, StepContext, StepFailed
from cadre.engine.sandbox import Sandbox
from cadre.engine.tools import FileRef, Lender, Source, Storage, Toolbox, Workspace
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    CallDelta,
    Json,
    Message,
    ModelReply,
    ModelRequest,
    ReasoningDelta,
    ReplyDone,
    SystemMessage,
    TextDelta,
    TextPart,
    ToolSpec,
    UserMessage,
)
from cadre.kernel.values import is_object
from cadre.trust.budgets import Spender

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class Turn:
    """The turn of `run`; `new` are the messages that the model has not been shown yet."""

    run: ActiveRun
    definition: RunDefinition
    opening: Opening
    storage: Storage
    workspace: Workspace
    models: Models
    toolbox: Toolbox
    gate: Gate
    sandbox: Sandbox
    http: HttpClient
    lender: Lender | None = None
    messages: list[Message] = field(default_factory=list[Message])
    new: list[Message] = field(default_factory=list[Message])
    files: dict[str, FileRef] = field(default_factory=dict[str, FileRef])
    sources: set[Source] = field(default_factory=set[Source])
    seconds: float = 0.0
    cost_usd: Decimal = Decimal(0)

    async def play(self) -> Json:
        """Until the model ends without a call, or a limit ends it."""
        self.messages = list(self.opening.messages)
        self.sources = self.opening.read()
        self._say(user_message(self._text(), self.opening.files))
        specs = self.toolbox.specs(self.definition.tools)
        for number in range(1, self.definition.limits.steps + 1):
            self._check_limits()
            reply = await self._ask(number, specs)
            if reply.message.calls:
                await self._carry_out(number, reply)
                await self._listen()
            elif not await self._listen():
                return self._output(reply)
        raise StepLimitReached(
            f"The agent asked its model {self.definition.limits.steps} times without finishing. "
            "Raise limits.steps in its definition, or ask for less at once."
        )

    def _text(self) -> str:
        given = self.run.input
        return str(given.get("text", "")) if is_object(given) else ""

    def _say(self, message: Message) -> None:
        self.messages.append(message)
        self.new.append(message)

    def _check_limits(self) -> None:
        limits = self.definition.limits
        if self.cost_usd >= limits.cost_usd:
            raise CostLimitReached(
                f"The run has cost {self.cost_usd} USD; its agent may spend {limits.cost_usd}. "
                "Raise limits.cost_usd in its definition."
            )
        if self.seconds >= limits.minutes * 60:
            raise self._out_of_time()

    def _out_of_time(self) -> TimeLimitReached:
        return TimeLimitReached(
            f"The run has worked for {self.definition.limits.minutes:g} minutes, as long as its "
            "agent may. Raise limits.minutes in its definition."
        )

    async def _listen(self) -> bool:
        """Take in what people said to the run meanwhile; whether there was anything."""
        signals = await self.run.signals("message")
        for signal in signals:
            text = signal.data.get("text", "") if is_object(signal.data) else ""
            self._say(UserMessage(parts=[TextPart(text=str(text))]))
        return bool(signals)

    async def _ask(self, number: int, specs: list[ToolSpec]) -> ModelReply:
        request, left_out = self._request(specs)
        shown: dict[str, Json] = {
            "model": self.definition.model,
            "messages": len(request.messages),
            "new": [message.model_dump(mode="json") for message in self.new],
            "tools": self.definition.tools,
        }
        if left_out is not None:
            shown["left_out"] = left_out.model_dump()
        try:
            output = await self.run.step(
                f"model/{number}",
                lambda context: self._stream(request, left_out, context),
                kind="model",
                name=self.definition.model,
                input=shown,
                safety=Safety.IDEMPOTENT,
                timeout_seconds=self.definition.limits.minutes * 60 - self.seconds,
            )
        except StepFailed as error:
            if error.code == "step_timed_out":
                raise self._out_of_time() from error
            raise
        reply = ModelReply.model_validate(output)
        self.seconds += float(output.get("seconds", 0.0))
        self.cost_usd += reply.usage.cost_usd or Decimal(0)
        self.messages.append(reply.message)
        self.new = []
        return reply

    def _request(self, specs: list[ToolSpec]) -> tuple[ModelRequest, LeftOut | None]:
        system = SystemMessage(
            text=f"{self.definition.instructions}\n\nToday is {self.opening.today}."
        )
        tools = sum(len(spec.model_dump_json()) for spec in specs) // 4
        fixed = tokens_of(system) + tools
        fitted, left_out = fit(self.messages, max_tokens=self.definition.context.max_tokens - fixed)
        if self.opening.turns_left_out:
            left_out = left_out or LeftOut(tokens_before=total_tokens(fitted))
            left_out.turns += self.opening.turns_left_out
        if left_out is not None:
            system.text += f"\n\n{left_out.sentence()}"
        messages: list[Message] = [system, *fitted]
        return ModelRequest(model=self.definition.model, messages=messages, tools=specs), left_out

    async def _stream(
        self, request: ModelRequest, left_out: LeftOut | None, context: StepContext
    ) -> Outcome:
        """Ask, showing the answer as it comes; an answer that breaks off is asked for again."""
        started = monotonic()
        if left_out is not None:
            context.emit({"type": "progress", "text": left_out.sentence()})
        spender = Spender(self.run.scope, agent=self.definition.name, run_id=self.run.id)
        for attempt in range(1, _ATTEMPTS + 1):
            has_shown = False
            try:
                async with aclosing(self.models.stream(spender, request)) as deltas:
                    async for delta in deltas:
                        if isinstance(delta, ReplyDone):
                            return _outcome(delta.reply, monotonic() - started)
                        has_shown = True
                        context.emit(_frame(delta))
            except (ModelUnavailable, ModelReplyBroken):
                if not has_shown or attempt == _ATTEMPTS:
                    raise
            context.emit({"type": "text.snapshot", "text": "", "reasoning": ""})
            await asyncio.sleep(_PAUSE_SECONDS * attempt)
        raise ModelReplyBroken("The model's answer ended without an end. Try again.")

    async def _carry_out(self, number: int, reply: ModelReply) -> None:
        caller = Caller(
            run=self.run,
            mandate=self._mandate(),
            storage=self.storage,
            workspace=self.workspace,
            toolbox=self.toolbox,
            gate=self.gate,
            sandbox=self.sandbox,
            http=self.http,
            lender=self.lender,
        )
        results = await caller.carry_out(number, reply.message.calls)
        for result in results:
            self._take(result)
        self.seconds += max(result.seconds for result in results)

    def _mandate(self) -> Mandate:
        return Mandate(
            agent=self.definition.name,
            tools=self.definition.tools,
            layers=self.definition.layers,
            tainted=any(source.is_outside for source in self.sources),
            sources=frozenset(self.sources),
            recorded=self.opening.recorded,
            secrets=self.definition.secrets,
        )

    def _take(self, result: CallResult) -> None:
        self._say(result.message)
        self.sources |= result.sources
        for file in result.files:
            if not file.path.startswith("."):
                self.files[file.path] = file

    def _output(self, reply: ModelReply) -> Json:
        if reply.stop == "refused" and not reply.message.text:
            raise AnswerRefused(
                f"{reply.model} held its answer back because of its provider's content rules. "
                "Say it differently or take another model."
            )
        text = reply.message.text
        if reply.stop == "length":
            text += "\n\n*The answer ends here because the model reached its limit of tokens.*"
        return AgentOutput(text=text, files=list(self.files.values())).model_dump(mode="json")


def _outcome(reply: ModelReply, seconds: float) -> Outcome:
    output = {**reply.model_dump(mode="json"), "seconds": round(seconds, 3)}
    return Outcome(output, usage=reply.usage, cost_usd=reply.usage.cost_usd)


def _frame(delta: TextDelta | ReasoningDelta | CallDelta) -> dict[str, Json]:
    match delta:
        case TextDelta():
            return {"type": "text.delta", "text": delta.text}
        case ReasoningDelta():
            return {"type": "reasoning.delta", "text": delta.text}
        case CallDelta():
            return {**delta.model_dump(), "type": "call.delta"}
