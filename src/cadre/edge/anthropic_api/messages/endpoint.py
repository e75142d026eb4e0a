"""/v1/messages: whichever target answers, in its own bytes if it speaks these words."""

from cadre.edge.anthropic_api.errors import JSON
from cadre.edge.anthropic_api.facts import ask_of
from cadre.edge.anthropic_api.messages.question import MessageQuestion
from cadre.engine.conversations import AgentModels, is_agent
from cadre.engine.models import Call, Models, call_options
from cadre.infra.asgi import Exchange, Fields, Header, RequestFiles, send_pieces, send_whole
from cadre.trust.budgets import Spender


class Messages:
    """Messages by any model, and by agents."""

    def __init__(self, models: Models, agents: AgentModels, files: RequestFiles) -> None:
        self._models = models
        self._agents = agents
        self._files = files

    async def __call__(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        body = Fields.of_body(raw)
        question = MessageQuestion(self._models, self._files, spender.scope, body)
        exchange.model, options = question.model, call_options(exchange)
        if is_agent(question.model):
            conversation = exchange.header(b"x-cadre-conversation")
            pieces = question.by_agent(self._agents, conversation)
        elif options.cache_seconds:
            pieces = question.by_name(spender, options)
        else:
            call = Call(question.model, ask_of(body, len(raw), spender), options)
            pieces = self._models.answered(spender, call, question.by_target)
        if question.is_stream:
            await send_pieces(exchange, pieces, headers)
        else:
            await send_whole(exchange, pieces, headers, JSON)
