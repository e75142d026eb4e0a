"""Budgets, what is spent and set aside in their windows, and who set it aside.

`reserved_nano` of a window is always the sum of its rows in `budget_reservations`: whoever
deletes or lowers such a row, and nobody else, takes as much off the window.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from cadre.infra.database import Parent, metadata

_OF_BUDGET = {"tenant": Parent("budget_id", "budgets")}

budgets = Table(
    "budgets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("limit_nano", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("warn_at", Double, nullable=False),
    Column("unpriced", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", Double, nullable=False),
    Index("budgets_org", "org_id", "created_at"),
)

# Raised with each change of an org's budgets, so that what a process remembers of them can be
# known to be true with one lookup.
budget_revisions = Table(
    "budget_revisions",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

budget_windows = Table(
    "budget_windows",
    metadata,
    Column("budget_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("window_id", Text, primary_key=True),
    Column("settled_nano", BigInteger, nullable=False),
    Column("reserved_nano", BigInteger, nullable=False),
    Column("updated_at", Double, nullable=False),
    info=_OF_BUDGET,
)

budget_reservations = Table(
    "budget_reservations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("budget_id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("window_id", Text, nullable=False),
    Column("nano", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Index("budget_reservations_owner", "owner"),
    info=_OF_BUDGET,
)

# A process that holds reservations raises its `beat`; one that stops doing so has died.
budget_owners = Table(
    "budget_owners",
    metadata,
    Column("id", Text, primary_key=True),
    Column("beat", Integer, nullable=False),
    info={"shared": "A row a process, and a process works for all orgs."},
)

budget_alerts = Table(
    "budget_alerts",
    metadata,
    Column("org_id", Text, nullable=False),
    Column("budget_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("window_id", Text, primary_key=True),
    Column("level", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("settled_nano", BigInteger, nullable=False),
    Column("limit_nano", BigInteger, nullable=False),
    Index("budget_alerts_org", "org_id", "at"),
)
