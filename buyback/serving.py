"""The application server: gunicorn with threads.

On SQLite one worker process with threads, whatever is asked: the embedded mode wants one writer.
"""

from datetime import UTC, datetime

from flask import Flask
from gunicorn.app.base import BaseApplication

from buyback.app import create_app
from buyback.db import Database
from buyback.security.key_folder import load
from buyback.settings import Settings
from buyback.timeouts import ANSWER_S

THREADS = 8


def build(settings: Settings, *, pool_size: int = THREADS) -> Flask:
    """The app over its own database connections: built in each worker, after the fork."""
    keys = load(settings.keys)
    database = Database(settings.database_url, pool_size=pool_size, answer_s=ANSWER_S)
    database.sign_with(keys.audit)
    return create_app(settings, database=database, keys=keys, clock=lambda: datetime.now(UTC))


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
