"""Schema versions: bring a database to the newest, and say which one it has.

Where the application signs in to PostgreSQL as another role than the one that migrates, that role is granted what the
code needs and no more: it owns nothing, cannot drop a trigger, cannot truncate, deletes only what a purge or a fold
deletes, and writes no balance and no delta of the totals, which are for the triggers.
"""

from collections.abc import Callable
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.orm import Session

import buyback.schema  # noqa: F401  whatever works on a schema knows all of it: tables name each other
from buyback.binding import WRITTEN, Written
from buyback.db import make_engine
from buyback.errors import Refused
from buyback.paths import MIGRATIONS

BALANCES = "account_balance"
DELTAS = "rollup_delta"
PURGED_TABLES = ("handover", "handover_item", "handover_voucher", "item", "rollup_class")
PASSING = "heartbeat"


class SchemaNotCurrent(Refused):
    """The code works on its own version of the schema only."""

    sentence = "La base de datos no está al día. Ejecute «buyback migrate»."


class SchemaUnknown(Refused):
    """No migration of this code leads on from the database's version. Facts: ``database``, ``version``."""

    sentence = (
        "La base de datos {database} tiene una versión («{version}») que este programa no conoce. No se cambió nada."
        " Para seguir con ella, use el programa que la creó; para empezar de nuevo, guárdela en otro lugar (bórrela, si"
        " es una demostración) y repita la orden."
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head() -> str | None:
    """The newest version this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_current(engine: Engine) -> None:
    """Raise SchemaNotCurrent or SchemaUnknown unless the database has the newest version."""
    with engine.connect() as connection:
        if _known_version(connection) != head():
            raise SchemaNotCurrent


def _known_version(connection: Connection) -> str | None:
    version = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise SchemaUnknown(database=connection.engine.url.database, version=version)
    return version


def current(engine: Engine) -> str | None:
    """The version the database has; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, *, serves: str | None = None, then: Callable[[Session], None] | None = None) -> None:
    """Run the missing migrations, all in one transaction, and grant the role of the ``serves`` URL its rights.

    ``then`` works on the newest schema in the same transaction: what it refuses leaves the database as it was. Raises
    SchemaUnknown where the database has a version that no migration leads on from.
    """
    engine = make_engine(url)
    config = _config()
    try:
        with (
            engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection,
            connection.begin(),
        ):
            _known_version(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if then is not None:
                connection.execution_options(**{WRITTEN: Written()})
                with Session(connection) as session:
                    then(session)
            _grant(connection, make_url(serves or url).username)
    finally:
        engine.dispose()


def _grant(connection: Connection, role: str | None) -> None:
    if connection.dialect.name != "postgresql" or role is None:
        return
    if role == connection.scalar(text("SELECT current_user")):
        return
    quote = connection.dialect.identifier_preparer.quote
    name, database = quote(role), quote(str(connection.scalar(text("SELECT current_database()"))))
    # A temporary table would stand before ours wherever a rule looks, and a rule's function on it would do as it says.
    connection.execute(text(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {name}"))
    connection.execute(text("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {name}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE ON {BALANCES}, {DELTAS} FROM {name}"))
    connection.execute(text(f"GRANT DELETE ON {', '.join((*PURGED_TABLES, DELTAS, PASSING))} TO {name}"))
