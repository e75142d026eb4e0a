"""Runs migrations on the connection that it is given; cadre.infra.database opens it."""

from alembic import context

from cadre.infra.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
