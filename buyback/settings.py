"""What the environment says, read once at the start. A missing or contradictory setting stops the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

from buyback.errors import Refused

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LOG_FORMATS = ("json", "text")
DATABASES = ("sqlite", "postgresql+psycopg")
PROXIES_MAX = 5

PREFIX = "BUYBACK_"


class SettingNotUsable(Refused):
    """A setting has a value that cannot be used. Facts: ``name``, ``value``, ``expected``."""

    sentence = "{name}={value} no sirve: se espera {expected}."


class SettingsContradict(Refused):
    """Two settings do not go together. Facts: ``name``, ``other``, ``why``."""

    sentence = "{name} y {other} se contradicen: {why}."


@dataclass(frozen=True)
class Settings:
    """How this installation runs. ``base_url`` has no path and no closing slash."""

    database_url: str
    migrate_database_url: str
    keys: Path
    base_url: str
    trusted_proxies: int
    log: str
    demonstration: bool = False

    NAMES: ClassVar[tuple[str, ...]] = (
        "DATABASE_URL",
        "MIGRATE_DATABASE_URL",
        "KEYS",
        "BASE_URL",
        "TRUSTED_PROXIES",
        "LOG",
    )

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this installation over TLS, which decides on cookies and HSTS."""
        return self.base_url.startswith("https://")

    @classmethod
    def read(cls, environ: Mapping[str, str], *, demonstration: bool = False, here: Path | None = None) -> "Settings":
        """The settings in ``environ``; relative defaults lie under ``here`` (the working folder).

        Raises SettingNotUsable or SettingsContradict, each with the variable's name.
        """
        here = here or Path.cwd()
        given = {name: environ.get(PREFIX + name, "").strip() for name in cls.NAMES}
        own = f"sqlite:///{here / 'var' / 'buyback.sqlite3'}"
        database_url = _database(given["DATABASE_URL"] or own, "DATABASE_URL")
        migrate_url = _database(given["MIGRATE_DATABASE_URL"] or database_url, "MIGRATE_DATABASE_URL")
        if _dialect(database_url) != _dialect(migrate_url):
            raise SettingsContradict(
                name=PREFIX + "MIGRATE_DATABASE_URL",
                other=PREFIX + "DATABASE_URL",
                why="nombran bases de datos de distinta clase",
            )
        base_url = _base_url(given["BASE_URL"] or "http://127.0.0.1:8000")
        proxies = _count(given["TRUSTED_PROXIES"] or "0", "TRUSTED_PROXIES")
        return cls(
            database_url=database_url,
            migrate_database_url=migrate_url,
            keys=Path(given["KEYS"] or here / "var" / "keys"),
            base_url=base_url,
            trusted_proxies=proxies,
            log=_one_of(given["LOG"] or "text", LOG_FORMATS, "LOG"),
            demonstration=demonstration,
        )


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
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or _has_more_than_host(parts):
        raise SettingNotUsable(name=name, value=text, expected="https://nombre, sin ruta")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingNotUsable(name=name, value=text, expected="https; http solo sirve en la propia máquina")
    return text.rstrip("/")


def _has_more_than_host(parts: SplitResult) -> bool:
    return bool(parts.path or parts.query or parts.fragment or parts.username)


def _count(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= PROXIES_MAX):
        raise SettingNotUsable(
            name=PREFIX + name, value=text, expected=f"cuántos servidores intermedios hay delante, de 0 a {PROXIES_MAX}"
        )
    return int(text)


def _one_of(text: str, allowed: tuple[str, ...], name: str) -> str:
    if text not in allowed:
        raise SettingNotUsable(name=PREFIX + name, value=text, expected=" | ".join(allowed))
    return text
