"""The tables, with every rule that can be a constraint."""

import sqlalchemy as sa
from alembic import op

from buyback.db import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A resolution after the first cycle names the reversal that opened it, and a reversal names the resolution it undoes.
# SQLite cannot add a foreign key later and does not mind one to a table that comes later; PostgreSQL is the opposite.
REOPENING = "fk_resolution_voucher_opened_cycle"


def _reopening_inline() -> list[sa.ForeignKeyConstraint]:
    if op.get_bind().dialect.name == "postgresql":
        return []
    return [
        sa.ForeignKeyConstraint(
            ["voucher", "opened_cycle"], ["reversal.voucher", "reversal.opens_cycle"], name=REOPENING
        )
    ]


def upgrade() -> None:  # noqa: PLR0915  one statement a table
    """Create the tables."""
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ledger", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("scope", sa.String(length=96), nullable=False),
        sa.Column(
            "normal_side",
            sa.Enum("debit", "credit", name="side", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("limited", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT limited OR normal_side = 'credit'", name=op.f("ck_account_limited_is_credit")),
        sa.CheckConstraint("ledger IN (1, 2)", name=op.f("ck_account_ledger")),
        sa.CheckConstraint("(ledger = 2) = (substr(code, 1, 1) = '8')", name=op.f("ck_account_ledger_of_code")),
        sa.CheckConstraint("limited = (code IN ('8100', '8150'))", name=op.f("ck_account_limited_by_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("ledger", "code", "scope", name=op.f("uq_account_ledger_code_scope")),
        sa.UniqueConstraint("ledger", "id", name=op.f("uq_account_ledger_id")),
    )
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "operator",
                "organisation",
                "till",
                name="chain_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "forbidden_role_pair",
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("role", "other", name=op.f("pk_forbidden_role_pair")),
    )
    op.create_table(
        "merchant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "natural",
                "juridica",
                "natural_nt",
                "juridica_nt",
                name="ruc_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ruc", sa.String(length=32), nullable=False),
        sa.Column("dv", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "suspended",
                name="merchant_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant")),
        sa.UniqueConstraint("kind", "ruc", name=op.f("uq_merchant_kind_ruc")),
    )
    op.create_table(
        "period",
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="period_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_period")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.CheckConstraint("number BETWEEN 0 AND 65535", name=op.f("ck_programme_number_two_bytes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
        sa.UniqueConstraint("number", name=op.f("uq_programme_number")),
    )
    op.create_table(
        "province",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_province")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_account", "sign_in_failure", ["account_key", "at"], unique=False)
    op.create_index("ix_sign_in_failure_device", "sign_in_failure", ["device_key", "at"], unique=False)
    op.create_table(
        "account_balance",
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_account_balance_not_below_zero")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_account_balance_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_balance")),
    )
    op.create_table(
        "audit_row",
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("previous_seq", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "(seq = 0 AND previous_seq IS NULL) OR (seq > 0 AND previous_seq IS NOT NULL AND previous_seq = seq - 1)",
            name=op.f("ck_audit_row_no_gap"),
        ),
        sa.CheckConstraint(
            "length(hash) = 32 AND length(previous) = 32 AND length(body_hash) = 32",
            name=op.f("ck_audit_row_hash_sizes"),
        ),
        sa.ForeignKeyConstraint(
            ["chain", "previous_seq", "previous"],
            ["audit_row.chain", "audit_row.seq", "audit_row.hash"],
            name=op.f("fk_audit_row_chain_previous_seq_previous"),
        ),
        sa.ForeignKeyConstraint(["chain"], ["audit_chain.id"], name=op.f("fk_audit_row_chain")),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_audit_row")),
        sa.UniqueConstraint("chain", "previous", name=op.f("uq_audit_row_chain_previous")),
        sa.UniqueConstraint("chain", "seq", "hash", name=op.f("uq_audit_row_chain_seq_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "district",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("substr(code, 1, 2) = province", name=op.f("ck_district_inside_province")),
        sa.ForeignKeyConstraint(["province"], ["province.code"], name=op.f("fk_district_province")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_district")),
    )
    op.create_table(
        "programme_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("rounding", sa.BigInteger(), nullable=False),
        sa.Column("voucher_days", sa.BigInteger(), nullable=False),
        sa.Column("approval_over", sa.BigInteger(), nullable=False),
        sa.Column(
            "pin",
            sa.Enum(
                "never",
                "optional",
                "always",
                name="pin_rule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "payment",
            sa.Enum("each", "lead", name="payment_mode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.CheckConstraint("approval_over >= 0", name=op.f("ck_programme_version_approval_over")),
        sa.CheckConstraint("rounding > 0", name=op.f("ck_programme_version_rounding")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_programme_version_period")),
        sa.CheckConstraint("voucher_days BETWEEN 1 AND 3650", name=op.f("ck_programme_version_voucher_days")),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name=op.f("fk_programme_version_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version")),
        sa.UniqueConstraint("programme", "version", name=op.f("uq_programme_version_programme_version")),
    )
    op.create_table(
        "corregimiento",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("district", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=260), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("area_km2", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("substr(code, 1, 4) = district", name=op.f("ck_corregimiento_inside_district")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_corregimiento_validity")),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name=op.f("fk_corregimiento_district")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_corregimiento")),
    )
    op.create_index("ix_corregimiento_folded", "corregimiento", ["folded"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ministry",
                "governorate",
                "municipality",
                "community_board",
                "police",
                "comptroller",
                name="organisation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("district", sa.String(length=4), nullable=True),
        sa.CheckConstraint(
            "kind NOT IN ('municipality', 'community_board', 'governorate') OR district IS NOT NULL",
            name=op.f("ck_organisation_local_has_district"),
        ),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name=op.f("fk_organisation_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_table(
        "programme_category",
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name=op.f("fk_programme_category_version")),
        sa.PrimaryKeyConstraint("version", "category", name=op.f("pk_programme_category")),
    )
    op.create_table(
        "programme_denomination",
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("face", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("face > 0", name=op.f("ck_programme_denomination_positive")),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name=op.f("fk_programme_denomination_version")),
        sa.PrimaryKeyConstraint("version", "face", name=op.f("pk_programme_denomination")),
    )
    op.create_table(
        "programme_funder",
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_programme_funder_positive")),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name=op.f("fk_programme_funder_version")),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_programme_funder")),
        sa.UniqueConstraint("version", "organisation", name=op.f("uq_programme_funder_version_organisation")),
    )
    op.create_table(
        "tariff_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("catalogue_class", sa.String(length=32), nullable=False),
        sa.Column("condition", sa.String(length=32), nullable=False),
        sa.Column("calibre_group", sa.String(length=32), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.BigInteger(), nullable=True),
        sa.Column("fixed", sa.BigInteger(), nullable=True),
        sa.Column("cap_per_visit", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(low IS NOT NULL AND high IS NOT NULL AND low >= 0 AND high >= low AND unit IS NULL AND fixed IS NULL) OR (unit IS NOT NULL AND unit >= 0 AND low IS NULL AND high IS NULL AND fixed IS NULL) OR (fixed IS NOT NULL AND fixed >= 0 AND low IS NULL AND high IS NULL AND unit IS NULL)",  # noqa: E501  one condition
            name=op.f("ck_tariff_line_one_kind"),
        ),
        sa.CheckConstraint("cap_per_visit IS NULL OR cap_per_visit > 0", name=op.f("ck_tariff_line_cap")),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name=op.f("fk_tariff_line_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_line")),
        sa.UniqueConstraint(
            "version",
            "catalogue_class",
            "condition",
            "calibre_group",
            name=op.f("uq_tariff_line_version_catalogue_class_condition_calibre_group"),
        ),
    )
    op.create_table(
        "barrio",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("corregimiento", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["corregimiento"], ["corregimiento.code"], name=op.f("fk_barrio_corregimiento")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrio")),
        sa.UniqueConstraint("corregimiento", "folded", name=op.f("uq_barrio_corregimiento_folded")),
    )
    op.create_table(
        "branch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("corregimiento", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(["corregimiento"], ["corregimiento.code"], name=op.f("fk_branch_corregimiento")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("fk_branch_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("id", "merchant", name=op.f("uq_branch_id_merchant")),
        sa.UniqueConstraint("merchant", "name", name=op.f("uq_branch_merchant_name")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("corregimiento", sa.String(length=6), nullable=False),
        sa.Column("barrio", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "closing",
                "closed",
                "purged",
                name="event_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.CheckConstraint("(state IN ('closed', 'purged')) = (salt IS NULL)", name=op.f("ck_event_salt_until_close")),
        sa.CheckConstraint("(closed_at IS NULL) = (salt IS NOT NULL)", name=op.f("ck_event_closed_with_salt")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_event_days")),
        sa.CheckConstraint("expires_on > ends_on", name=op.f("ck_event_expiry")),
        sa.ForeignKeyConstraint(["barrio"], ["barrio.id"], name=op.f("fk_event_barrio")),
        sa.ForeignKeyConstraint(["corregimiento"], ["corregimiento.code"], name=op.f("fk_event_corregimiento")),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name=op.f("fk_event_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("code", name=op.f("uq_event_code")),
        sa.UniqueConstraint("id", "expires_on", name=op.f("uq_event_id_expires_on")),
    )
    op.create_table(
        "till",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("branch", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "revoked", name="till_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch", "merchant"], ["branch.id", "branch.merchant"], name=op.f("fk_till_branch_merchant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till")),
        sa.UniqueConstraint("branch", "name", name=op.f("uq_till_branch_name")),
        sa.UniqueConstraint("id", "merchant", name=op.f("uq_till_id_merchant")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_till_token_hash")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "official",
                "merchant",
                name="account_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("organisation", sa.Uuid(), nullable=True),
        sa.Column("merchant", sa.Uuid(), nullable=True),
        sa.Column("branch", sa.Uuid(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'official' AND organisation IS NOT NULL AND merchant IS NULL AND branch IS NULL) OR (kind = 'merchant' AND merchant IS NOT NULL AND organisation IS NULL)",  # noqa: E501  one condition
            name=op.f("ck_user_account_belongs_to_one"),
        ),
        sa.ForeignKeyConstraint(["branch"], ["branch.id"], name=op.f("fk_user_account_branch")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("fk_user_account_merchant")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_user_account_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_user_account_id_kind")),
        sa.UniqueConstraint("name", name=op.f("uq_user_account_name")),
    )
    op.create_table(
        "agreement",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column(
            "payment",
            sa.Enum("each", "lead", name="payment_mode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_agreement_event")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_agreement")),
    )
    op.create_table(
        "audit_body",
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("event", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(salt IS NULL) = (body IS NULL)", name=op.f("ck_audit_body_emptied_whole")),
        sa.ForeignKeyConstraint(
            ["chain", "seq"], ["audit_row.chain", "audit_row.seq"], name=op.f("fk_audit_body_chain_seq")
        ),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_audit_body_event")),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_audit_body")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_body_event", "audit_body", ["event"], unique=False)
    op.create_table(
        "event_session",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_event_session_event")),
        sa.PrimaryKeyConstraint("event", "day", name=op.f("pk_event_session")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["user_account.id"], name=op.f("fk_invitation_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tariff_line", sa.Uuid(), nullable=False),
        sa.Column("catalogue_class", sa.String(length=32), nullable=False),
        sa.Column("condition", sa.String(length=32), nullable=True),
        sa.Column("calibre_group", sa.String(length=32), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "received",
                "returned",
                "struck",
                name="item_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("make", sa.String(length=60), nullable=True),
        sa.Column("model", sa.String(length=60), nullable=True),
        sa.Column("calibre", sa.String(length=30), nullable=True),
        sa.Column("serial", sa.String(length=40), nullable=True),
        sa.Column(
            "serial_status",
            sa.Enum(
                "legible",
                "partial",
                "obliterated",
                "never_marked",
                "altered",
                "corroded",
                name="serial_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("tag", sa.String(length=30), nullable=True),
        sa.Column("made_safe_by", sa.String(length=60), nullable=True),
        sa.CheckConstraint("state <> 'received' OR value IS NOT NULL", name=op.f("ck_item_received_has_price")),
        sa.CheckConstraint(
            "state NOT IN ('returned', 'struck') OR value IS NULL", name=op.f("ck_item_returned_has_no_price")
        ),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100000", name=op.f("ck_item_quantity")),
        sa.CheckConstraint("value IS NULL OR value >= 0", name=op.f("ck_item_value")),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_item_event")),
        sa.ForeignKeyConstraint(["tariff_line"], ["tariff_line.id"], name=op.f("fk_item_tariff_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_event", "item", ["event", "day"], unique=False)
    op.create_index(
        "uq_item_tag",
        "item",
        ["event", "tag"],
        unique=True,
        sqlite_where=sa.text("state IN ('registered', 'received')"),
        postgresql_where=sa.text("state IN ('registered', 'received')"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "appropriate",
                "allot",
                "return",
                "issue",
                "redeem",
                "reverse",
                "void",
                "expire",
                "settle",
                "pay",
                "book",
                "reject",
                "claw_back",
                name="journal_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("op_scope", sa.Uuid(), nullable=True),
        sa.Column("op_id", sa.Uuid(), nullable=True),
        sa.Column("op_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'issue' OR (recorded_at IS NULL AND op_id IS NULL)",
            name=op.f("ck_journal_issue_has_no_minute"),
        ),
        sa.CheckConstraint("kind = 'issue' OR recorded_at IS NOT NULL", name=op.f("ck_journal_recorded")),
        sa.CheckConstraint("(op_scope IS NULL) = (op_id IS NULL)", name=op.f("ck_journal_op_whole")),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name=op.f("fk_journal_actor")),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_journal_event")),
        sa.ForeignKeyConstraint(["period"], ["period.code"], name=op.f("fk_journal_period")),
        sa.ForeignKeyConstraint(["reverses"], ["journal.id"], name=op.f("fk_journal_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("op_scope", "op_id", name=op.f("uq_journal_op_scope_op_id")),
        sa.UniqueConstraint("reverses", name=op.f("uq_journal_reverses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_journal_event", "journal", ["event"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("till", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column(
            "ended_why",
            sa.Enum(
                "signed_out",
                "user_disabled",
                "roles_changed",
                "password_changed",
                name="session_end",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name=op.f("ck_login_session_ended_with_reason")),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name=op.f("fk_login_session_till")),
        sa.ForeignKeyConstraint(["user"], ["user_account.id"], name=op.f("fk_login_session_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index("ix_login_session_user", "login_session", ["user"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "official",
                "merchant",
                name="account_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "receiver",
                "appraiser",
                "approver",
                "issuer",
                "custody_officer",
                "event_chief",
                "programme_manager",
                "reconciler",
                "funder_approver",
                "treasurer",
                "auditor",
                "witness",
                "administrator",
                "operator",
                "merchant_manager",
                "cashier",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'merchant') = (role IN ('cashier', 'merchant_manager'))",
            name=op.f("ck_role_grant_role_of_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["user", "kind"], ["user_account.id", "user_account.kind"], name=op.f("fk_role_grant_user_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(
        "uq_role_grant_held",
        "role_grant",
        ["user", "role"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "serial_counter",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("drawn BETWEEN 0 AND 1000000", name=op.f("ck_serial_counter_drawn")),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_serial_counter_event")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_serial_counter")),
    )
    op.create_table(
        "stock_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column(
            "moment",
            sa.Enum(
                "opening",
                "closing",
                name="count_moment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("tally", sa.SmallInteger(), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=False),
        sa.Column("blank", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", Instant(), nullable=False),
        sa.CheckConstraint("blank >= 0 AND issued >= 0", name=op.f("ck_stock_count_not_negative")),
        sa.CheckConstraint("tally > 0", name=op.f("ck_stock_count_tally")),
        sa.ForeignKeyConstraint(["counted_by"], ["user_account.id"], name=op.f("fk_stock_count_counted_by")),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_stock_count_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
        sa.UniqueConstraint(
            "event", "moment", "tally", "counted_by", name=op.f("uq_stock_count_event_moment_tally_counted_by")
        ),
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.SmallInteger(), nullable=False),
        sa.Column("face", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.CheckConstraint("face > 0", name=op.f("ck_voucher_face")),
        sa.CheckConstraint("serial BETWEEN 0 AND 999999", name=op.f("ck_voucher_serial")),
        sa.ForeignKeyConstraint(
            ["event", "expires_on"],
            ["event.id", "event.expires_on"],
            name=op.f("fk_voucher_event_expires_on"),
        ),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_voucher_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_voucher_code_hash")),
        sa.UniqueConstraint("event", "serial", name=op.f("uq_voucher_event_serial")),
        sa.UniqueConstraint("id", "face", name=op.f("uq_voucher_id_face")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_voucher_token_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("till", sa.Uuid(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name=op.f("fk_wrong_code_till")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    op.create_index("ix_wrong_code_till", "wrong_code", ["till", "tried_at"], unique=False)
    op.create_table(
        "agreement_share",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("funder", sa.Uuid(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_agreement_share_positive")),
        sa.ForeignKeyConstraint(["event"], ["agreement.event"], name=op.f("fk_agreement_share_event")),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name=op.f("fk_agreement_share_funder")),
        sa.PrimaryKeyConstraint("event", "position", name=op.f("pk_agreement_share")),
        sa.UniqueConstraint("event", "funder", name=op.f("uq_agreement_share_event_funder")),
    )
    op.create_table(
        "surrender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "appraised",
                "awaiting_approval",
                "offered",
                "accepted",
                "paid_out",
                "declined",
                "cancelled",
                name="surrender_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["event", "day"],
            ["event_session.event", "event_session.day"],
            name=op.f("fk_surrender_event_day"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surrender")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_surrender_event", "surrender", ["event", "day"], unique=False)
    op.create_table(
        "transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("journal", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("ledger", sa.SmallInteger(), nullable=False),
        sa.Column("debit", sa.Uuid(), nullable=False),
        sa.Column("credit", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfer_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_transfer_two_accounts")),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], name=op.f("fk_transfer_journal")),
        sa.ForeignKeyConstraint(
            ["ledger", "credit"], ["account.ledger", "account.id"], name=op.f("fk_transfer_ledger_credit")
        ),
        sa.ForeignKeyConstraint(
            ["ledger", "debit"], ["account.ledger", "account.id"], name=op.f("fk_transfer_ledger_debit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("id", "amount", name=op.f("uq_transfer_id_amount")),
        sa.UniqueConstraint("journal", "line", name=op.f("uq_transfer_journal_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover",
        sa.Column("surrender", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("op_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("appraised_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("appraised", sa.BigInteger(), nullable=True),
        sa.Column("award", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("appraised_by <> issued_by", name=op.f("ck_handover_appraiser_is_not_issuer")),
        sa.CheckConstraint("approved_by <> appraised_by", name=op.f("ck_handover_approver_is_not_appraiser")),
        sa.CheckConstraint("approved_by <> issued_by", name=op.f("ck_handover_approver_is_not_issuer")),
        sa.CheckConstraint("award IS NULL OR award >= 0", name=op.f("ck_handover_award")),
        sa.CheckConstraint(
            "issued_by IS NULL OR appraised_by IS NOT NULL", name=op.f("ck_handover_appraised_before_issue")
        ),
        sa.ForeignKeyConstraint(["appraised_by"], ["user_account.id"], name=op.f("fk_handover_appraised_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_handover_approved_by")),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_handover_event")),
        sa.ForeignKeyConstraint(["issued_by"], ["user_account.id"], name=op.f("fk_handover_issued_by")),
        sa.ForeignKeyConstraint(["registered_by"], ["user_account.id"], name=op.f("fk_handover_registered_by")),
        sa.ForeignKeyConstraint(["surrender"], ["surrender.id"], name=op.f("fk_handover_surrender")),
        sa.PrimaryKeyConstraint("surrender", name=op.f("pk_handover")),
        sa.UniqueConstraint("event", "number", name=op.f("uq_handover_event_number")),
        sa.UniqueConstraint("op_id", name=op.f("uq_handover_op_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issuance",
        sa.Column("voucher", sa.Uuid(), nullable=False),
        sa.Column("face", sa.BigInteger(), nullable=False),
        sa.Column("transfer", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer", "face"], ["transfer.id", "transfer.amount"], name=op.f("fk_issuance_transfer_face")
        ),
        sa.ForeignKeyConstraint(
            ["voucher", "face"], ["voucher.id", "voucher.face"], name=op.f("fk_issuance_voucher_face")
        ),
        sa.ForeignKeyConstraint(["voucher"], ["voucher.id"], name=op.f("fk_issuance_voucher")),
        sa.PrimaryKeyConstraint("voucher", name=op.f("pk_issuance")),
        sa.UniqueConstraint("transfer", name=op.f("uq_issuance_transfer")),
        sa.UniqueConstraint("voucher", "face", name=op.f("uq_issuance_voucher_face")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover_item",
        sa.Column("item", sa.Uuid(), nullable=False),
        sa.Column("surrender", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_handover_item_item")),
        sa.ForeignKeyConstraint(["surrender"], ["handover.surrender"], name=op.f("fk_handover_item_surrender")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_handover_item")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_handover_item_surrender", "handover_item", ["surrender"], unique=False)
    op.create_table(
        "handover_voucher",
        sa.Column("voucher", sa.Uuid(), nullable=False),
        sa.Column("surrender", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["surrender"], ["handover.surrender"], name=op.f("fk_handover_voucher_surrender")),
        sa.ForeignKeyConstraint(["voucher"], ["issuance.voucher"], name=op.f("fk_handover_voucher_voucher")),
        sa.PrimaryKeyConstraint("voucher", name=op.f("pk_handover_voucher")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_handover_voucher_surrender", "handover_voucher", ["surrender"], unique=False)
    op.create_table(
        "replacement",
        sa.Column("voucher", sa.Uuid(), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("voucher <> replaced_by", name=op.f("ck_replacement_another")),
        sa.ForeignKeyConstraint(["replaced_by"], ["issuance.voucher"], name=op.f("fk_replacement_replaced_by")),
        sa.ForeignKeyConstraint(["voucher"], ["issuance.voucher"], name=op.f("fk_replacement_voucher")),
        sa.PrimaryKeyConstraint("voucher", name=op.f("pk_replacement")),
        sa.UniqueConstraint("replaced_by", name=op.f("uq_replacement_replaced_by")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "resolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("voucher", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("opened_cycle", sa.SmallInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "redeem",
                "void",
                "expire",
                name="resolution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "misprint",
                "damaged",
                "lost",
                "issued_in_error",
                "replaced",
                name="void_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("transfer", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=True),
        sa.Column("till", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'redeem') = (merchant IS NOT NULL) AND (kind = 'redeem') = (till IS NOT NULL)",
            name=op.f("ck_resolution_taken_by_till"),
        ),
        sa.CheckConstraint("(kind = 'void') = (reason IS NOT NULL)", name=op.f("ck_resolution_void_has_reason")),
        sa.CheckConstraint(
            "(cycle = 0 AND opened_cycle IS NULL) OR (cycle > 0 AND opened_cycle IS NOT NULL AND opened_cycle = cycle)",
            name=op.f("ck_resolution_cycle_opened"),
        ),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name=op.f("fk_resolution_actor")),
        sa.ForeignKeyConstraint(
            ["till", "merchant"], ["till.id", "till.merchant"], name=op.f("fk_resolution_till_merchant")
        ),
        sa.ForeignKeyConstraint(
            ["transfer", "amount"],
            ["transfer.id", "transfer.amount"],
            name=op.f("fk_resolution_transfer_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["voucher", "amount"],
            ["issuance.voucher", "issuance.face"],
            name=op.f("fk_resolution_voucher_amount"),
        ),
        *_reopening_inline(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sa.UniqueConstraint("id", "voucher", "cycle", "kind", name=op.f("uq_resolution_id_voucher_cycle_kind")),
        sa.UniqueConstraint("transfer", name=op.f("uq_resolution_transfer")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_resolution_till", "resolution", ["till", "resolved_at"], unique=False)
    op.create_index("uq_resolution_voucher_cycle", "resolution", ["voucher", "cycle"], unique=True)
    op.create_table(
        "attempt",
        sa.Column("till", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("cashier", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(code = 'redeemed') = (resolution IS NOT NULL)", name=op.f("ck_attempt_outcome")),
        sa.ForeignKeyConstraint(["cashier"], ["user_account.id"], name=op.f("fk_attempt_cashier")),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name=op.f("fk_attempt_resolution")),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name=op.f("fk_attempt_till")),
        sa.PrimaryKeyConstraint("till", "op_id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("resolution", name=op.f("uq_attempt_resolution")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attempt_till", "attempt", ["till", "decided_at"], unique=False)
    op.create_table(
        "resolution_fate",
        sa.Column("resolution", sa.Uuid(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum("settled", "reversed", name="fate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name=op.f("fk_resolution_fate_resolution")),
        sa.PrimaryKeyConstraint("resolution", name=op.f("pk_resolution_fate")),
        sa.UniqueConstraint("resolution", "fate", name=op.f("uq_resolution_fate_resolution_fate")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reversal",
        sa.Column("resolution", sa.Uuid(), nullable=False),
        sa.Column("voucher", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("opens_cycle", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "redeem",
                "void",
                "expire",
                name="resolution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "fate",
            sa.Enum("settled", "reversed", name="fate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("journal", sa.Uuid(), nullable=False),
        sa.Column("till", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("reversed_at", Instant(), nullable=False),
        sa.CheckConstraint("fate = 'reversed'", name=op.f("ck_reversal_not_settled")),
        sa.CheckConstraint("kind = 'redeem'", name=op.f("ck_reversal_only_redemptions")),
        sa.CheckConstraint("opens_cycle = cycle + 1", name=op.f("ck_reversal_next_cycle")),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name=op.f("fk_reversal_actor")),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], name=op.f("fk_reversal_journal")),
        sa.ForeignKeyConstraint(
            ["resolution", "fate"],
            ["resolution_fate.resolution", "resolution_fate.fate"],
            name=op.f("fk_reversal_resolution_fate"),
        ),
        sa.ForeignKeyConstraint(
            ["resolution", "voucher", "cycle", "kind"],
            ["resolution.id", "resolution.voucher", "resolution.cycle", "resolution.kind"],
            name=op.f("fk_reversal_resolution_voucher_cycle_kind"),
        ),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name=op.f("fk_reversal_till")),
        sa.PrimaryKeyConstraint("resolution", name=op.f("pk_reversal")),
        sa.UniqueConstraint("journal", name=op.f("uq_reversal_journal")),
        sa.UniqueConstraint("voucher", "opens_cycle", name=op.f("uq_reversal_voucher_opens_cycle")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            REOPENING, "resolution", "reversal", ["voucher", "opened_cycle"], ["voucher", "opens_cycle"]
        )


def downgrade() -> None:
    """There is no way back: a database with money in it is restored from a backup, not downgraded."""
    raise RuntimeError("no downgrade; restore a backup")
