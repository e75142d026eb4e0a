"""One row a secret; `sealed` is the nonce, then the ciphertext with its tag.

`generation` names the data key of the org that it is sealed under; 0 is the master key itself,
which is how secrets were sealed before there were data keys. `hosts` is a list of origins in JSON.
"""

from sqlalchemy import Column, Double, Index, Integer, LargeBinary, Table, Text

from cadre.infra.database import metadata

secrets = Table(
    "secrets",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_by", Text),
    Column("hosts", Text),
)

# What a newer version has replaced, for a while.
secret_versions = Table(
    "secret_versions",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("updated_by", Text),
    Column("expires_at", Double, nullable=False),
)

# `total`: how many values were under older keys when this one was made; `finished_at`: none is.
secret_data_keys = Table(
    "secret_data_keys",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("finished_at", Double),
)

secret_leases = Table(
    "secret_leases",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("leased_by", Text, nullable=False),
    Column("leased_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("released_at", Double),
    Column("revoked_at", Double),
    Column("revoked_by", Text),
    Index("secret_leases_name", "org_id", "name", "expires_at"),
)
