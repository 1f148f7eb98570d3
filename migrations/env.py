"""Runs the migrations on ``buyback.migrate``'s connection, inside the transaction that it has begun."""

from alembic import context

from buyback.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=False,  # rewriting a table would lose its triggers
)
with context.begin_transaction():
    context.run_migrations()
