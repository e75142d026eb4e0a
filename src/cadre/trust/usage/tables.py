"""One row per call for as long as the org keeps them, and sums by day for ever.

Both are written in the same transaction. A name that is missing is null in a call and empty in
a day, because it is part of the key there.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from cadre.infra.database import metadata

usage_calls = Table(
    "usage_calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("user_id", Text),
    Column("key_id", Text),
    Column("agent", Text),
    Column("run_id", Text),
    Column("via", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("asked", Text),
    Column("route", Text),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_code", Text),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("characters", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("images", BigInteger, nullable=False),
    Column("searches", BigInteger, nullable=False),
    Column("cost_nano", BigInteger),  # null: the price is unknown
    Column("first_token_ms", Double),
    Column("total_ms", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("cache_hit", Boolean, nullable=False),
    Column("saved_nano", BigInteger, nullable=False),
    Column("request_id", Text),
    Index("usage_calls_listing", "org_id", "at", "id"),
)

usage_days = Table(
    "usage_days",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # UTC: "2026-07-12"
    Column("project_id", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("via", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("unpriced", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost_nano", BigInteger, nullable=False),
    Column("cache_hits", BigInteger, nullable=False),
    Column("saved_nano", BigInteger, nullable=False),
)
