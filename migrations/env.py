"""Runs the migrations on ``buyback.migrate``'s connection, inside the transaction that it has begun."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
