"""The application server: gunicorn with threads.

On SQLite one worker process with threads, whatever is asked: the embedded mode wants one writer.
"""

import threading
import time
from datetime import UTC, datetime

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import SQLAlchemyError

from buyback.app import create_app
from buyback.closing import heartbeats
from buyback.db import Database
from buyback.security.event_keys import EventKeys
from buyback.security.key_folder import load
from buyback.settings import Settings
from buyback.timeouts import ANSWER_S

THREADS = 8
WAKES_S = 60  # the heart, to see whether an hour has begun

logger = structlog.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


def build(settings: Settings) -> Flask:
    """The app over its own database connections, its heart beating: built in each worker, after the fork."""
    keys = load(settings.keys)
    database = Database(settings.database_url, pool_size=THREADS, answer_s=ANSWER_S)
    database.sign_with(keys.audit)
    database.seal_with(EventKeys(settings.event_keys))
    app = create_app(settings, database=database, keys=keys, clock=_now)
    threading.Thread(target=_live, args=(database,), name="heart", daemon=True).start()
    return app


def _live(database: Database) -> None:
    """Keep one heartbeat an hour for as long as the process serves; what goes wrong is logged and tried again."""
    done: datetime | None = None
    while True:
        now = _now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        try:
            if hour != done and not _beat(database, now):
                logger.error("heart_stopped", do="look at the clock; then `--despite-clock`")
            done = hour
        except SQLAlchemyError:
            logger.exception("heartbeat")
        time.sleep(WAKES_S)


def _beat(database: Database, now: datetime) -> bool:
    return database.transact(lambda session: heartbeats.beat(session, now=now), again_on_conflict=True)


class _Server(BaseApplication):  # type: ignore[misc]  # the library has no types
    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return build(self._settings)


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until told to stop."""
    on_sqlite = settings.database_url.startswith("sqlite")
    _Server(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": 1 if on_sqlite else workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
        },
    ).run()
