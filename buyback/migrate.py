"""Schema versions: bring a database to the newest, and say which one it has.

Where the application signs in to PostgreSQL as another role than the one that migrates, that role is granted what the
code needs and no more: it owns nothing, cannot drop a trigger, cannot truncate, deletes only what a purge or a fold
deletes, and writes no balance and no delta of the totals, which are for the triggers.
"""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url, text

from buyback.db import make_engine
from buyback.paths import MIGRATIONS

BALANCES = "account_balance"
DELTAS = "rollup_delta"
PARTED_TABLES = ("handover", "handover_item", "handover_voucher")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head() -> str | None:
    """The newest version this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current(engine: Engine) -> str | None:
    """The version the database has; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, *, serves: str | None = None) -> None:
    """Run the missing migrations, all in one transaction, and grant the role of the ``serves`` URL its rights."""
    engine = make_engine(url)
    config = _config()
    try:
        with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _grant(connection, make_url(serves or url).username)
    finally:
        engine.dispose()


def _grant(connection: Connection, role: str | None) -> None:
    if connection.dialect.name != "postgresql" or role is None:
        return
    if role == connection.scalar(text("SELECT current_user")):
        return
    name = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {name}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE ON {BALANCES}, {DELTAS} FROM {name}"))
    connection.execute(text(f"GRANT DELETE ON {', '.join((*PARTED_TABLES, DELTAS))} TO {name}"))
