"""What became of the calls of each target, by minute. One row for each process that asked it.

Every process overwrites its own rows only, so writing one again changes nothing; whoever
reads adds the rows up. All numbers but the key are sums for that reason.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from cadre.engine.models.calling.histogram import BINS
from cadre.infra.database import metadata

model_health = Table(
    "model_health",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("target", Text, primary_key=True),  # "provider:model", or a provider as a whole
    Column("minute", BigInteger, primary_key=True, autoincrement=False),  # epoch seconds
    Column("writer", Text, primary_key=True),
    Column("succeeded", Integer, nullable=False),
    Column("limited", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("unavailable", Integer, nullable=False),
    Column("denied", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("other", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("abandoned", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("generating_ms", BigInteger, nullable=False),
    Column("probes", Integer, nullable=False),
    Column("probe_nano_usd", BigInteger, nullable=False),
    # Durations until the first item and until the end: how many fell into each bin.
    *[Column(f"first_{number}", Integer, nullable=False) for number in range(BINS)],
    *[Column(f"total_{number}", Integer, nullable=False) for number in range(BINS)],
    Index("model_health_time", "org_id", "minute"),
)
