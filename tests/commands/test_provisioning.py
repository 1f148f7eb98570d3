"""What an operator sets up at a shell, each answer as a program reads it."""

import pytest
from sqlalchemy import text

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.security.access import Role
from tests.builders import make_event, make_paid_out, make_user
from tests.commands.shell import Shell

RUC = "15565624-2-2017"
AT = ["--merchant", RUC, "--branch", "Central"]


@pytest.fixture
def merchant(shell: Shell, database: Database) -> str:
    """A registered merchant, whose category a programme knows."""
    make_event(database)
    entry = ["--ruc", RUC, "--dv", "63", "--kind", "juridica", "--name", "Súper", "--category", "supermarket"]
    added = shell.json("merchant", "add", *entry, "--branch", "Central", "--corregimiento", "080806")
    assert added == {"merchant": RUC, "state": "active"}
    return RUC


def test_people_are_added_given_roles_and_disabled(shell: Shell) -> None:
    organisation = ["organisation", "add", "--code", "ALCALDIA", "--kind", "municipality", "--name", "Alcaldía"]
    assert shell.refused(*organisation)
    assert shell.json(*organisation, "--district", "0808") == {"organisation": "ALCALDIA"}
    added = shell.json("user", "add", "ana", "--organisation", "ALCALDIA", "--role", "appraiser")
    assert added["user"] == "ana"
    assert added["address"].endswith("/invitacion")
    assert len(added["invitation"]) > 20
    assert shell.json("user", "invite", "ana")["invitation"] != added["invitation"]
    assert shell.json("user", "grant", "ana", "--role", "approver") == {
        "user": "ana",
        "role": "approver",
        "held": True,
    }
    assert shell.refused("user", "grant", "ana", "--role", "administrator")
    assert shell.refused("user", "grant", "ana", "--role", "cashier")
    assert shell.json("user", "revoke", "ana", "--role", "approver")["held"] is False
    assert shell.refused("user", "revoke", "ana", "--role", "approver")
    assert shell.json("user", "disable", "ana") == {"user": "ana", "disabled": True}
    assert "ana" in shell.refused("user", "add", "ana", "--organisation", "PN", "--role", "issuer")
    assert "NADA" in shell.refused("user", "add", "eva", "--organisation", "NADA", "--role", "issuer")


def test_a_merchant_has_branches_and_tills_and_is_suspended(shell: Shell, merchant: str) -> None:
    assert shell.json("merchant", "suspend", merchant)["state"] == "suspended"
    assert shell.json("merchant", "resume", merchant)["state"] == "active"
    second = ["merchant", "branch", "add", "--merchant", merchant, "--name", "Norte", "--corregimiento", "080806"]
    assert shell.json(*second) == {"merchant": merchant, "branch": "Norte"}
    enrolled = shell.json("till", "enrol", *AT, "--name", "Caja 1")
    assert set(enrolled) == {"till", "token"}
    assert shell.refused("till", "enrol", *AT, "--name", "Caja 1")
    revoked = shell.json("till", "revoke", *AT, "--name", "Caja 1")
    assert revoked == {"merchant": merchant, "branch": "Central", "name": "Caja 1", "state": "revoked"}
    assert shell.refused("merchant", "suspend", "1-1-1")


def test_a_wrong_check_digit_and_a_known_tax_number_are_refused(shell: Shell, merchant: str) -> None:
    entry = ["--kind", "juridica", "--name", "Otro", "--category", "supermarket", "--branch", "Central"]
    place = ["--corregimiento", "080806"]
    assert shell.refused("merchant", "add", "--ruc", RUC, "--dv", "64", *entry, *place)
    assert shell.refused("merchant", "add", "--ruc", merchant, "--dv", "63", *entry, *place)


def test_vouchers_are_printed_made_void_replaced_and_expired(shell: Shell, database: Database) -> None:
    event = paid(database)
    of_event = ["--event", event.code]
    minted = shell.json("vouchers", "mint", *of_event, "--face", "20.00", "--count", 1)
    assert set(minted) == {"event", "face", "serials"}
    file = shell.home / "blanks.pdf"
    printed = shell.json("vouchers", "print", *of_event, "--blank", "-o", file)
    assert printed == {"event": event.code, "vouchers": 1, "file": str(file)}
    assert file.read_bytes().startswith(b"%PDF")

    serials = issued(database)
    void = ["vouchers", "void", *of_event, "--reason", "lost", "--yes", "--serial"]
    assert shell.json(*void, serials[0]) == {
        "event": event.code,
        "serial": f"{serials[0]:06d}",
        "face": "50.00",
        "state": "void",
    }
    assert shell.refused(*void, serials[0])
    replaced = shell.json("vouchers", "replace", *of_event, "--serial", serials[1])
    assert replaced["serial"] == f"{serials[1]:06d}"
    assert replaced["replaced_by"] not in {f"{serial:06d}" for serial in serials}
    assert shell.json("vouchers", "expire") == {"vouchers": 0, "amount": "0.00"}


def test_nothing_is_made_void_without_a_yes(shell: Shell, database: Database) -> None:
    event = paid(database)
    words = ["vouchers", "void", "--event", event.code, "--reason", "lost", "--serial", issued(database)[0]]
    assert shell.run(*words).status == 1
    assert shell.json(*words, "--yes")["state"] == "void"


def test_places_are_found_without_accents(shell: Shell) -> None:
    found = shell.json("place", "search", "betania", "--limit", 5)["places"]
    assert "080806" in {place["code"] for place in found}
    assert all(set(place) == {"code", "name", "population"} for place in found)
    assert shell.json("place", "search", "no hay tal") == {"places": []}


def test_keys_are_made_once_rotated_and_revoked(shell: Shell) -> None:
    assert shell.refused("keys", "init")
    added = shell.json("keys", "rotate")["signing_key"]
    revoked = shell.json("keys", "revoke", added, "--reason", "perdida", "--yes")
    assert revoked == {"signing_key": added, "state": "revoked"}


def test_migrating_again_changes_nothing(shell: Shell) -> None:
    assert shell.json("migrate") == shell.json("migrate")


def paid(database: Database) -> EventFacts:
    """An open event that issued three vouchers of B/. 50.00."""
    event = make_event(database, float_cents=500_00)
    make_paid_out(database, event, make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER))
    return event


def issued(database: Database) -> list[int]:
    with database.reading() as session:
        return [*session.scalars(text("SELECT v.serial FROM voucher v JOIN issuance i ON i.voucher = v.id"))]


@pytest.mark.parametrize("name", ["", "x" * 121, "Alcaldía\nde Panamá"], ids=["empty", "long", "two lines"])
def test_an_organisations_name_is_one_line_of_at_most_120_letters(shell: Shell, name: str) -> None:
    shell.refused("organisation", "add", "--code", "MINX", "--kind", "ministry", "--name", name)
    assert shell.json("organisation", "add", "--code", "MINX", "--kind", "ministry", "--name", "x" * 120)
