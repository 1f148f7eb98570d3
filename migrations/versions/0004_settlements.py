"""Settlements, their shares, signatures and payments, with every rule that can be a constraint or a trigger."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import context, op

from buyback.db import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "countersign",
    "funder_share",
    "part_share",
    "payment",
    "payment_booking",
    "settlement_approval",
    "settlement_part",
    "settlement_step",
)
KEPT = ("funder_carry", "settlement", "settlement_counter", "settlement_line")

STATE = "(SELECT s.state FROM settlement s WHERE s.id = NEW.settlement)"
OF_PAYMENT = "FROM payment p JOIN settlement s ON s.id = p.settlement WHERE p.id = NEW.payment"
EMPLOYER = "(SELECT u.organisation FROM user_account u WHERE u.id = NEW.{who})"

# What a settlement may become.
STEPS = (
    "draft>submitted",
    "draft>returned",
    "submitted>approved",
    "submitted>returned",
    "approved>ordered",
    "ordered>paid",
)


def upgrade() -> None:
    """Create the tables, their triggers and the counters of the years."""
    _settlements()
    _shares_and_signatures()
    op.bulk_insert(
        sa.table("settlement_counter", sa.column("year", sa.SmallInteger), sa.column("drawn", sa.BigInteger)),
        [{"year": year, "drawn": 0} for year in range(2005, 2100)],
    )
    guards = context.script.get_revision("0002").module
    for table in APPEND_ONLY:
        guards.append_only(table)
    for table in KEPT:
        guards.kept(table)
    for table, name, act, refused, why in (*_content(), *_states(), *_people()):
        guards.guard(table, name, act, refused, why)


def downgrade() -> None:
    """See 0001."""
    raise RuntimeError("no downgrade; restore a backup")


Rule = tuple[str, str, str, str, str]  # table, name, act, when it is refused, why


def _content() -> Iterator[Rule]:
    for table in ("settlement_part", "settlement_line", "funder_share", "part_share"):
        yield table, "while_draft", "INSERT", f"{STATE} <> 'draft'", "only a draft takes content"
    yield (
        "settlement_line",
        "is_its_redemption",
        "INSERT",
        (
            "NEW.fate IS NOT NULL OR NOT NEW.held OR NOT EXISTS ("
            "SELECT 1 FROM resolution r JOIN voucher v ON v.id = r.voucher JOIN settlement s ON s.merchant = r.merchant"
            " WHERE r.id = NEW.resolution AND s.id = NEW.settlement AND r.kind = 'redeem' AND r.amount = NEW.amount"
            " AND v.event = NEW.event)"
        ),
        "not a redemption of this merchant, event and amount",
    )
    yield (
        "settlement_line",
        "sealed_or_let_go",
        "UPDATE",
        (
            "NEW.settlement <> OLD.settlement OR NEW.resolution <> OLD.resolution OR NEW.event <> OLD.event"
            " OR NEW.amount <> OLD.amount OR NOT OLD.held OR OLD.fate IS NOT NULL"
            f" OR (NOT NEW.held AND {STATE} <> 'returned') OR (NEW.fate IS NOT NULL AND {STATE} <> 'submitted')"
        ),
        "this cannot change any more",
    )
    yield (
        "settlement",
        "adds_up",
        "UPDATE",
        (
            "OLD.state = 'draft' AND NEW.state = 'submitted' AND ("
            " NEW.total <> (SELECT COALESCE(SUM(l.amount), 0) FROM settlement_line l WHERE l.settlement = NEW.id)"
            " OR NEW.redemptions <> (SELECT COUNT(*) FROM settlement_line l WHERE l.settlement = NEW.id)"
            " OR NEW.total <> (SELECT COALESCE(SUM(p.amount), 0) FROM settlement_part p WHERE p.settlement = NEW.id)"
            " OR NEW.total <> (SELECT COALESCE(SUM(p.amount), 0) FROM part_share p WHERE p.settlement = NEW.id)"
            " OR NEW.total <> (SELECT COALESCE(SUM(f.amount), 0) FROM funder_share f WHERE f.settlement = NEW.id)"
            " OR NEW.total <> (SELECT COALESCE(SUM(f.pays), 0) FROM funder_share f WHERE f.settlement = NEW.id)"
            ")"
        ),
        "its lines and shares do not add up",
    )


def _states() -> Iterator[Rule]:
    yield "settlement", "begins_as_draft", "INSERT", "NEW.state <> 'draft'", "a settlement begins as a draft"
    steps = ", ".join(f"'{step}'" for step in STEPS)
    yield (
        "settlement",
        "content_and_order",
        "UPDATE",
        (
            "NEW.id <> OLD.id OR NEW.year <> OLD.year OR NEW.number <> OLD.number OR NEW.merchant <> OLD.merchant"
            " OR NEW.until <> OLD.until OR NEW.total <> OLD.total OR NEW.redemptions <> OLD.redemptions"
            " OR NEW.content_hash <> OLD.content_hash OR NEW.prepared_by <> OLD.prepared_by"
            " OR NEW.prepared_at <> OLD.prepared_at"
            f" OR (NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({steps}))"
        ),
        "this cannot change any more",
    )
    yield (
        "settlement",
        "approved_by_all",
        "UPDATE",
        (
            "OLD.state = 'submitted' AND NEW.state = 'approved' AND ("
            "EXISTS (SELECT 1 FROM funder_share f LEFT JOIN settlement_approval a"
            " ON a.settlement = f.settlement AND a.funder = f.funder"
            " WHERE f.settlement = NEW.id AND (f.amount > 0 OR f.pays > 0) AND a.funder IS NULL)"
            " OR EXISTS (SELECT 1 FROM settlement_line l WHERE l.settlement = NEW.id AND l.fate IS NULL))"
        ),
        "a funder has not approved, or a line is not sealed",
    )
    yield (
        "settlement",
        "ordered_whole",
        "UPDATE",
        (
            "OLD.state = 'approved' AND NEW.state = 'ordered' AND ("
            "NOT EXISTS (SELECT 1 FROM countersign c WHERE c.settlement = NEW.id)"
            " OR NEW.total <> (SELECT COALESCE(SUM(p.amount), 0) FROM payment p WHERE p.settlement = NEW.id))"
        ),
        "not countersigned, or not ordered whole",
    )
    yield (
        "settlement",
        "paid_whole",
        "UPDATE",
        (
            "OLD.state = 'ordered' AND NEW.state = 'paid' AND NEW.total <> (SELECT COALESCE(SUM(b.amount), 0)"
            " FROM payment p JOIN payment_booking b ON b.payment = p.id WHERE p.settlement = NEW.id)"
        ),
        "a payment is not booked",
    )
    yield "countersign", "of_approved", "INSERT", f"{STATE} <> 'approved'", "not approved by every funder"
    yield "payment", "of_approved", "INSERT", f"{STATE} <> 'approved'", "not approved by every funder"
    yield "payment", "one_attempt", "INSERT", "NEW.attempt <> 1", "an order is given once"
    yield "payment_booking", "of_ordered", "INSERT", f"(SELECT s.state {OF_PAYMENT}) <> 'ordered'", "not ordered"
    yield (
        "settlement_counter",
        "only_grows",
        "UPDATE",
        "NEW.drawn < OLD.drawn OR NEW.year <> OLD.year",
        "this cannot change any more",
    )


def _people() -> Iterator[Rule]:
    table = "settlement_approval"
    yield table, "of_submitted", "INSERT", f"{STATE} <> 'submitted'", "not submitted"
    preparer = "(SELECT s.prepared_by FROM settlement s WHERE s.id = NEW.settlement)"
    yield table, "not_by_preparer", "INSERT", f"NEW.approved_by = {preparer}", "who prepared it does not approve it"
    employer = EMPLOYER.format(who="approved_by")
    yield table, "own_share", "INSERT", f"COALESCE({employer} <> NEW.funder, TRUE)", "another funder"
    table = "payment_booking"
    employer, payer = EMPLOYER.format(who="attested_by"), f"(SELECT p.funder {OF_PAYMENT})"
    yield (
        table,
        "own_payment",
        "INSERT",
        f"COALESCE({employer} <> {payer}, TRUE)",
        "another payer",
    )
    preparer = f"(SELECT s.prepared_by {OF_PAYMENT})"
    yield table, "not_by_preparer", "INSERT", f"NEW.attested_by = {preparer}", "who prepared it does not pay it"


def _settlements() -> None:
    op.create_table(
        "settlement_counter",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("drawn BETWEEN 0 AND 999999", name=op.f("ck_settlement_counter_drawn")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_settlement_counter")),
    )
    op.create_table(
        "funder_carry",
        sa.Column("pact", sa.LargeBinary(length=32), nullable=False),
        sa.Column("funder", sa.Uuid(), nullable=False),
        sa.Column("carry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name=op.f("fk_funder_carry_funder")),
        sa.PrimaryKeyConstraint("pact", "funder", name=op.f("pk_funder_carry")),
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("redemptions", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", Instant(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "ordered",
                "paid",
                "returned",
                name="settlement_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("length(content_hash) = 32", name=op.f("ck_settlement_hash_size")),
        sa.CheckConstraint("redemptions > 0", name=op.f("ck_settlement_redemptions")),
        sa.CheckConstraint("total > 0", name=op.f("ck_settlement_total")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("fk_settlement_merchant")),
        sa.ForeignKeyConstraint(["prepared_by"], ["user_account.id"], name=op.f("fk_settlement_prepared_by")),
        sa.ForeignKeyConstraint(["year"], ["settlement_counter.year"], name=op.f("fk_settlement_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("id", "content_hash", name=op.f("uq_settlement_id_content_hash")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_settlement_year_number")),
    )
    op.create_index("ix_settlement_merchant", "settlement", ["merchant"], unique=False)
    op.create_table(
        "countersign",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("countersigned_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["noted_by"], ["user_account.id"], name=op.f("fk_countersign_noted_by")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_countersign_settlement")),
        sa.PrimaryKeyConstraint("settlement", name=op.f("pk_countersign")),
    )
    op.create_table(
        "funder_share",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("funder", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("pays", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0 AND pays >= 0", name=op.f("ck_funder_share_not_negative")),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name=op.f("fk_funder_share_funder")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_funder_share_settlement")),
        sa.PrimaryKeyConstraint("settlement", "funder", name=op.f("pk_funder_share")),
        sa.UniqueConstraint("settlement", "funder", "pays", name=op.f("uq_funder_share_settlement_funder_pays")),
    )
    op.create_table(
        "settlement_part",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("pact", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlement_part_amount")),
        sa.ForeignKeyConstraint(["event"], ["agreement.event"], name=op.f("fk_settlement_part_event")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_settlement_part_settlement")),
        sa.PrimaryKeyConstraint("settlement", "event", name=op.f("pk_settlement_part")),
    )
    op.create_table(
        "settlement_step",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "prepare",
                "submit",
                "order",
                "return",
                name="settlement_act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("acted_at", Instant(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "withdrawn",
                "redemption_reversed",
                "merchant_in_doubt",
                "amount_in_doubt",
                "agreement_in_doubt",
                "no_budget",
                "papers_missing",
                name="return_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(act = 'return') = (reason IS NOT NULL)", name=op.f("ck_settlement_step_return_has_reason")
        ),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name=op.f("fk_settlement_step_actor")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_settlement_step_settlement")),
        sa.PrimaryKeyConstraint("settlement", "act", name=op.f("pk_settlement_step")),
    )


def _shares_and_signatures() -> None:
    op.create_table(
        "part_share",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("funder", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_part_share_not_negative")),
        sa.ForeignKeyConstraint(
            ["event", "funder"],
            ["agreement_share.event", "agreement_share.funder"],
            name=op.f("fk_part_share_event_funder"),
        ),
        sa.ForeignKeyConstraint(
            ["event", "paid_by"],
            ["agreement_share.event", "agreement_share.funder"],
            name=op.f("fk_part_share_event_paid_by"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement", "event"],
            ["settlement_part.settlement", "settlement_part.event"],
            name=op.f("fk_part_share_settlement_event"),
        ),
        sa.PrimaryKeyConstraint("settlement", "event", "funder", name=op.f("pk_part_share")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("funder", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("end_to_end_id", sa.String(length=35), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_payment_attempt")),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name=op.f("fk_payment_funder")),
        sa.ForeignKeyConstraint(
            ["settlement", "funder", "amount"],
            ["funder_share.settlement", "funder_share.funder", "funder_share.pays"],
            name=op.f("fk_payment_settlement_funder_amount"),
        ),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_payment_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_payment_end_to_end_id")),
        sa.UniqueConstraint("id", "amount", name=op.f("uq_payment_id_amount")),
        sa.UniqueConstraint("settlement", "funder", "attempt", name=op.f("uq_payment_settlement_funder_attempt")),
    )
    op.create_table(
        "settlement_approval",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("funder", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("approved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_settlement_approval_approved_by")),
        sa.ForeignKeyConstraint(
            ["settlement", "content_hash"],
            ["settlement.id", "settlement.content_hash"],
            name=op.f("fk_settlement_approval_settlement_content_hash"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement", "funder"],
            ["funder_share.settlement", "funder_share.funder"],
            name=op.f("fk_settlement_approval_settlement_funder"),
        ),
        sa.PrimaryKeyConstraint("settlement", "funder", name=op.f("pk_settlement_approval")),
        sa.UniqueConstraint("settlement", "approved_by", name=op.f("uq_settlement_approval_settlement_approved_by")),
    )
    op.create_table(
        "payment_booking",
        sa.Column("payment", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("attested_by", sa.Uuid(), nullable=False),
        sa.Column("attested_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["attested_by"], ["user_account.id"], name=op.f("fk_payment_booking_attested_by")),
        sa.ForeignKeyConstraint(
            ["payment", "amount"], ["payment.id", "payment.amount"], name=op.f("fk_payment_booking_payment_amount")
        ),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_payment_booking")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_booking_reference")),
    )
    op.create_table(
        "settlement_line",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("resolution", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum("settled", "reversed", name="fate", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.CheckConstraint(
            "fate IS NULL OR (fate = 'settled' AND held)", name=op.f("ck_settlement_line_sealed_as_settled")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlement_line_amount")),
        sa.ForeignKeyConstraint(
            ["resolution", "fate"],
            ["resolution_fate.resolution", "resolution_fate.fate"],
            name=op.f("fk_settlement_line_resolution_fate"),
        ),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name=op.f("fk_settlement_line_resolution")),
        sa.ForeignKeyConstraint(
            ["settlement", "event"],
            ["settlement_part.settlement", "settlement_part.event"],
            name=op.f("fk_settlement_line_settlement_event"),
        ),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_settlement_line_settlement")),
        sa.PrimaryKeyConstraint("settlement", "resolution", name=op.f("pk_settlement_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_settlement_line_held",
        "settlement_line",
        ["resolution"],
        unique=True,
        sqlite_where=sa.text("held"),
        postgresql_where=sa.text("held"),
    )
