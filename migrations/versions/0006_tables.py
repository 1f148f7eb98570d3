"""The tables, with every rule that can be a constraint.

Revisions 0001 to 0005 made an earlier schema, of which there is no data to keep: their numbers are not used again, so
that a database with one of them is known for what it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Uuid()
WORD = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
HASH = sa.LargeBinary(length=32)
SMALL = sa.SmallInteger()
BIG = sa.BigInteger()

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


MEASURE = "awards BETWEEN 0 AND visits AND sharing BETWEEN 0 AND visits"


def upgrade() -> None:
    """Create the tables, each after those that it names."""
    _places()
    _organisations()
    _merchants()
    _people()
    _programmes()
    _events()
    _ledger()
    _keys()
    _vouchers()
    _audit()
    _intake()
    _redemptions()
    _counts()
    _settlements()
    _shares()
    _totals()


def downgrade() -> None:
    """There is no way back: a database with money in it is restored from a backup, not downgraded."""
    raise RuntimeError("no downgrade; restore a backup")


def _places() -> None:
    op.create_table(
        "province",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_province"),
    )
    op.create_table(
        "district",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_district"),
        sa.ForeignKeyConstraint(["province"], ["province.code"], name="fk_district_province"),
        sa.CheckConstraint("substr(code, 1, 2) = province", name="ck_district_inside_province"),
    )
    op.create_table(
        "corregimiento",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("district", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=260), nullable=False),
        sa.Column("population", BIG, nullable=False),
        sa.Column("area_km2", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_corregimiento"),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name="fk_corregimiento_district"),
        sa.CheckConstraint("substr(code, 1, 4) = district", name="ck_corregimiento_inside_district"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="ck_corregimiento_validity"),
    )
    op.create_index("ix_corregimiento_folded", "corregimiento", ["folded"], unique=False)
    op.create_table(
        "barrio",
        sa.Column("id", ID, nullable=False),
        sa.Column("corregimiento", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_barrio"),
        sa.UniqueConstraint("corregimiento", "folded", name="uq_barrio_corregimiento_folded"),
        sa.ForeignKeyConstraint(["corregimiento"], ["corregimiento.code"], name="fk_barrio_corregimiento"),
    )


def _organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("district", sa.String(length=4), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("code", name="uq_organisation_code"),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name="fk_organisation_district"),
        sa.CheckConstraint(
            "kind NOT IN ('municipality', 'community_board', 'governorate') OR district IS NOT NULL",
            name="ck_organisation_local_has_district",
        ),
        sa.CheckConstraint(
            "kind IN ('ministry', 'governorate', 'municipality', 'community_board', 'police', 'comptroller')",
            name="ck_organisation_organisation_kind",
        ),
    )
    op.create_table(
        "forbidden_role_pair",
        sa.Column("role", WORD, nullable=False),
        sa.Column("other", WORD, nullable=False),
        sa.PrimaryKeyConstraint("role", "other", name="pk_forbidden_role_pair"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_key", HASH, nullable=False),
        sa.Column("device_key", HASH, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_account", "sign_in_failure", ["account_key", "at"], unique=False)
    op.create_index("ix_sign_in_failure_device", "sign_in_failure", ["device_key", "at"], unique=False)


def _merchants() -> None:
    op.create_table(
        "merchant",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("ruc", WORD, nullable=False),
        sa.Column("dv", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("category", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merchant"),
        sa.UniqueConstraint("kind", "ruc", name="uq_merchant_kind_ruc"),
        sa.CheckConstraint("state IN ('active', 'suspended')", name="ck_merchant_merchant_state"),
        sa.CheckConstraint("kind IN ('natural', 'juridica', 'natural_nt', 'juridica_nt')", name="ck_merchant_ruc_kind"),
    )
    op.create_table(
        "branch",
        sa.Column("id", ID, nullable=False),
        sa.Column("merchant", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("corregimiento", sa.String(length=6), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_branch"),
        sa.UniqueConstraint("id", "merchant", name="uq_branch_id_merchant"),
        sa.UniqueConstraint("merchant", "name", name="uq_branch_merchant_name"),
        sa.ForeignKeyConstraint(["corregimiento"], ["corregimiento.code"], name="fk_branch_corregimiento"),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name="fk_branch_merchant"),
    )
    op.create_table(
        "till",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch", ID, nullable=False),
        sa.Column("merchant", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("enrolled_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_till"),
        sa.UniqueConstraint("branch", "name", name="uq_till_branch_name"),
        sa.UniqueConstraint("id", "merchant", name="uq_till_id_merchant"),
        sa.UniqueConstraint("token_hash", name="uq_till_token_hash"),
        sa.ForeignKeyConstraint(
            ["branch", "merchant"], ["branch.id", "branch.merchant"], name="fk_till_branch_merchant"
        ),
        sa.CheckConstraint("state IN ('active', 'revoked')", name="ck_till_till_state"),
    )


def _people() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("organisation", ID, nullable=True),
        sa.Column("merchant", ID, nullable=True),
        sa.Column("branch", ID, nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("id", "kind", name="uq_user_account_id_kind"),
        sa.UniqueConstraint("name", name="uq_user_account_name"),
        sa.ForeignKeyConstraint(["branch"], ["branch.id"], name="fk_user_account_branch"),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name="fk_user_account_merchant"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_user_account_organisation"),
        sa.CheckConstraint("kind IN ('official', 'merchant')", name="ck_user_account_account_kind"),
        sa.CheckConstraint(
            (
                "(kind = 'official' AND organisation IS NOT NULL AND merchant IS NULL AND branch IS NULL) OR"
                " (kind = 'merchant' AND merchant IS NOT NULL AND organisation IS NULL)"
            ),
            name="ck_user_account_belongs_to_one",
        ),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", ID, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        sa.ForeignKeyConstraint(
            ["user", "kind"], ["user_account.id", "user_account.kind"], name="fk_role_grant_user_kind"
        ),
        sa.CheckConstraint("kind IN ('official', 'merchant')", name="ck_role_grant_account_kind"),
        sa.CheckConstraint(
            (
                "role IN ('receiver', 'appraiser', 'approver', 'issuer', 'custody_officer', 'event_chief',"
                " 'programme_manager', 'reconciler', 'funder_approver', 'treasurer', 'auditor', 'witness',"
                " 'administrator', 'operator', 'merchant_manager', 'cashier')"
            ),
            name="ck_role_grant_role",
        ),
        sa.CheckConstraint(
            "(kind = 'merchant') = (role IN ('cashier', 'merchant_manager'))", name="ck_role_grant_role_of_kind"
        ),
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
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
        sa.ForeignKeyConstraint(["user"], ["user_account.id"], name="fk_invitation_user"),
    )
    op.create_table(
        "login_session",
        sa.Column("id", ID, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("till", ID, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_why", WORD, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name="fk_login_session_till"),
        sa.ForeignKeyConstraint(["user"], ["user_account.id"], name="fk_login_session_user"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ck_login_session_ended_with_reason"),
        sa.CheckConstraint(
            "ended_why IN ('signed_out', 'user_disabled', 'roles_changed', 'password_changed')",
            name="ck_login_session_session_end",
        ),
    )
    op.create_index("ix_login_session_user", "login_session", ["user"], unique=False)


def _programmes() -> None:
    op.create_table(
        "programme",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_programme"),
        sa.UniqueConstraint("code", name="uq_programme_code"),
        sa.UniqueConstraint("number", name="uq_programme_number"),
        sa.CheckConstraint("number BETWEEN 0 AND 65535", name="ck_programme_number_two_bytes"),
    )
    op.create_table(
        "programme_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("programme", ID, nullable=False),
        sa.Column("version", SMALL, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("rounding", BIG, nullable=False),
        sa.Column("voucher_days", BIG, nullable=False),
        sa.Column("approval_over", BIG, nullable=False),
        sa.Column("pin", WORD, nullable=False),
        sa.Column("payment", WORD, nullable=False),
        sa.Column("content_hash", HASH, nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programme_version"),
        sa.UniqueConstraint("programme", "version", name="uq_programme_version_programme_version"),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name="fk_programme_version_programme"),
        sa.CheckConstraint("approval_over >= 0", name="ck_programme_version_approval_over"),
        sa.CheckConstraint("payment IN ('each', 'lead')", name="ck_programme_version_payment_mode"),
        sa.CheckConstraint("valid_until > valid_from", name="ck_programme_version_period"),
        sa.CheckConstraint("pin IN ('never', 'optional', 'always')", name="ck_programme_version_pin_rule"),
        sa.CheckConstraint("rounding > 0", name="ck_programme_version_rounding"),
        sa.CheckConstraint("voucher_days BETWEEN 1 AND 3650", name="ck_programme_version_voucher_days"),
    )
    op.create_table(
        "programme_category",
        sa.Column("version", ID, nullable=False),
        sa.Column("category", WORD, nullable=False),
        sa.PrimaryKeyConstraint("version", "category", name="pk_programme_category"),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name="fk_programme_category_version"),
    )
    op.create_table(
        "programme_denomination",
        sa.Column("version", ID, nullable=False),
        sa.Column("face", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", "face", name="pk_programme_denomination"),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name="fk_programme_denomination_version"),
        sa.CheckConstraint("face > 0", name="ck_programme_denomination_positive"),
    )
    op.create_table(
        "programme_funder",
        sa.Column("version", ID, nullable=False),
        sa.Column("position", SMALL, autoincrement=False, nullable=False),
        sa.Column("organisation", WORD, nullable=False),
        sa.Column("weight", BIG, nullable=False),
        sa.PrimaryKeyConstraint("version", "position", name="pk_programme_funder"),
        sa.UniqueConstraint("version", "organisation", name="uq_programme_funder_version_organisation"),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name="fk_programme_funder_version"),
        sa.CheckConstraint("weight > 0", name="ck_programme_funder_positive"),
    )
    op.create_table(
        "tariff_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("catalogue_class", WORD, nullable=False),
        sa.Column("condition", WORD, nullable=False),
        sa.Column("calibre_group", WORD, nullable=False),
        sa.Column("low", BIG, nullable=True),
        sa.Column("high", BIG, nullable=True),
        sa.Column("unit", BIG, nullable=True),
        sa.Column("fixed", BIG, nullable=True),
        sa.Column("cap_per_visit", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tariff_line"),
        sa.UniqueConstraint(
            "version",
            "catalogue_class",
            "condition",
            "calibre_group",
            name="uq_tariff_line_version_catalogue_class_condition_calibre_group",
        ),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name="fk_tariff_line_version"),
        sa.CheckConstraint("cap_per_visit IS NULL OR cap_per_visit > 0", name="ck_tariff_line_cap"),
        sa.CheckConstraint(
            (
                "(low IS NOT NULL AND high IS NOT NULL AND low >= 0 AND high >= low AND unit IS NULL AND fixed IS"
                " NULL) OR (unit IS NOT NULL AND unit >= 0 AND low IS NULL AND high IS NULL AND fixed IS NULL) OR"
                " (fixed IS NOT NULL AND fixed >= 0 AND low IS NULL AND high IS NULL AND unit IS NULL)"
            ),
            name="ck_tariff_line_one_kind",
        ),
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("corregimiento", sa.String(length=6), nullable=False),
        sa.Column("barrio", ID, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=60), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("code", name="uq_event_code"),
        sa.UniqueConstraint("id", "expires_on", name="uq_event_id_expires_on"),
        sa.ForeignKeyConstraint(["barrio"], ["barrio.id"], name="fk_event_barrio"),
        sa.ForeignKeyConstraint(["corregimiento"], ["corregimiento.code"], name="fk_event_corregimiento"),
        sa.ForeignKeyConstraint(["version"], ["programme_version.id"], name="fk_event_version"),
        sa.CheckConstraint("(closed_at IS NULL) = (salt IS NOT NULL)", name="ck_event_closed_with_salt"),
        sa.CheckConstraint("length(salt) = 60", name="ck_event_salt_sealed"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_event_days"),
        sa.CheckConstraint("state IN ('planned', 'open', 'closing', 'closed', 'purged')", name="ck_event_event_state"),
        sa.CheckConstraint("expires_on > ends_on", name="ck_event_expiry"),
        sa.CheckConstraint("(state IN ('closed', 'purged')) = (salt IS NULL)", name="ck_event_salt_until_close"),
    )
    op.create_index("ix_event_corregimiento", "event", ["corregimiento"], unique=False)
    op.create_table(
        "event_session",
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("event", "day", name="pk_event_session"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_event_session_event"),
    )
    op.create_table(
        "agreement",
        sa.Column("event", ID, nullable=False),
        sa.Column("payment", WORD, nullable=False),
        sa.PrimaryKeyConstraint("event", name="pk_agreement"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_agreement_event"),
        sa.CheckConstraint("payment IN ('each', 'lead')", name="ck_agreement_payment_mode"),
    )
    op.create_table(
        "agreement_share",
        sa.Column("event", ID, nullable=False),
        sa.Column("position", SMALL, autoincrement=False, nullable=False),
        sa.Column("funder", ID, nullable=False),
        sa.Column("weight", BIG, nullable=False),
        sa.PrimaryKeyConstraint("event", "position", name="pk_agreement_share"),
        sa.UniqueConstraint("event", "funder", name="uq_agreement_share_event_funder"),
        sa.ForeignKeyConstraint(["event"], ["agreement.event"], name="fk_agreement_share_event"),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name="fk_agreement_share_funder"),
        sa.CheckConstraint("weight > 0", name="ck_agreement_share_positive"),
    )


def _ledger() -> None:
    op.create_table(
        "account",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger", SMALL, nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("event", ID, nullable=True),
        sa.Column("programme", ID, nullable=True),
        sa.Column("funder", ID, nullable=True),
        sa.Column("merchant", ID, nullable=True),
        sa.Column("counterparty", ID, nullable=True),
        sa.Column("normal_side", WORD, nullable=False),
        sa.Column("limited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("ledger", "id", name="uq_account_ledger_id"),
        sa.ForeignKeyConstraint(["counterparty"], ["organisation.id"], name="fk_account_counterparty"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_account_event"),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name="fk_account_funder"),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name="fk_account_merchant"),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name="fk_account_programme"),
        sa.CheckConstraint("ledger IN (1, 2)", name="ck_account_ledger"),
        sa.CheckConstraint("(ledger = 2) = (substr(code, 1, 1) = '8')", name="ck_account_ledger_of_code"),
        sa.CheckConstraint("limited = (code IN ('8100', '8150'))", name="ck_account_limited_by_code"),
        sa.CheckConstraint(
            (
                "(code IN ('2100', '2200', '5100', '5900', '8150', '8200', '8300') AND event IS NOT NULL"
                " AND programme IS NULL AND funder IS NULL AND merchant IS NULL AND counterparty IS NULL)"
                " OR (code IN ('8000') AND event IS NOT NULL"
                " AND programme IS NOT NULL AND funder IS NULL AND merchant IS NULL AND counterparty IS NULL)"
                " OR (code IN ('1100', '1150', '8350', '8400') AND event IS NULL"
                " AND programme IS NULL AND funder IS NOT NULL AND merchant IS NULL AND counterparty IS NULL)"
                " OR (code IN ('1210') AND event IS NULL"
                " AND programme IS NULL AND funder IS NOT NULL AND merchant IS NULL AND counterparty IS NOT NULL)"
                " OR (code IN ('2250') AND event IS NULL"
                " AND programme IS NULL AND funder IS NOT NULL AND merchant IS NOT NULL AND counterparty IS NULL)"
                " OR (code IN ('8000', '8100') AND event IS NULL"
                " AND programme IS NOT NULL AND funder IS NULL AND merchant IS NULL AND counterparty IS NULL)"
            ),
            name="ck_account_owners_of_code",
        ),
        sa.CheckConstraint("normal_side IN ('debit', 'credit')", name="ck_account_side"),
        sa.CheckConstraint(
            (
                "(normal_side = 'debit' AND code IN ('1100', '1210', '5100', '8000'))"
                " OR (normal_side = 'credit' AND code IN"
                " ('1150', '1210', '2100', '2200', '2250', '5900', '8100', '8150', '8200', '8300', '8350', '8400'))"
            ),
            name="ck_account_side_of_code",
        ),
    )
    op.create_index(
        "uq_account_counterparty",
        "account",
        ["counterparty", "funder", "code", "normal_side"],
        unique=True,
        sqlite_where=sa.text("counterparty IS NOT NULL"),
        postgresql_where=sa.text("counterparty IS NOT NULL"),
    )
    op.create_index(
        "uq_account_event",
        "account",
        ["event", "code"],
        unique=True,
        sqlite_where=sa.text("event IS NOT NULL"),
        postgresql_where=sa.text("event IS NOT NULL"),
    )
    op.create_index(
        "uq_account_funder",
        "account",
        ["funder", "code"],
        unique=True,
        sqlite_where=sa.text("counterparty IS NULL AND merchant IS NULL AND funder IS NOT NULL"),
        postgresql_where=sa.text("counterparty IS NULL AND merchant IS NULL AND funder IS NOT NULL"),
    )
    op.create_index(
        "uq_account_merchant",
        "account",
        ["merchant", "funder", "code"],
        unique=True,
        sqlite_where=sa.text("merchant IS NOT NULL"),
        postgresql_where=sa.text("merchant IS NOT NULL"),
    )
    op.create_index(
        "uq_account_programme",
        "account",
        ["programme", "code"],
        unique=True,
        sqlite_where=sa.text("event IS NULL AND programme IS NOT NULL"),
        postgresql_where=sa.text("event IS NULL AND programme IS NOT NULL"),
    )
    op.create_table(
        "account_balance",
        sa.Column("account", ID, nullable=False),
        sa.Column("balance", BIG, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_account_balance"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_account_balance_account"),
        sa.CheckConstraint("balance >= 0", name="ck_account_balance_not_below_zero"),
    )
    op.create_table(
        "period",
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_period"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_period_period_state"),
    )
    op.create_table(
        "journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("event", ID, nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=True),
        sa.Column("actor", ID, nullable=True),
        sa.Column("op_scope", ID, nullable=True),
        sa.Column("op_id", ID, nullable=True),
        sa.Column("op_hash", HASH, nullable=True),
        sa.Column("reverses", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.UniqueConstraint("op_scope", "op_id", name="uq_journal_op_scope_op_id"),
        sa.UniqueConstraint("reverses", name="uq_journal_reverses"),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name="fk_journal_actor"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_journal_event"),
        sa.ForeignKeyConstraint(["period"], ["period.code"], name="fk_journal_period"),
        sa.ForeignKeyConstraint(["reverses"], ["journal.id"], name="fk_journal_reverses"),
        sa.CheckConstraint(
            "kind <> 'issue' OR (recorded_at IS NULL AND op_id IS NULL)", name="ck_journal_issue_has_no_minute"
        ),
        sa.CheckConstraint(
            (
                "kind IN ('appropriate', 'allot', 'return', 'issue', 'redeem', 'reverse', 'void', 'expire',"
                " 'settle', 'pay', 'book', 'reject', 'claw_back')"
            ),
            name="ck_journal_journal_kind",
        ),
        sa.CheckConstraint("(op_scope IS NULL) = (op_id IS NULL)", name="ck_journal_op_whole"),
        sa.CheckConstraint(
            "kind IN ('redeem', 'reverse', 'void', 'expire') OR kind = 'issue' OR recorded_at IS NOT NULL",
            name="ck_journal_recorded",
        ),
        sa.CheckConstraint(
            "effective_on IS NOT NULL OR (kind IN ('redeem', 'reverse') AND recorded_at IS NULL AND actor IS NULL)",
            name="ck_journal_has_a_day",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_journal_event", "journal", ["event"], unique=False)
    op.create_table(
        "transfer",
        sa.Column("id", ID, nullable=False),
        sa.Column("journal", ID, nullable=False),
        sa.Column("line", SMALL, nullable=False),
        sa.Column("ledger", SMALL, nullable=False),
        sa.Column("debit", ID, nullable=False),
        sa.Column("credit", ID, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
        sa.UniqueConstraint("id", "amount", name="uq_transfer_id_amount"),
        sa.UniqueConstraint("journal", "line", name="uq_transfer_journal_line"),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], name="fk_transfer_journal"),
        sa.ForeignKeyConstraint(
            ["ledger", "credit"], ["account.ledger", "account.id"], name="fk_transfer_ledger_credit"
        ),
        sa.ForeignKeyConstraint(["ledger", "debit"], ["account.ledger", "account.id"], name="fk_transfer_ledger_debit"),
        sa.CheckConstraint("amount > 0", name="ck_transfer_positive"),
        sa.CheckConstraint("debit <> credit", name="ck_transfer_two_accounts"),
        sqlite_with_rowid=False,
    )


def _keys() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", SMALL, autoincrement=False, nullable=False),
        sa.Column("public", HASH, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signing_key"),
        sa.UniqueConstraint("public", name="uq_signing_key_public"),
        sa.CheckConstraint("id BETWEEN 0 AND 255", name="ck_signing_key_id"),
        sa.CheckConstraint("length(public) = 32", name="ck_signing_key_public"),
        sa.CheckConstraint("(state = 'revoked') = (reason IS NOT NULL)", name="ck_signing_key_reason"),
        sa.CheckConstraint("state IN ('active', 'retired', 'revoked')", name="ck_signing_key_key_state"),
    )
    op.create_table(
        "known_secret",
        sa.Column("name", WORD, nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_known_secret"),
    )


def _vouchers() -> None:
    op.create_table(
        "serial_counter",
        sa.Column("event", ID, nullable=False),
        sa.Column("drawn", BIG, nullable=False),
        sa.PrimaryKeyConstraint("event", name="pk_serial_counter"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_serial_counter_event"),
        sa.CheckConstraint("drawn BETWEEN 0 AND 1000000", name="ck_serial_counter_drawn"),
    )
    op.create_table(
        "voucher",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("serial", BIG, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("key_id", SMALL, nullable=False),
        sa.Column("face", BIG, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_voucher"),
        sa.UniqueConstraint("code_hash", name="uq_voucher_code_hash"),
        sa.UniqueConstraint("event", "serial", name="uq_voucher_event_serial"),
        sa.UniqueConstraint("id", "face", name="uq_voucher_id_face"),
        sa.UniqueConstraint("token_hash", name="uq_voucher_token_hash"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_voucher_event"),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name="fk_voucher_key_id"),
        sa.ForeignKeyConstraint(
            ["event", "expires_on"], ["event.id", "event.expires_on"], name="fk_voucher_event_expires_on"
        ),
        sa.CheckConstraint("face > 0", name="ck_voucher_face"),
        sa.CheckConstraint("serial BETWEEN 0 AND 999999", name="ck_voucher_serial"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issuance",
        sa.Column("voucher", ID, nullable=False),
        sa.Column("face", BIG, nullable=False),
        sa.Column("transfer", ID, nullable=False),
        sa.PrimaryKeyConstraint("voucher", name="pk_issuance"),
        sa.UniqueConstraint("transfer", name="uq_issuance_transfer"),
        sa.UniqueConstraint("voucher", "face", name="uq_issuance_voucher_face"),
        sa.ForeignKeyConstraint(
            ["transfer", "face"], ["transfer.id", "transfer.amount"], name="fk_issuance_transfer_face"
        ),
        sa.ForeignKeyConstraint(["voucher"], ["voucher.id"], name="fk_issuance_voucher"),
        sa.ForeignKeyConstraint(["voucher", "face"], ["voucher.id", "voucher.face"], name="fk_issuance_voucher_face"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replacement",
        sa.Column("voucher", ID, nullable=False),
        sa.Column("replaced_by", ID, nullable=False),
        sa.PrimaryKeyConstraint("voucher", name="pk_replacement"),
        sa.UniqueConstraint("replaced_by", name="uq_replacement_replaced_by"),
        sa.ForeignKeyConstraint(["replaced_by"], ["issuance.voucher"], name="fk_replacement_replaced_by"),
        sa.ForeignKeyConstraint(["voucher"], ["issuance.voucher"], name="fk_replacement_voucher"),
        sa.CheckConstraint("voucher <> replaced_by", name="ck_replacement_another"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "resolution",
        sa.Column("id", ID, nullable=False),
        sa.Column("voucher", ID, nullable=False),
        sa.Column("cycle", SMALL, nullable=False),
        sa.Column("opened_cycle", SMALL, nullable=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("transfer", ID, nullable=False),
        sa.Column("merchant", ID, nullable=True),
        sa.Column("till", ID, nullable=True),
        sa.Column("actor", ID, nullable=True),
        sa.Column("resolved_at", INSTANT, nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("resolved_in", sa.String(length=7), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resolution"),
        sa.UniqueConstraint("id", "voucher", "cycle", "kind", name="uq_resolution_id_voucher_cycle_kind"),
        sa.UniqueConstraint("transfer", name="uq_resolution_transfer"),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name="fk_resolution_actor"),
        sa.ForeignKeyConstraint(["till", "merchant"], ["till.id", "till.merchant"], name="fk_resolution_till_merchant"),
        sa.ForeignKeyConstraint(
            ["transfer", "amount"], ["transfer.id", "transfer.amount"], name="fk_resolution_transfer_amount"
        ),
        sa.ForeignKeyConstraint(
            ["voucher", "amount"], ["issuance.voucher", "issuance.face"], name="fk_resolution_voucher_amount"
        ),
        *_reopening_inline(),
        sa.CheckConstraint(
            (
                "(cycle = 0 AND opened_cycle IS NULL) OR (cycle > 0 AND opened_cycle IS NOT NULL AND opened_cycle"
                " = cycle)"
            ),
            name="ck_resolution_cycle_opened",
        ),
        sa.CheckConstraint("kind IN ('redeem', 'void', 'expire')", name="ck_resolution_resolution_kind"),
        sa.CheckConstraint(
            "(kind = 'redeem') = (merchant IS NOT NULL)"
            " AND (till IS NOT NULL) = (kind = 'redeem' AND resolved_on IS NOT NULL)",
            name="ck_resolution_taken_by_till",
        ),
        sa.CheckConstraint(
            "resolved_on IS NOT NULL OR (kind = 'redeem' AND resolved_at IS NULL AND actor IS NULL)",
            name="ck_resolution_time_goes_first",
        ),
        _month_of_day("resolution", "resolved_on", "resolved_in"),
        sa.CheckConstraint("(kind = 'void') = (reason IS NOT NULL)", name="ck_resolution_void_has_reason"),
        sa.CheckConstraint(
            "reason IN ('misprint', 'damaged', 'lost', 'issued_in_error', 'replaced')", name="ck_resolution_void_reason"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_resolution_timed",
        "resolution",
        ["resolved_on"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    )
    op.create_index("uq_resolution_voucher_cycle", "resolution", ["voucher", "cycle"], unique=True)
    op.create_table(
        "resolution_fate",
        sa.Column("resolution", ID, nullable=False),
        sa.Column("fate", WORD, nullable=False),
        sa.PrimaryKeyConstraint("resolution", name="pk_resolution_fate"),
        sa.UniqueConstraint("resolution", "fate", name="uq_resolution_fate_resolution_fate"),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name="fk_resolution_fate_resolution"),
        sa.CheckConstraint("fate IN ('settled', 'reversed')", name="ck_resolution_fate_fate"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reversal",
        sa.Column("resolution", ID, nullable=False),
        sa.Column("voucher", ID, nullable=False),
        sa.Column("cycle", SMALL, nullable=False),
        sa.Column("opens_cycle", SMALL, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("fate", WORD, nullable=False),
        sa.Column("journal", ID, nullable=False),
        sa.Column("till", ID, nullable=True),
        sa.Column("actor", ID, nullable=True),
        sa.Column("reversed_at", INSTANT, nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("reversed_in", sa.String(length=7), nullable=False),
        sa.PrimaryKeyConstraint("resolution", name="pk_reversal"),
        sa.UniqueConstraint("journal", name="uq_reversal_journal"),
        sa.UniqueConstraint("voucher", "opens_cycle", name="uq_reversal_voucher_opens_cycle"),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name="fk_reversal_actor"),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], name="fk_reversal_journal"),
        sa.ForeignKeyConstraint(
            ["resolution", "fate"],
            ["resolution_fate.resolution", "resolution_fate.fate"],
            name="fk_reversal_resolution_fate",
        ),
        sa.ForeignKeyConstraint(
            ["resolution", "voucher", "cycle", "kind"],
            ["resolution.id", "resolution.voucher", "resolution.cycle", "resolution.kind"],
            name="fk_reversal_resolution_voucher_cycle_kind",
        ),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name="fk_reversal_till"),
        sa.CheckConstraint("fate IN ('settled', 'reversed')", name="ck_reversal_fate"),
        sa.CheckConstraint("opens_cycle = cycle + 1", name="ck_reversal_next_cycle"),
        sa.CheckConstraint("fate = 'reversed'", name="ck_reversal_not_settled"),
        sa.CheckConstraint(
            "reversed_on IS NOT NULL OR (reversed_at IS NULL AND till IS NULL AND actor IS NULL)",
            name="ck_reversal_time_goes_first",
        ),
        _month_of_day("reversal", "reversed_on", "reversed_in"),
        sa.CheckConstraint("kind = 'redeem'", name="ck_reversal_only_redemptions"),
        sa.CheckConstraint("kind IN ('redeem', 'void', 'expire')", name="ck_reversal_resolution_kind"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            REOPENING, "resolution", "reversal", ["voucher", "opened_cycle"], ["voucher", "opens_cycle"]
        )


def _month_of_day(table: str, day: str, month: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        f"{day} IS NULL OR {month} = substr(CAST({day} AS TEXT), 1, 7)", name=f"ck_{table}_month_of_day"
    )


def _audit() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_chain"),
        sa.CheckConstraint("kind IN ('operator', 'organisation', 'till')", name="ck_audit_chain_chain_kind"),
    )
    op.create_table(
        "audit_row",
        sa.Column("chain", ID, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("previous_seq", BIG, nullable=True),
        sa.Column("previous", HASH, nullable=False),
        sa.Column("body_hash", HASH, nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_audit_row"),
        sa.UniqueConstraint("chain", "previous", name="uq_audit_row_chain_previous"),
        sa.UniqueConstraint("chain", "seq", "hash", name="uq_audit_row_chain_seq_hash"),
        sa.ForeignKeyConstraint(["chain"], ["audit_chain.id"], name="fk_audit_row_chain"),
        sa.ForeignKeyConstraint(
            ["chain", "previous_seq", "previous"],
            ["audit_row.chain", "audit_row.seq", "audit_row.hash"],
            name="fk_audit_row_chain_previous_seq_previous",
        ),
        sa.CheckConstraint(
            "length(hash) = 32 AND length(previous) = 32 AND length(body_hash) = 32", name="ck_audit_row_hash_sizes"
        ),
        sa.CheckConstraint(
            ("(seq = 0 AND previous_seq IS NULL) OR (seq > 0 AND previous_seq IS NOT NULL AND previous_seq = seq - 1)"),
            name="ck_audit_row_no_gap",
        ),
        sa.CheckConstraint("length(signature) = 64", name="ck_audit_row_signature_size"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_body",
        sa.Column("chain", ID, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("salt", HASH, nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("event", ID, nullable=True),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_audit_body"),
        sa.ForeignKeyConstraint(["chain", "seq"], ["audit_row.chain", "audit_row.seq"], name="fk_audit_body_chain_seq"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_audit_body_event"),
        sa.CheckConstraint("(salt IS NULL) = (body IS NULL)", name="ck_audit_body_emptied_whole"),
        sa.CheckConstraint(
            "event IS NULL OR body IS NULL OR substr(body, 1, 10) = '{\"sealed\":'", name="ck_audit_body_sealed"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_body_event", "audit_body", ["event"], unique=False)


def _intake() -> None:
    op.create_table(
        "tag",
        sa.Column("id", ID, nullable=False),
        sa.Column("programme", ID, nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tag"),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name="fk_tag_programme"),
        sa.UniqueConstraint("programme", "code", name="uq_tag_programme_code"),
        sa.CheckConstraint("LENGTH(code) = 6", name="ck_tag_code"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tariff_line", ID, nullable=False),
        sa.Column("catalogue_class", WORD, nullable=False),
        sa.Column("condition", WORD, nullable=True),
        sa.Column("calibre_group", WORD, nullable=True),
        sa.Column("quantity", BIG, nullable=False),
        sa.Column("value", BIG, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("make", sa.String(length=60), nullable=True),
        sa.Column("model", sa.String(length=60), nullable=True),
        sa.Column("calibre", sa.String(length=30), nullable=True),
        sa.Column("serial", sa.String(length=40), nullable=True),
        sa.Column("serial_status", WORD, nullable=True),
        sa.Column("tag", ID, nullable=True),
        sa.Column("made_safe_by", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_item_event"),
        sa.ForeignKeyConstraint(["tariff_line"], ["tariff_line.id"], name="fk_item_tariff_line"),
        sa.ForeignKeyConstraint(["tag"], ["tag.id"], name="fk_item_tag"),
        sa.CheckConstraint("state IN ('registered', 'received', 'returned', 'struck')", name="ck_item_item_state"),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100000", name="ck_item_quantity"),
        sa.CheckConstraint(
            "serial_status <> 'legible' OR serial IS NOT NULL", name="ck_item_legible_serial_is_written"
        ),
        sa.CheckConstraint(
            "serial_status NOT IN ('obliterated', 'never_marked') OR serial IS NULL",
            name="ck_item_unreadable_serial_is_blank",
        ),
        sa.CheckConstraint(
            "state NOT IN ('returned', 'struck') OR value IS NULL", name="ck_item_returned_has_no_price"
        ),
        sa.CheckConstraint(
            "serial_status IN ('legible', 'partial', 'obliterated', 'never_marked', 'altered', 'corroded')",
            name="ck_item_serial_status",
        ),
        sa.CheckConstraint("value IS NULL OR value >= 0", name="ck_item_value"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_event", "item", ["event", "day"], unique=False)
    op.create_index(
        "uq_item_tag",
        "item",
        ["tag"],
        unique=True,
        sqlite_where=sa.text("state IN ('registered', 'received')"),
        postgresql_where=sa.text("state IN ('registered', 'received')"),
    )
    op.create_table(
        "quantity_sum",
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("catalogue_class", WORD, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("event", "day", "catalogue_class", name="pk_quantity_sum"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_quantity_sum_event"),
        sa.CheckConstraint("number > 0", name="ck_quantity_sum_number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "value_sum",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("catalogue_class", WORD, nullable=True),
        sa.Column("tariff_line", ID, nullable=True),
        sa.Column("items", BIG, nullable=False),
        sa.Column("value", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_value_sum"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_value_sum_event"),
        sa.ForeignKeyConstraint(["tariff_line"], ["tariff_line.id"], name="fk_value_sum_tariff_line"),
        sa.CheckConstraint("items > 0 AND value >= 0", name="ck_value_sum_of_items"),
        sa.CheckConstraint("tariff_line IS NULL OR catalogue_class IS NOT NULL", name="ck_value_sum_line_of_class"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_value_sum_event", "value_sum", ["event", "day"], unique=False)
    op.create_table(
        "surrender",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_surrender"),
        sa.ForeignKeyConstraint(
            ["event", "day"], ["event_session.event", "event_session.day"], name="fk_surrender_event_day"
        ),
        sa.CheckConstraint(
            "state IN ('open', 'awaiting_approval', 'offered', 'accepted', 'paid_out', 'declined', 'cancelled')",
            name="ck_surrender_surrender_state",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_surrender_event", "surrender", ["event", "day"], unique=False)
    op.create_table(
        "handover",
        sa.Column("surrender", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("op_id", ID, nullable=False),
        sa.Column("op_hash", HASH, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("registered_by", ID, nullable=True),
        sa.Column("appraised_by", ID, nullable=True),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("issued_by", ID, nullable=True),
        sa.Column("appraised", BIG, nullable=True),
        sa.Column("award", BIG, nullable=True),
        sa.PrimaryKeyConstraint("surrender", name="pk_handover"),
        sa.UniqueConstraint("event", "number", name="uq_handover_event_number"),
        sa.UniqueConstraint("op_id", name="uq_handover_op_id"),
        sa.ForeignKeyConstraint(["appraised_by"], ["user_account.id"], name="fk_handover_appraised_by"),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name="fk_handover_approved_by"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_handover_event"),
        sa.ForeignKeyConstraint(["issued_by"], ["user_account.id"], name="fk_handover_issued_by"),
        sa.ForeignKeyConstraint(["registered_by"], ["user_account.id"], name="fk_handover_registered_by"),
        sa.ForeignKeyConstraint(["surrender"], ["surrender.id"], name="fk_handover_surrender"),
        sa.CheckConstraint("issued_by IS NULL OR appraised_by IS NOT NULL", name="ck_handover_appraised_before_issue"),
        sa.CheckConstraint("appraised_by <> issued_by", name="ck_handover_appraiser_is_not_issuer"),
        sa.CheckConstraint("approved_by <> appraised_by", name="ck_handover_approver_is_not_appraiser"),
        sa.CheckConstraint("approved_by <> issued_by", name="ck_handover_approver_is_not_issuer"),
        sa.CheckConstraint("award IS NULL OR award >= 0", name="ck_handover_award"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover_item",
        sa.Column("item", ID, nullable=False),
        sa.Column("surrender", ID, nullable=False),
        sa.Column("line", SMALL, nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item", name="pk_handover_item"),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_handover_item_item"),
        sa.ForeignKeyConstraint(["surrender"], ["handover.surrender"], name="fk_handover_item_surrender"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_handover_item_surrender", "handover_item", ["surrender"], unique=False)
    op.create_table(
        "handover_voucher",
        sa.Column("voucher", ID, nullable=False),
        sa.Column("surrender", ID, nullable=False),
        sa.PrimaryKeyConstraint("voucher", name="pk_handover_voucher"),
        sa.ForeignKeyConstraint(["surrender"], ["handover.surrender"], name="fk_handover_voucher_surrender"),
        sa.ForeignKeyConstraint(["voucher"], ["issuance.voucher"], name="fk_handover_voucher_voucher"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_handover_voucher_surrender", "handover_voucher", ["surrender"], unique=False)


def _redemptions() -> None:
    op.create_table(
        "attempt",
        sa.Column("op_hash", HASH, nullable=False),
        sa.Column("asker_hash", HASH, nullable=False),
        sa.Column("request_hash", HASH, nullable=False),
        sa.Column("till", ID, nullable=True),
        sa.Column("op_id", ID, nullable=True),
        sa.Column("code", WORD, nullable=False),
        sa.Column("resolution", ID, nullable=True),
        sa.Column("spent_by", ID, nullable=True),
        sa.Column("expired_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_in", sa.String(length=7), nullable=False),
        sa.Column("cashier", ID, nullable=True),
        sa.PrimaryKeyConstraint("op_hash", "asker_hash", name="pk_attempt"),
        sa.UniqueConstraint("resolution", name="uq_attempt_resolution"),
        sa.ForeignKeyConstraint(["spent_by"], ["resolution.id"], name="fk_attempt_spent_by"),
        sa.CheckConstraint(
            "decided_at IS NOT NULL OR (op_id IS NULL AND claimed_at IS NULL)",
            name="ck_attempt_time_and_op_id_go_together",
        ),
        sa.CheckConstraint("(till IS NULL) = (decided_on IS NULL)", name="ck_attempt_till_goes_with_day"),
        sa.CheckConstraint(
            "decided_on IS NOT NULL OR (decided_at IS NULL AND cashier IS NULL)", name="ck_attempt_time_goes_first"
        ),
        _month_of_day("attempt", "decided_on", "decided_in"),
        sa.ForeignKeyConstraint(["cashier"], ["user_account.id"], name="fk_attempt_cashier"),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name="fk_attempt_resolution"),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name="fk_attempt_till"),
        sa.CheckConstraint("(code = 'redeemed') = (resolution IS NOT NULL)", name="ck_attempt_outcome"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attempt_till", "attempt", ["till", "decided_on"], unique=False)
    op.create_table(
        "wrong_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("till", ID, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_code"),
        sa.ForeignKeyConstraint(["till"], ["till.id"], name="fk_wrong_code_till"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_wrong_code_till", "wrong_code", ["till", "tried_at"], unique=False)
    _time_holds()


def _time_holds() -> None:
    op.create_table(
        "time_hold",
        sa.Column("id", ID, nullable=False),
        sa.Column("programme", ID, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("renews", ID, nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_time_hold"),
        sa.UniqueConstraint("id", "asked_by", name="uq_time_hold_id_asked_by"),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name="fk_time_hold_asked_by"),
        sa.ForeignKeyConstraint(["programme"], ["programme.id"], name="fk_time_hold_programme"),
        sa.ForeignKeyConstraint(["renews"], ["time_hold.id"], name="fk_time_hold_renews"),
        sa.CheckConstraint(
            "reason IN ('court_order', 'stolen_vouchers', 'merchant_in_doubt', 'official_in_doubt')",
            name="ck_time_hold_hold_reason",
        ),
    )
    op.create_table(
        "time_hold_subject",
        sa.Column("id", ID, nullable=False),
        sa.Column("hold", ID, nullable=False),
        sa.Column("merchant", ID, nullable=True),
        sa.Column("voucher", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_time_hold_subject"),
        sa.UniqueConstraint("hold", "merchant", name="uq_time_hold_subject_hold_merchant"),
        sa.UniqueConstraint("hold", "voucher", name="uq_time_hold_subject_hold_voucher"),
        sa.ForeignKeyConstraint(["hold"], ["time_hold.id"], name="fk_time_hold_subject_hold"),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name="fk_time_hold_subject_merchant"),
        sa.ForeignKeyConstraint(["voucher"], ["voucher.id"], name="fk_time_hold_subject_voucher"),
        sa.CheckConstraint("(merchant IS NULL) <> (voucher IS NULL)", name="ck_time_hold_subject_one_of_two"),
    )
    op.create_table(
        "time_hold_grant",
        sa.Column("hold", ID, nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("granted_by", ID, nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("hold", name="pk_time_hold_grant"),
        sa.ForeignKeyConstraint(["granted_by"], ["user_account.id"], name="fk_time_hold_grant_granted_by"),
        sa.ForeignKeyConstraint(
            ["hold", "asked_by"], ["time_hold.id", "time_hold.asked_by"], name="fk_time_hold_grant_hold_asked_by"
        ),
        sa.CheckConstraint("granted_by <> asked_by", name="ck_time_hold_grant_another_person"),
    )
    op.create_table(
        "time_hold_end",
        sa.Column("hold", ID, nullable=False),
        sa.Column("ended_by", ID, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hold", name="pk_time_hold_end"),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name="fk_time_hold_end_ended_by"),
        sa.ForeignKeyConstraint(["hold"], ["time_hold_grant.hold"], name="fk_time_hold_end_hold"),
    )


def _counts() -> None:
    op.create_table(
        "stock_count",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("moment", WORD, nullable=False),
        sa.Column("tally", SMALL, nullable=False),
        sa.Column("counted_by", ID, nullable=False),
        sa.Column("blank", BIG, nullable=False),
        sa.Column("issued", BIG, nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_count"),
        sa.UniqueConstraint(
            "event", "moment", "tally", "counted_by", name="uq_stock_count_event_moment_tally_counted_by"
        ),
        sa.ForeignKeyConstraint(["counted_by"], ["user_account.id"], name="fk_stock_count_counted_by"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_stock_count_event"),
        sa.CheckConstraint("moment IN ('opening', 'closing')", name="ck_stock_count_count_moment"),
        sa.CheckConstraint("blank >= 0 AND issued >= 0", name="ck_stock_count_not_negative"),
        sa.CheckConstraint("tally > 0", name="ck_stock_count_tally"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("hour", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_heartbeat"),
    )
    op.create_table(
        "purge",
        sa.Column("id", ID, nullable=False),
        sa.Column("purged_at", INSTANT, nullable=False),
        *_measure(),
        sa.PrimaryKeyConstraint("id", name="pk_purge"),
        sa.CheckConstraint(MEASURE, name="ck_purge_measure"),
    )
    op.create_table(
        "purged_event",
        sa.Column("event", ID, nullable=False),
        sa.Column("purge", ID, nullable=False),
        *_measure(),
        sa.PrimaryKeyConstraint("event", name="pk_purged_event"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_purged_event_event"),
        sa.ForeignKeyConstraint(["purge"], ["purge.id"], name="fk_purged_event_purge"),
        sa.CheckConstraint(MEASURE, name="ck_purged_event_measure"),
    )
    op.create_table(
        "rewriting",
        sa.Column("id", ID, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rewriting"),
        sa.CheckConstraint("ended_at >= began_at", name="ck_rewriting_order"),
    )
    op.create_table(
        "rewritten_purge",
        sa.Column("purge", ID, nullable=False),
        sa.Column("rewriting", ID, nullable=False),
        sa.PrimaryKeyConstraint("purge", name="pk_rewritten_purge"),
        sa.ForeignKeyConstraint(["purge"], ["purge.id"], name="fk_rewritten_purge_purge"),
        sa.ForeignKeyConstraint(["rewriting"], ["rewriting.id"], name="fk_rewritten_purge_rewriting"),
    )


def _measure() -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, BIG, nullable=False) for name in ("visits", "awards", "sharing"))


def _settlements() -> None:
    op.create_table(
        "settlement_counter",
        sa.Column("year", SMALL, autoincrement=False, nullable=False),
        sa.Column("drawn", BIG, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_settlement_counter"),
        sa.CheckConstraint("drawn BETWEEN 0 AND 999999", name="ck_settlement_counter_drawn"),
    )
    op.create_table(
        "funder_carry",
        sa.Column("terms_hash", HASH, nullable=False),
        sa.Column("funder", ID, nullable=False),
        sa.Column("carry", BIG, nullable=False),
        sa.PrimaryKeyConstraint("terms_hash", "funder", name="pk_funder_carry"),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name="fk_funder_carry_funder"),
    )
    op.create_table(
        "settlement",
        sa.Column("id", ID, nullable=False),
        sa.Column("year", SMALL, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("merchant", ID, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("total", BIG, nullable=False),
        sa.Column("redemptions", BIG, nullable=False),
        sa.Column("content_hash", HASH, nullable=False),
        sa.Column("prepared_by", ID, nullable=False),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settlement"),
        sa.UniqueConstraint("id", "content_hash", name="uq_settlement_id_content_hash"),
        sa.UniqueConstraint("year", "number", name="uq_settlement_year_number"),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name="fk_settlement_merchant"),
        sa.ForeignKeyConstraint(["prepared_by"], ["user_account.id"], name="fk_settlement_prepared_by"),
        sa.ForeignKeyConstraint(["year"], ["settlement_counter.year"], name="fk_settlement_year"),
        sa.CheckConstraint("length(content_hash) = 32", name="ck_settlement_hash_size"),
        sa.CheckConstraint("redemptions > 0", name="ck_settlement_redemptions"),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'ordered', 'paid', 'returned')",
            name="ck_settlement_settlement_state",
        ),
        sa.CheckConstraint("total > 0", name="ck_settlement_total"),
    )
    op.create_index("ix_settlement_merchant", "settlement", ["merchant"], unique=False)
    op.create_table(
        "settlement_step",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("acted_at", INSTANT, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.PrimaryKeyConstraint("settlement", "act", name="pk_settlement_step"),
        sa.ForeignKeyConstraint(["actor"], ["user_account.id"], name="fk_settlement_step_actor"),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name="fk_settlement_step_settlement"),
        sa.CheckConstraint("(act = 'return') = (reason IS NOT NULL)", name="ck_settlement_step_return_has_reason"),
        sa.CheckConstraint(
            (
                "reason IN ('withdrawn', 'redemption_reversed', 'merchant_in_doubt', 'amount_in_doubt',"
                " 'agreement_in_doubt', 'no_budget', 'papers_missing')"
            ),
            name="ck_settlement_step_return_reason",
        ),
        sa.CheckConstraint(
            "act IN ('prepare', 'submit', 'approve', 'return', 'countersign', 'order', 'pay')",
            name="ck_settlement_step_settlement_act",
        ),
        sa.CheckConstraint(
            "act NOT IN ('approve', 'countersign', 'pay')", name="ck_settlement_step_has_no_other_table"
        ),
    )
    op.create_table(
        "settlement_part",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("terms_hash", HASH, nullable=False),
        sa.PrimaryKeyConstraint("settlement", "event", name="pk_settlement_part"),
        sa.ForeignKeyConstraint(["event"], ["agreement.event"], name="fk_settlement_part_event"),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name="fk_settlement_part_settlement"),
        sa.CheckConstraint("amount > 0", name="ck_settlement_part_amount"),
    )
    op.create_table(
        "settlement_line",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("resolution", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fate", WORD, nullable=True),
        sa.PrimaryKeyConstraint("settlement", "resolution", name="pk_settlement_line"),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name="fk_settlement_line_resolution"),
        sa.ForeignKeyConstraint(
            ["resolution", "fate"],
            ["resolution_fate.resolution", "resolution_fate.fate"],
            name="fk_settlement_line_resolution_fate",
        ),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name="fk_settlement_line_settlement"),
        sa.ForeignKeyConstraint(
            ["settlement", "event"],
            ["settlement_part.settlement", "settlement_part.event"],
            name="fk_settlement_line_settlement_event",
        ),
        sa.CheckConstraint("amount > 0", name="ck_settlement_line_amount"),
        sa.CheckConstraint("fate IN ('settled', 'reversed')", name="ck_settlement_line_fate"),
        sa.CheckConstraint(
            "fate IS NULL OR (fate = 'settled' AND active)", name="ck_settlement_line_sealed_as_settled"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_settlement_line_active",
        "settlement_line",
        ["resolution"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )


def _shares() -> None:
    op.create_table(
        "funder_share",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("funder", ID, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("pays", BIG, nullable=False),
        sa.PrimaryKeyConstraint("settlement", "funder", name="pk_funder_share"),
        sa.UniqueConstraint("settlement", "funder", "pays", name="uq_funder_share_settlement_funder_pays"),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name="fk_funder_share_funder"),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name="fk_funder_share_settlement"),
        sa.CheckConstraint("amount >= 0 AND pays >= 0", name="ck_funder_share_not_negative"),
    )
    op.create_table(
        "part_share",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("funder", ID, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("paid_by", ID, nullable=False),
        sa.PrimaryKeyConstraint("settlement", "event", "funder", name="pk_part_share"),
        sa.ForeignKeyConstraint(
            ["event", "funder"], ["agreement_share.event", "agreement_share.funder"], name="fk_part_share_event_funder"
        ),
        sa.ForeignKeyConstraint(
            ["event", "paid_by"],
            ["agreement_share.event", "agreement_share.funder"],
            name="fk_part_share_event_paid_by",
        ),
        sa.ForeignKeyConstraint(
            ["settlement", "event"],
            ["settlement_part.settlement", "settlement_part.event"],
            name="fk_part_share_settlement_event",
        ),
        sa.CheckConstraint("amount >= 0", name="ck_part_share_not_negative"),
    )
    op.create_table(
        "settlement_approval",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("funder", ID, nullable=False),
        sa.Column("approved_by", ID, nullable=False),
        sa.Column("content_hash", HASH, nullable=False),
        sa.Column("approved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("settlement", "funder", name="pk_settlement_approval"),
        sa.UniqueConstraint("settlement", "approved_by", name="uq_settlement_approval_settlement_approved_by"),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name="fk_settlement_approval_approved_by"),
        sa.ForeignKeyConstraint(
            ["settlement", "content_hash"],
            ["settlement.id", "settlement.content_hash"],
            name="fk_settlement_approval_settlement_content_hash",
        ),
        sa.ForeignKeyConstraint(
            ["settlement", "funder"],
            ["funder_share.settlement", "funder_share.funder"],
            name="fk_settlement_approval_settlement_funder",
        ),
    )
    op.create_table(
        "countersign",
        sa.Column("settlement", ID, nullable=False),
        sa.Column("number", WORD, nullable=False),
        sa.Column("countersigned_on", sa.Date(), nullable=False),
        sa.Column("noted_by", ID, nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("settlement", name="pk_countersign"),
        sa.ForeignKeyConstraint(["noted_by"], ["user_account.id"], name="fk_countersign_noted_by"),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name="fk_countersign_settlement"),
    )
    op.create_table(
        "payment",
        sa.Column("id", ID, nullable=False),
        sa.Column("settlement", ID, nullable=False),
        sa.Column("funder", ID, nullable=False),
        sa.Column("attempt", SMALL, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("end_to_end_id", sa.String(length=35), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("end_to_end_id", name="uq_payment_end_to_end_id"),
        sa.UniqueConstraint("id", "amount", name="uq_payment_id_amount"),
        sa.UniqueConstraint("settlement", "funder", "attempt", name="uq_payment_settlement_funder_attempt"),
        sa.ForeignKeyConstraint(["funder"], ["organisation.id"], name="fk_payment_funder"),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name="fk_payment_settlement"),
        sa.ForeignKeyConstraint(
            ["settlement", "funder", "amount"],
            ["funder_share.settlement", "funder_share.funder", "funder_share.pays"],
            name="fk_payment_settlement_funder_amount",
        ),
        sa.CheckConstraint("amount > 0", name="ck_payment_amount"),
        sa.CheckConstraint("attempt > 0", name="ck_payment_attempt"),
    )
    op.create_table(
        "payment_booking",
        sa.Column("payment", ID, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("attested_by", ID, nullable=False),
        sa.Column("attested_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("payment", name="pk_payment_booking"),
        sa.UniqueConstraint("reference", name="uq_payment_booking_reference"),
        sa.ForeignKeyConstraint(["attested_by"], ["user_account.id"], name="fk_payment_booking_attested_by"),
        sa.ForeignKeyConstraint(
            ["payment", "amount"], ["payment.id", "payment.amount"], name="fk_payment_booking_payment_amount"
        ),
    )


def _totals() -> None:
    op.create_table(
        "rollup_class",
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("catalogue_class", WORD, nullable=False),
        sa.Column("items", BIG, nullable=False),
        sa.Column("appraised_value", BIG, nullable=False),
        sa.PrimaryKeyConstraint("event", "day", "catalogue_class", name="pk_rollup_class"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_rollup_class_event"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_day",
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("surrenders", BIG, nullable=False),
        sa.Column("arms", BIG, nullable=False),
        sa.Column("firearms", BIG, nullable=False),
        sa.Column("ammunition", BIG, nullable=False),
        sa.Column("magazines", BIG, nullable=False),
        sa.Column("explosives", BIG, nullable=False),
        sa.Column("accessories", BIG, nullable=False),
        sa.Column("vouchers", BIG, nullable=False),
        sa.Column("issued", BIG, nullable=False),
        sa.Column("redeemed", BIG, nullable=False),
        sa.Column("void", BIG, nullable=False),
        sa.Column("expired", BIG, nullable=False),
        sa.Column("items", BIG, nullable=False),
        sa.Column("appraised_value", BIG, nullable=False),
        sa.Column("replaced", BIG, nullable=False),
        sa.PrimaryKeyConstraint("event", "day", name="pk_rollup_day"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_rollup_day_event"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_delta",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("catalogue_class", WORD, nullable=True),
        sa.Column("number", BIG, nullable=False),
        sa.Column("cents", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollup_delta"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_rollup_delta_event"),
        sa.CheckConstraint("(kind = 'item') = (catalogue_class IS NOT NULL)", name="ck_rollup_delta_class_of_items"),
        sa.CheckConstraint(
            "kind IN ('item', 'surrender', 'issue', 'replace', 'redeem', 'void', 'expire')",
            name="ck_rollup_delta_delta_kind",
        ),
        sqlite_with_rowid=False,
    )
