"""How long to wait for PostgreSQL. A frozen server neither answers nor hangs up, and libpq would wait for ever.

TCP's own time-outs are not enough: the kernel of a frozen server still acknowledges what it is sent.
"""

import time
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

T = TypeVar("T")

CONNECT_S = 5
POOL_S = 30  # for a connection of one's own, where nobody waits for a page
STATEMENT_S = 8  # the server gives a statement up by itself
ANSWER_S = 10.0  # after that the server is silent: the line is cut
IDLE_S = 30  # a connection that was not used for so long is tried first

# A prepared statement is planned once. Planning a redemption's one read takes five times as long as running it.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"

_IDLE_SINCE = "idle since"


class _Impatient(Connection[Any]):
    """A connection that is closed when the server does not answer in time."""

    answer_s: float = ANSWER_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401  the driver's
        """Wait as the driver does, but not for ever; OperationalError when it has been too long."""
        try:
            return super().wait(gen, interval, self.answer_s if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # its answer may still come, and would be taken for the next statement's
            raise


def make_postgresql(url: str, *, pool_size: int, answer_s: float | None) -> Engine:
    """An engine for PostgreSQL. With ``answer_s`` no statement and no commit waits longer: for whoever serves people.

    Commands wait as long as their work takes, but not for a server that does not accept them.
    """
    options = PLANNED_ONCE if answer_s is None else f"{PLANNED_ONCE} -c statement_timeout={STATEMENT_S}s"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_S if answer_s is None else CONNECT_S,
        connect_args={
            "prepare_threshold": 1,
            "connect_timeout": CONNECT_S,
            "tcp_user_timeout": int(ANSWER_S * 1000),
            "options": options,
        },
    )
    if answer_s is not None:

        @event.listens_for(engine, "do_connect")
        def _connect(_dialect: object, _record: object, args: list[Any], given: dict[str, Any]) -> Connection[Any]:
            connection = _Impatient.connect(*args, **given)
            connection.answer_s = answer_s
            return connection

    event.listen(engine, "checkin", _note)
    event.listen(engine, "checkout", _try_first)
    return engine


def _note(_connection: object, record: Any) -> None:  # noqa: ANN401  the pool's own
    record.info[_IDLE_SINCE] = time.monotonic()


def _try_first(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401  as above
    """A connection that a firewall or a restart has cut is found before a till's redemption goes into it."""
    idle_since = record.info.get(_IDLE_SINCE)
    if idle_since is None or time.monotonic() - idle_since < IDLE_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except OperationalError as error:
        raise DisconnectionError from error
