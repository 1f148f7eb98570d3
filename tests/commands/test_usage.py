"""What every command owes a person at a shell: help that explains it, one status for wrong usage, one for a refusal."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from sqlalchemy import text

from buyback.cli import cli
from buyback.db import Database
from tests.commands.shell import Shell

WITHOUT_JSON = {
    "demo": "serves until it is stopped",
    "serve": "serves until it is stopped",
    "totals": "has --format json",
}


def leaves(group: click.Command = cli, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(group, click.Group):
        yield path, group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from leaves(found, *path, name)


COMMANDS = [pytest.param(path, command, id=" ".join(path)) for path, command in leaves()]


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """A shell where nothing is installed yet."""
    environ = {"BUYBACK_DATABASE_URL": f"sqlite:///{tmp_path}/none/b.sqlite3", "BUYBACK_KEYS": str(tmp_path / "keys")}
    return Shell(tmp_path, environ)


@pytest.mark.parametrize("path, command", COMMANDS)
def test_help_says_what_a_command_does_and_what_each_of_its_options_means(
    bare: Shell, path: tuple[str, ...], command: click.Command
) -> None:
    said = " ".join(bare.done(*path, "--help").split())
    assert " ".join((command.help or "?").split())[:60] in said
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.opts
            assert option.opts[-1] in said
            assert " ".join(option.help.split()) in said
        else:
            assert option.make_metavar(click.Context(command)) in (command.help or ""), option.name


@pytest.mark.parametrize("path, command", COMMANDS)
def test_every_command_can_print_json(path: tuple[str, ...], command: click.Command) -> None:
    options = {word for option in command.params for word in option.opts}
    assert ("--json" in options) != (" ".join(path) in WITHOUT_JSON)


@pytest.mark.parametrize("path, command", COMMANDS)
def test_an_unknown_option_is_wrong_usage(bare: Shell, path: tuple[str, ...], command: click.Command) -> None:
    assert "--nonsense" in bare.misused(*path, "--nonsense")


@pytest.mark.parametrize(
    "words, told",
    [
        (["nonsense"], "No such command"),
        (["event"], "Usage"),
        (["event", "add", "--code", "X"], "Missing option"),
        (["event", "open"], "Missing argument"),
        (["event", "add", "--float", "20,00"], "Enter an amount in balboas"),
        (["event", "add", "--from", "24/11/2026"], "Enter a date that exists"),
        (["user", "add", "x", "--role", "king"], "king"),
        (["user", "add", "x.persona", "--role", "issuer"], "--organisation or --merchant"),
        (["totals", "--by", "weather"], "weather"),
        (["verify", "--checkpoint", "missing.json"], "does not exist"),
        (["verify", "--key", "abc"], "hexadecimal"),
        (["intake", "import", "missing.jsonl"], "does not exist"),
        (["vouchers", "mint", "--event", "X", "--face", "20.00", "--count", "0"], "0"),
        (["settle", "--until", "2026-11-24", "--by", "x"], "--merchant or --all"),
        (["vouchers", "void", "--event", "X", "--serial", "9" * 20, "--reason", "lost", "--yes"], "six digits"),
        (["serve", "--port", "99999"], "99999"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_with_status_2(bare: Shell, words: list[str], told: str) -> None:
    assert told in bare.misused(*words)


def test_a_refusal_is_told_in_the_language_of_the_terminal(bare: Shell) -> None:
    assert bare.refused("check") == "The database does not answer. Nothing was done; try again.\n"
    bare.environ["LANG"] = "es_PA.UTF-8"
    assert bare.refused("check") == "La base de datos no responde. No se hizo nada; inténtelo otra vez.\n"


@pytest.mark.parametrize("words", [["check"], ["verify"], ["totals", "--by", "month"], ["purge"]])
def test_nothing_works_on_a_database_that_was_not_migrated(bare: Shell, words: list[str]) -> None:
    (bare.home / "none").mkdir()
    assert "buyback migrate" in bare.refused(*words)


@pytest.mark.parametrize("words", [["migrate"], ["serve"], ["check"], ["demo", "--no-serve"]])
def test_a_database_of_an_unknown_version_is_left_alone_with_a_sentence(
    shell: Shell, database: Database, words: list[str]
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    told = shell.refused(*words)
    assert f"{database.engine.url.database} has a version (“0005”) that this program does not know" in told
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0005"
        assert connection.scalar(text("SELECT COUNT(*) FROM programme")) == 0


def test_what_the_sentence_about_an_unknown_version_advises_helps(bare: Shell) -> None:
    bare.environ["BUYBACK_DATABASE_URL"] = f"sqlite:///{bare.home / 'old.sqlite3'}"
    with closing(sqlite3.connect(bare.home / "old.sqlite3")) as old, old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        old.execute("INSERT INTO alembic_version VALUES ('0005')")
    assert "put it somewhere else" in bare.refused("migrate")
    (bare.home / "old.sqlite3").rename(bare.home / "kept.sqlite3")
    assert "Schema" in bare.done("migrate")


def test_a_setting_that_cannot_be_used_is_named(bare: Shell) -> None:
    bare.environ["BUYBACK_LOG"] = "loud"
    assert "BUYBACK_LOG=loud" in bare.refused("check")


def test_a_serving_process_does_not_hold_the_migrating_roles_password(bare: Shell) -> None:
    bare.done("keys", "init")
    bare.environ["BUYBACK_MIGRATE_DATABASE_URL"] = f"sqlite:///{bare.home}/other.sqlite3"
    assert "BUYBACK_MIGRATE_DATABASE_URL" in bare.refused("serve")
