"""The totals, kept: one row a day of an event, and deltas that triggers write with each thing that counts.

A delta is a new row, so that tills do not wait for each other as they would for one hot row. It names the event, the
day and the amount, and not what it came from; its id is random, it keeps no time, and on SQLite its table has no hidden
numbers. On PostgreSQL the triggers run as their owner, because the application's role may not write a delta.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FIGURES = (
    "surrenders",
    "arms",
    "firearms",
    "ammunition",
    "magazines",
    "explosives",
    "accessories",
    "vouchers",
    "issued",
    "redeemed",
    "void",
    "expired",
    "items",
    "appraised_value",
)
COLUMNS = "id, event, day, kind, catalogue_class, number, cents"
ISSUED = (
    "voucher v JOIN issuance n ON n.voucher = v.id JOIN transfer t ON t.id = n.transfer"
    " JOIN journal j ON j.id = t.journal"
)

# (table, act, condition under which it counts, what it adds: event, day, kind, class, number, cents)
COUNTED = (
    (
        "issuance",
        "INSERT",
        "",
        (
            "SELECT {id}, v.event, j.effective_on, 'issue', NULL, 1, NEW.face"
            " FROM voucher v, transfer t JOIN journal j ON j.id = t.journal"
            " WHERE v.id = NEW.voucher AND t.id = NEW.transfer"
        ),
    ),
    (
        "resolution",
        "INSERT",
        "",
        (
            "SELECT {id}, v.event, j.effective_on, NEW.kind, NULL, 1, NEW.amount"
            f" FROM {ISSUED} WHERE v.id = NEW.voucher"
        ),
    ),
    (
        "reversal",
        "INSERT",
        "",
        (
            "SELECT {id}, v.event, j.effective_on, r.kind, NULL, -1, -r.amount"
            f" FROM {ISSUED} JOIN resolution r ON r.voucher = v.id WHERE r.id = NEW.resolution"
        ),
    ),
    (
        "surrender",
        "INSERT",
        "NEW.state = 'paid_out'",
        "SELECT {id}, NEW.event, NEW.day, 'surrender', NULL, 1, 0",
    ),
    (
        "surrender",
        "UPDATE",
        "NEW.state = 'paid_out' AND OLD.state <> 'paid_out'",
        "SELECT {id}, NEW.event, NEW.day, 'surrender', NULL, 1, 0",
    ),
    (
        "item",
        "INSERT",
        "NEW.state = 'received'",
        "SELECT {id}, NEW.event, NEW.day, 'item', NEW.catalogue_class, NEW.quantity, COALESCE(NEW.value, 0)",
    ),
    (
        "item",
        "UPDATE",
        "NEW.state = 'received' AND OLD.state <> 'received'",
        "SELECT {id}, NEW.event, NEW.day, 'item', NEW.catalogue_class, NEW.quantity, COALESCE(NEW.value, 0)",
    ),
)

# What there is already: as deltas, many things in one, so that the first fold takes them.
BEFORE = (
    (
        "SELECT {id}, event, day, 'item', catalogue_class, SUM(quantity), SUM(value)"
        " FROM item WHERE state = 'received' GROUP BY event, day, catalogue_class"
    ),
    (
        "SELECT {id}, event, day, 'surrender', NULL, COUNT(*), 0"
        " FROM surrender WHERE state = 'paid_out' GROUP BY event, day"
    ),
    (
        "SELECT {id}, v.event, j.effective_on, 'issue', NULL, COUNT(*), SUM(n.face)"
        f" FROM {ISSUED} GROUP BY v.event, j.effective_on"
    ),
    (
        "SELECT {id}, v.event, j.effective_on, r.kind, NULL, COUNT(*), SUM(r.amount)"
        f" FROM {ISSUED} JOIN resolution r ON r.voucher = v.id"
        " WHERE NOT EXISTS (SELECT 1 FROM reversal x WHERE x.resolution = r.id)"
        " GROUP BY v.event, j.effective_on, r.kind"
    ),
)


def upgrade() -> None:
    """Create the tables, count what there is, and create the triggers that count what comes."""
    _tables()
    for counted in BEFORE:
        op.execute(f"INSERT INTO rollup_delta ({COLUMNS}) {_with_ids(counted)}")
    for table, act, condition, adds in COUNTED:
        _count(table, act, condition, f"INSERT INTO rollup_delta ({COLUMNS}) {_with_ids(adds)}")


def downgrade() -> None:
    """See 0001."""
    raise RuntimeError("no downgrade; restore a backup")


def _with_ids(select: str) -> str:
    chance = "gen_random_uuid()" if op.get_bind().dialect.name == "postgresql" else "lower(hex(randomblob(16)))"
    return select.replace("{id}", chance)


def _count(table: str, act: str, condition: str, statement: str) -> None:
    name = f"{table}_counts" if act == "INSERT" else f"{table}_counts_later"
    of_state = f"{act} OF state" if act == "UPDATE" else act
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS"
            f" $$ BEGIN {statement}; RETURN NULL; END $$"
        )
        when = f" WHEN ({condition})" if condition else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {of_state} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION {name}()")
    else:
        when = f" WHEN {condition}" if condition else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {of_state} ON {table}{when} BEGIN {statement}; END")


def _tables() -> None:
    op.create_index("ix_event_corregimiento", "event", ["corregimiento"], unique=False)
    op.create_table(
        "rollup_class",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("catalogue_class", sa.String(length=32), nullable=False),
        *_figures("items", "appraised_value"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_rollup_class_event")),
        sa.PrimaryKeyConstraint("event", "day", "catalogue_class", name=op.f("pk_rollup_class")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_day",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_figures(*FIGURES),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_rollup_day_event")),
        sa.PrimaryKeyConstraint("event", "day", name=op.f("pk_rollup_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_delta",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "item",
                "surrender",
                "issue",
                "redeem",
                "void",
                "expire",
                name="delta_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("catalogue_class", sa.String(length=32), nullable=True),
        *_figures("number", "cents"),
        sa.CheckConstraint(
            "(kind = 'item') = (catalogue_class IS NOT NULL)", name=op.f("ck_rollup_delta_class_of_items")
        ),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_rollup_delta_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_delta")),
        sqlite_with_rowid=False,
    )


def _figures(*names: str) -> Iterator[sa.Column[int]]:
    for name in names:
        yield sa.Column(name, sa.BigInteger(), nullable=False)
