"""A missing or contradictory setting stops the start with a sentence."""

from pathlib import Path

import pytest

from buyback.settings import DatabaseUnnamed, SettingNotUsable, Settings, SettingsContradict, SettingUnknown

DATABASE = {"BUYBACK_DATABASE_URL": "sqlite:////srv/vales.sqlite3"}


def test_nothing_set_in_a_checkout_means_the_loopback_and_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    settings = Settings.read({}, here=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/var/buyback.sqlite3"
    assert settings.migrate_database_url == settings.database_url
    assert settings.keys == tmp_path / "var" / "keys"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.is_https
    assert (settings.trusted_proxies, settings.log, settings.demonstration) == (0, "text", False)
    assert settings.backup_days == 30


def test_everything_set_is_everything_read() -> None:
    settings = Settings.read(
        {
            "BUYBACK_DATABASE_URL": "postgresql://app@db/buyback",
            "BUYBACK_MIGRATE_DATABASE_URL": "postgresql+psycopg://owner@db/buyback",
            "BUYBACK_KEYS": "/etc/buyback/keys",
            "BUYBACK_BASE_URL": "https://vales.gob.example/",
            "BUYBACK_TRUSTED_PROXIES": "1",
            "BUYBACK_LOG": "json",
            "BUYBACK_BACKUP_DAYS": "90",
        },
        demonstration=True,
    )
    assert settings == Settings(
        database_url="postgresql+psycopg://app@db/buyback",
        migrate_database_url="postgresql+psycopg://owner@db/buyback",
        keys=Path("/etc/buyback/keys"),
        event_keys=Path("/etc/buyback/event-keys"),
        base_url="https://vales.gob.example",
        trusted_proxies=1,
        log="json",
        backup_days=90,
        demonstration=True,
    )
    assert settings.is_https


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("DATABASE_URL", "mysql://db/buyback", "postgresql"),
        ("DATABASE_URL", "buyback.sqlite3", "sqlite:///"),
        ("MIGRATE_DATABASE_URL", "oracle://db", "postgresql"),
        ("BASE_URL", "vales.gob.example", "https://"),
        ("BASE_URL", "ftp://vales.gob.example", "https://"),
        ("BASE_URL", "http://vales.gob.example", "propia máquina"),
        ("BASE_URL", "https://vales.gob.example/vales", "sin ruta"),
        ("BASE_URL", "https://somebody@vales.gob.example", "sin ruta"),
        ("BASE_URL", "http://[::1", "sin ruta"),
        ("BASE_URL", "http://localhost:abc", "sin ruta"),
        ("TRUSTED_PROXIES", "9" * 5000, "de 0 a 5"),
        ("BACKUP_DAYS", "un mes", "de 0 a 3650"),
        ("BACKUP_DAYS", "3651", "de 0 a 3650"),
        ("TRUSTED_PROXIES", "-1", "de 0 a 5"),
        ("TRUSTED_PROXIES", "many", "de 0 a 5"),
        ("TRUSTED_PROXIES", "6", "de 0 a 5"),
        ("LOG", "xml", "json | text"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_is_expected(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingNotUsable, match=f"^BUYBACK_{name}=") as refused:
        Settings.read({**DATABASE, f"BUYBACK_{name}": value})
    assert expected in str(refused.value)


def test_a_refused_database_address_does_not_show_its_password() -> None:
    with pytest.raises(SettingNotUsable) as refused:
        Settings.read({"BUYBACK_DATABASE_URL": "mysql://app:geheim@db/buyback"})
    assert "geheim" not in str(refused.value)


def test_a_refused_address_does_not_show_its_password_either() -> None:
    with pytest.raises(SettingNotUsable) as refused:
        Settings.read({**DATABASE, "BUYBACK_BASE_URL": "https://app:geheim@vales.gob.example"})
    assert "geheim" not in str(refused.value)


def test_migrations_run_on_the_same_kind_of_database() -> None:
    with pytest.raises(SettingsContradict, match="BUYBACK_MIGRATE_DATABASE_URL y BUYBACK_DATABASE_URL"):
        Settings.read({**DATABASE, "BUYBACK_MIGRATE_DATABASE_URL": "postgresql://owner@db/buyback"})


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:9", "[::1]:8000"])
def test_plain_http_is_for_the_machine_itself(host: str) -> None:
    assert not Settings.read({**DATABASE, "BUYBACK_BASE_URL": f"http://{host}"}).is_https


def test_a_database_has_to_be_named_outside_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnnamed, match="BUYBACK_DATABASE_URL"):
        Settings.read({}, here=tmp_path)


@pytest.mark.parametrize("name", ["BUYBACK_DATABSE_URL", "BUYBACK_", "BUYBACK_base_url"])
def test_a_name_that_nothing_reads_is_refused_with_those_that_are_read(name: str) -> None:
    with pytest.raises(SettingUnknown, match=f"No existe el ajuste {name}[.] .*BUYBACK_DATABASE_URL, "):
        Settings.read({**DATABASE, name: "x"})


def test_https_needs_a_proxy_that_is_trusted() -> None:
    """Without one every visitor would have the proxy's address, and a forged header would be believed or lost."""
    https = {**DATABASE, "BUYBACK_BASE_URL": "https://vales.gob.example"}
    with pytest.raises(SettingsContradict, match="BUYBACK_BASE_URL y BUYBACK_TRUSTED_PROXIES"):
        Settings.read(https)
    assert Settings.read({**https, "BUYBACK_TRUSTED_PROXIES": "1"}).is_https
