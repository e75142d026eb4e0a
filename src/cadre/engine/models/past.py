"""Past asks: the org's latest calls, as routing tries a draft on them.

The ledger knows how much was asked and by whom, and nothing of what was said.
"""

from collections.abc import Sequence

from cadre.engine.models.routing import Ask, PastAsk
from cadre.infra.database import Work
from cadre.trust.usage import Usage, UsageCall, UsageFilter, read_timespan


class PastCalls:
    """The latest calls of every org."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage

    async def __call__(self, work: Work, most: int) -> Sequence[PastAsk]:
        """Chats that were answered, the newest first."""
        wanted = UsageFilter(kind="chat", status="ok")
        page = await self._usage.calls(work, read_timespan("30d", None), wanted, None, most)
        return [_past(call) for call in page.items]


def _past(call: UsageCall) -> PastAsk:
    model = f"{call.provider}:{call.model}"
    ask = Ask(
        tokens=call.input_tokens,
        project=call.project_id,
        environment=call.environment,
        principal_kind="key" if call.key_id else "user",
        principal_id=call.key_id or call.user_id or "",
        agent=call.agent or "",
        via=call.via,
    )
    return PastAsk(
        at=call.at,
        model_asked=call.asked or model,
        model_answered=model,
        ask=ask,
        cost_usd=call.cost_usd,
        seconds=call.total_ms / 1000,
    )
