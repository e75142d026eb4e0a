"""How long an org keeps what, whether it must keep everything, and the work on single people."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from cadre.infra.database import metadata

# A class of data without a row has the days that it comes with. Null: for ever.
retention_rules = Table(
    "retention_rules",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("data_class", Text, primary_key=True),
    Column("days", Integer),
    Column("updated_at", Double, nullable=False),
    Column("updated_by", Text, nullable=False),  # an id
)

# When an org's days were applied last; whoever holds the lease applies them now.
retention_rounds = Table(
    "retention_rounds",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("lease_until", Double, nullable=False),
    Column("applied_at", Double, nullable=False),
    Column("deleted", Text, nullable=False),  # JSON: rows by class
)

# A row: nothing of the org is deleted by retention, and nobody is erased.
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Double, nullable=False),
    Column("set_by", Text, nullable=False),  # an id
)

# `person` is an id. What else has to be known of them while they are erased is in `details`,
# which is emptied when that is done.
data_jobs = Table(
    "data_jobs",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # export, erase
    Column("person", Text, nullable=False),
    Column("own", Boolean, nullable=False),  # asked for by the person
    Column("state", Text, nullable=False),  # waiting, running, done, failed
    Column("step", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("details", Text, nullable=False),  # JSON
    Column("result", Text, nullable=False),  # JSON: what came of it, by room
    Column("lease_until", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("expires_at", Double),  # of the archive
    Column("created_by", Text, nullable=False),  # an id
)
Index("data_jobs_open", data_jobs.c.state, data_jobs.c.lease_until)
