"""``buyback settle``: drafts from the command line, for people and for programs."""

import pytest

from buyback.db import Database
from tests.builders import TODAY
from tests.commands.shell import Shell
from tests.settling import FUNDERS, make_office, make_settled_event, make_shop, spend
from tests.soundness import assert_sound

UNTIL = ("--until", TODAY.isoformat(), "--by", "p.prepara")


def fill(database: Database) -> None:
    """Two merchants, of which the first took two vouchers and the second one."""
    make_office(database)
    first, second = make_shop(database, 1), make_shop(database, 2)
    spend(database, make_settled_event(database, vouchers=3), [first, first, second])


pytestmark = pytest.mark.begins_with(build=fill)


def test_one_merchant_is_settled_by_its_tax_number(database: Database, shell: Shell) -> None:
    (draft,) = shell.json("settle", "--merchant", "155000001-2-2015", *UNTIL)["settlements"]
    shares, number = draft.pop("shares"), draft.pop("number")
    assert draft == {"merchant": "155000001-2-2015", "redemptions": 2, "total": "40.00", "state": "draft"}
    assert number.endswith("-0001")
    assert {share["funder"] for share in shares} == set(FUNDERS)
    assert sorted(share["amount"] for share in shares) == ["13.33", "13.33", "13.34"]
    assert_sound(database)


def test_all_merchants_are_settled_and_a_second_run_finds_nothing(shell: Shell) -> None:
    text = shell.done("settle", "--all", *UNTIL)
    assert [line.split(maxsplit=1)[1] for line in text.splitlines()] == [
        "155000001-2-2015: 2 redemptions, 40.00 (draft)",
        "155000002-2-2015: 1 redemptions, 20.00 (draft)",
    ]
    assert "There is nothing to settle" in shell.refused("settle", "--all", *UNTIL)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "words, why",
    [
        (("--merchant", "155999999-2-2015", *UNTIL), "155999999-2-2015"),
        (("--all", "--until", "2099-01-01", "--by", "p.prepara"), "has not come yet"),
        (("--all", "--until", TODAY.isoformat(), "--by", "nadie"), "nadie"),
        (("--all", "--until", TODAY.isoformat(), "--by", "f.mingob"), "no permission"),
    ],
)
def test_what_cannot_be_settled_is_refused(shell: Shell, words: tuple[str, ...], why: str) -> None:
    assert why in shell.refused("settle", *words)


@pytest.mark.databases("sqlite")
def test_one_merchant_or_all_has_to_be_said(shell: Shell) -> None:
    assert "--merchant or --all" in shell.misused("settle", *UNTIL)
    assert "--merchant or --all" in shell.misused("settle", "--all", "--merchant", "155000001-2-2015", *UNTIL)
