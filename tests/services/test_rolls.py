"""Rolls of tags: what is stored of them, and that their order is not."""

from sqlalchemy import text

from buyback.db import Database
from tests.builders import make_tags


def test_a_roll_is_stored_without_its_order(database: Database) -> None:
    """Neither by key, nor on the disk, nor by the order in which rows come."""
    roll = make_tags(database, 60)
    by_place = "ctid" if database.engine.dialect.name == "postgresql" else "id"
    with database.engine.connect() as connection:
        stored = list(connection.scalars(text("SELECT code FROM tag")))
        placed = list(connection.scalars(text("SELECT code FROM tag ORDER BY " + by_place)))  # noqa: S608  see above
        by_id = list(connection.scalars(text("SELECT code FROM tag ORDER BY id")))
    assert sorted(stored) == sorted(roll)
    assert placed == by_id
    assert list(roll) not in (stored, placed, sorted(stored))


def test_what_is_recorded_of_a_roll_is_its_size_and_its_programme(database: Database) -> None:
    roll = make_tags(database, 40)
    with database.engine.connect() as connection:
        bodies = [str(body) for body in connection.scalars(text("SELECT body FROM audit_body WHERE body IS NOT NULL"))]
    (body,) = (body for body in bodies if '"count":40' in body)
    assert '"programme":"PMB-TEST"' in body
    assert [tag for tag in roll for body in bodies if tag in body] == []
