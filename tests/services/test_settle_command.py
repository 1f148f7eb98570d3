"""``buyback settle``: drafts from the command line, for people and for programs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from buyback.cli import cli
from buyback.commands.base import Context
from buyback.db import Database
from buyback.errors import Refused
from tests.builders import TODAY
from tests.settling import FUNDERS, Office, make_office, make_settled_event, make_shop, spend
from tests.soundness import assert_sound
from tests.tills import TillInHand

UNTIL = ("--until", TODAY.isoformat(), "--by", "p.prepara")


@dataclass
class Terminal:
    """Commands run against a database."""

    environ: dict[str, str]
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> str:
        """What a command printed."""
        context = Context(self.environ)
        try:
            cli.main(list(words), standalone_mode=False, obj=context)
        finally:
            context.database.dispose()
        return self.capsys.readouterr().out

    def json(self, *words: str) -> Any:  # noqa: ANN401  whatever JSON can say
        """The document it printed."""
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def terminal(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal({"BUYBACK_DATABASE_URL": database_url, "BUYBACK_KEYS": str(tmp_path)}, capsys)


@pytest.fixture
def shops(database: Database) -> tuple[Office, TillInHand, TillInHand]:
    """Two merchants, of which the first took two vouchers and the second one."""
    office, first, second = make_office(database), make_shop(database, 1), make_shop(database, 2)
    spend(database, make_settled_event(database, vouchers=3), [first, first, second])
    return office, first, second


def test_one_merchant_is_settled_by_its_tax_number(
    database: Database, terminal: Terminal, shops: tuple[Office, TillInHand, TillInHand]
) -> None:
    (draft,) = terminal.json("settle", "--merchant", "155000001-2-2015", *UNTIL)["settlements"]
    shares = draft.pop("shares")
    number = draft.pop("number")
    assert draft == {"merchant": "155000001-2-2015", "redemptions": 2, "total": "40.00", "state": "draft"}
    assert number.endswith("-0001")
    assert {share["funder"] for share in shares} == set(FUNDERS)
    assert sorted(share["amount"] for share in shares) == ["13.33", "13.33", "13.34"]
    assert_sound(database)


def test_all_merchants_are_settled_and_a_second_run_finds_nothing(
    database: Database, terminal: Terminal, shops: tuple[Office, TillInHand, TillInHand]
) -> None:
    text = terminal.run("settle", "--all", *UNTIL)
    assert [line.split(maxsplit=1)[1] for line in text.splitlines()] == [
        "155000001-2-2015: 2 redemptions, 40.00 (draft)",
        "155000002-2-2015: 1 redemptions, 20.00 (draft)",
    ]
    with pytest.raises(Refused, match="No hay nada que liquidar"):
        terminal.run("settle", "--all", *UNTIL)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "words, code",
    [
        (("--merchant", "155999999-2-2015", *UNTIL), "not_found"),
        (("--all", "--until", "2099-01-01", "--by", "p.prepara"), "until_in_future"),
        (("--all", "--until", TODAY.isoformat(), "--by", "nadie"), "not_found"),
        (("--all", "--until", TODAY.isoformat(), "--by", "f.mingob"), "forbidden"),
    ],
)
def test_what_cannot_be_settled_is_refused(
    terminal: Terminal, shops: tuple[Office, TillInHand, TillInHand], words: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        terminal.run("settle", *words)
    assert refused.value.code == code
