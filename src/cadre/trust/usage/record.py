"""UsageRecord: what is known about one call to a model once it is over."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from cadre.trust.budgets import Spender, Via

UsageKind = Literal["chat", "embedding", "speech", "transcription"]
UsageStatus = Literal["ok", "error", "cancelled", "refused"]


# Not frozen: setting so many fields the frozen way takes longer than the rest of the recording.
@dataclass(slots=True, kw_only=True)
class UsageRecord:
    """`at` is when the call began, in seconds since 1970; the id makes recording it twice harmless.

    `cost_usd` is None where the price is unknown. `asked` is the name that was asked for, `route`
    the virtual model that chose; `saved_usd` is what a cached answer would have cost.
    """

    id: str
    at: float
    org: str
    project: str
    environment: str
    provider: str
    model: str
    via: Via
    kind: UsageKind = "chat"
    status: UsageStatus = "ok"
    user_id: str | None = None
    key_id: str | None = None
    agent: str | None = None
    run_id: str | None = None
    asked: str | None = None
    route: str | None = None
    error_code: str | None = None
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    characters: int = 0
    seconds: float = 0.0
    images: int = 0
    searches: int = 0
    cost_usd: Decimal | None = None
    first_token_ms: float | None = None
    total_ms: float = 0.0
    attempts: int = 1
    cache_hit: bool = False
    saved_usd: Decimal | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The fields of a record that say who spent."""

    org: str
    project: str
    environment: str
    user_id: str | None
    key_id: str | None
    agent: str | None
    run_id: str | None
    via: Via


def account_of(spender: Spender) -> Account:
    """`UsageRecord(**asdict(account_of(spender)), ...)` is on the account of `spender`."""
    scope = spender.scope
    return Account(
        scope.org,
        scope.project,
        scope.environment,
        spender.user_id,
        spender.key_id,
        spender.agent,
        spender.run_id,
        spender.via,
    )
