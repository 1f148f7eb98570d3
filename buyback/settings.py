"""What the environment says, read once at the start. A missing or contradictory setting stops the start."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

from buyback.errors import Refused

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LOG_FORMATS = ("json", "text")
DATABASES = ("sqlite", "postgresql+psycopg")
PROXIES_MAX = 5
BACKUP_DAYS = 30
BACKUP_DAYS_MAX = 3650

PREFIX = "BUYBACK_"


class SettingNotUsable(Refused):
    """A setting has a value that cannot be used. Facts: ``name``, ``value``, ``expected``."""

    sentence = "{name}={value} no sirve: se espera {expected}."


class SettingsContradict(Refused):
    """Two settings do not go together. Facts: ``name``, ``other``, ``why``."""

    sentence = "{name} y {other} se contradicen: {why}."


class SettingUnknown(Refused):
    """A mistyped name would leave its default in force without anybody noticing. Facts: ``name``, ``known``."""

    sentence = "No existe el ajuste {name}. Los que hay: {known}."


class DatabaseUnnamed(Refused):
    """Only a checkout has a place of its own for a database. Facts: ``name``."""

    sentence = "Falta {name}: diga dónde está la base de datos, por ejemplo sqlite:////srv/vales/vales.sqlite3."


@dataclass(frozen=True)
class Settings:
    """How this installation runs. ``base_url`` has no path and no closing slash.

    ``backup_days`` is how long backups and archived logs are kept; nothing here deletes them.
    """

    database_url: str
    migrate_database_url: str
    keys: Path
    event_keys: Path
    base_url: str
    trusted_proxies: int
    log: str
    backup_days: int = BACKUP_DAYS
    demonstration: bool = False

    NAMES: ClassVar[tuple[str, ...]] = (
        "DATABASE_URL",
        "MIGRATE_DATABASE_URL",
        "KEYS",
        "EVENT_KEYS",
        "BASE_URL",
        "TRUSTED_PROXIES",
        "LOG",
        "BACKUP_DAYS",
    )

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this installation over TLS, which decides on cookies and HSTS."""
        return self.base_url.startswith("https://")

    @classmethod
    def read(cls, environ: Mapping[str, str], *, demonstration: bool = False, here: Path | None = None) -> "Settings":
        """The settings in ``environ``; defaults lie under ``var`` in ``here`` (the working folder).

        Raises SettingUnknown, SettingNotUsable, SettingsContradict or DatabaseUnnamed, each with the variable's name.
        """
        here = here or Path.cwd()
        _refuse_unknown(environ, cls.NAMES)
        given = {name: environ.get(PREFIX + name, "").strip() for name in cls.NAMES}
        database_url = _database(given["DATABASE_URL"] or _own_database(here), "DATABASE_URL")
        migrate_url = _database(given["MIGRATE_DATABASE_URL"] or database_url, "MIGRATE_DATABASE_URL")
        if _dialect(database_url) != _dialect(migrate_url):
            raise SettingsContradict(
                name=PREFIX + "MIGRATE_DATABASE_URL",
                other=PREFIX + "DATABASE_URL",
                why="nombran bases de datos de distinta clase",
            )
        keys = Path(given["KEYS"] or here / "var" / "keys")
        base_url = _base_url(given["BASE_URL"] or "http://127.0.0.1:8000")
        proxies = _whole(
            given["TRUSTED_PROXIES"] or "0",
            "TRUSTED_PROXIES",
            most=PROXIES_MAX,
            expected="cuántos servidores intermedios hay delante",
        )
        if base_url.startswith("https://") and proxies == 0:
            raise SettingsContradict(
                name=PREFIX + "BASE_URL",
                other=PREFIX + "TRUSTED_PROXIES",
                why="https lo da un servidor intermedio, y todo visitante parecería él; diga cuántos hay delante",
            )
        return cls(
            database_url=database_url,
            migrate_database_url=migrate_url,
            keys=keys,
            event_keys=Path(given["EVENT_KEYS"] or keys.parent / "event-keys"),
            base_url=base_url,
            trusted_proxies=proxies,
            log=_one_of(given["LOG"] or "text", LOG_FORMATS, "LOG"),
            backup_days=_whole(
                given["BACKUP_DAYS"] or str(BACKUP_DAYS),
                "BACKUP_DAYS",
                most=BACKUP_DAYS_MAX,
                expected="cuántos días se guardan las copias y los registros archivados",
            ),
            demonstration=demonstration,
        )


def _refuse_unknown(environ: Mapping[str, str], names: Collection[str]) -> None:
    known = [PREFIX + name for name in names]
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            raise SettingUnknown(name=name, known=", ".join(known))


def _own_database(here: Path) -> str:
    if not (here / "pyproject.toml").is_file():
        raise DatabaseUnnamed(name=PREFIX + "DATABASE_URL")
    return f"sqlite:///{here / 'var' / 'buyback.sqlite3'}"


def _dialect(url: str) -> str:
    return url.partition(":")[0]


def _database(url: str, name: str) -> str:
    if _dialect(url) == "postgresql":
        url = "postgresql+psycopg" + url.removeprefix("postgresql")
    if _dialect(url) not in DATABASES or "://" not in url:
        # The value may hold a password, so the refusal shows only what kind of address it is.
        raise SettingNotUsable(name=PREFIX + name, value=_dialect(url), expected="sqlite:///… o postgresql://…")
    return url


def _base_url(text: str) -> str:
    name = PREFIX + "BASE_URL"
    parts = _split(text.rstrip("/"))
    if parts is None or parts.password is not None:  # not shown: it may hold a password
        raise SettingNotUsable(name=name, value="…", expected="https://nombre, sin ruta")
    if parts.scheme not in {"http", "https"} or not parts.hostname or _has_more_than_host(parts):
        raise SettingNotUsable(name=name, value=text, expected="https://nombre, sin ruta")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingNotUsable(name=name, value=text, expected="https; http solo sirve en la propia máquina")
    return text.rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # read, and refused, when it is asked for
    except ValueError:
        return None
    return parts


def _has_more_than_host(parts: SplitResult) -> bool:
    return bool(parts.path or parts.query or parts.fragment or parts.username)


def _whole(text: str, name: str, *, most: int, expected: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise SettingNotUsable(name=PREFIX + name, value=text, expected=f"{expected}, de 0 a {most}")
    return int(text)


def _one_of(text: str, allowed: tuple[str, ...], name: str) -> str:
    if text not in allowed:
        raise SettingNotUsable(name=PREFIX + name, value=text, expected=" | ".join(allowed))
    return text
