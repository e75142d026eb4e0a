"""What the routes of limits take and give."""

from pydantic import BaseModel, ConfigDict, Field

from cadre.trust.limits.rule import Counting, Endpoints


class LimitChange(BaseModel):
    """At most `requests` in any `seconds`; 0 requests: none at all."""

    model_config = ConfigDict(extra="forbid")
    requests: int = Field(ge=0, le=100_000_000)
    seconds: int = Field(default=60, ge=1, le=86_400)


class LimitRule(BaseModel):
    """`subject` is a kind (each of them), or one of them: `key:key_1`."""

    subject: str = Field(examples=["key", "key:key_1"])
    endpoints: Endpoints
    requests: int
    seconds: int
    is_default: bool


class LimitRules(BaseModel):
    items: list[LimitRule]


class Used(BaseModel):
    """What counts now in one window; in this process only, unless Redis counts.

    `all` endpoints: what the org may ask in a minute, of whatever kind.
    """

    subject: str
    endpoints: Counting
    used: int
    requests: int
    seconds: int


class LimitUsage(BaseModel):
    """`lag_seconds`: how late this server's event loop is; from half a second on things wait."""

    items: list[Used]
    lag_seconds: float
