"""Triggers: history is only added to, ends stay ends, a float is a hard ceiling.

The same rules in two dialects. PostgreSQL's append-only trigger lets an update through that changes nothing: the
purge rewrites rows that way, in random order, so that neither their place on disk nor their transaction number keeps
the order of the surrenders. SQLite keeps those rows without a rowid and needs no such thing; but there ``INSERT OR
REPLACE`` deletes silently where ``recursive_triggers`` is off, so a trigger also refuses every insert over an
existing key, hidden row numbers included, and ``UPDATE OR REPLACE`` is refused the same way.

On PostgreSQL the triggers that keep balances run as their owner, because the application's role may not write one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "account",
    "agreement",
    "agreement_share",
    "attempt",
    "audit_chain",
    "audit_row",
    "corregimiento",
    "district",
    "event_session",
    "forbidden_role_pair",
    "issuance",
    "journal",
    "programme_category",
    "programme_denomination",
    "programme_funder",
    "programme_version",
    "province",
    "replacement",
    "resolution",
    "resolution_fate",
    "reversal",
    "stock_count",
    "tariff_line",
    "transfer",
    "voucher",
    "wrong_code",
)

# These change while they live, within limits; their rows are never deleted.
KEPT = (
    "account_balance",
    "audit_body",
    "barrio",
    "branch",
    "event",
    "invitation",
    "item",
    "login_session",
    "merchant",
    "organisation",
    "period",
    "programme",
    "role_grant",
    "serial_counter",
    "surrender",
    "till",
    "user_account",
)

# What leads from weapon to voucher: deleted by the purge of a closed event, and at no other time.
PARTED = {
    "handover": "SELECT state FROM event WHERE id = OLD.event",
    "handover_item": "SELECT e.state FROM event e JOIN item i ON i.event = e.id WHERE i.id = OLD.item",
    "handover_voucher": "SELECT e.state FROM event e JOIN voucher v ON v.event = e.id WHERE v.id = OLD.voucher",
}

# table: (name, condition under which an update is refused). NEW and OLD as both databases spell them.
FROZEN = {
    "surrender": (
        "states_in_order",
        (
            "OLD.state IN ('paid_out', 'declined', 'cancelled') OR NEW.event <> OLD.event OR NEW.day <> OLD.day"
            " OR (NEW.state <> OLD.state AND NEW.state <> 'cancelled' AND OLD.state || '>' || NEW.state NOT IN"
            " ('open>offered', 'open>awaiting_approval', 'awaiting_approval>offered', 'awaiting_approval>open',"
            " 'offered>open', 'offered>accepted', 'offered>declined', 'accepted>paid_out'))"
        ),
    ),
    "item": (
        "end_is_final",
        "OLD.state IN ('received', 'returned', 'struck') OR NEW.event <> OLD.event OR NEW.day <> OLD.day",
    ),
    "event": (
        "identity_and_order",
        (
            "NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.version <> OLD.version"
            " OR NEW.corregimiento <> OLD.corregimiento OR NEW.expires_on <> OLD.expires_on"
            " OR NEW.starts_on <> OLD.starts_on OR NEW.ends_on <> OLD.ends_on"
            " OR (OLD.salt IS NOT NULL AND NEW.salt IS NOT NULL AND NEW.salt <> OLD.salt)"
            " OR (OLD.salt IS NULL AND NEW.salt IS NOT NULL)"
            " OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.closed_at <> OLD.closed_at))"
            " OR (NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN"
            " ('planned>open', 'open>closing', 'closing>open', 'closing>closed', 'closed>purged'))"
        ),
    ),
    "audit_body": (
        "only_emptied",
        (
            "NEW.chain <> OLD.chain OR NEW.seq <> OLD.seq OR NEW.body IS NOT NULL OR NEW.salt IS NOT NULL"
            " OR (NEW.event IS NULL) <> (OLD.event IS NULL) OR NEW.event <> OLD.event"
        ),
    ),
    "till": (
        "revoked_is_final",
        "OLD.state = 'revoked' OR NEW.branch <> OLD.branch OR NEW.token_hash <> OLD.token_hash",
    ),
    "programme": ("identity", "NEW.code <> OLD.code OR NEW.number <> OLD.number OR OLD.closed_at IS NOT NULL"),
    "login_session": ("end_is_final", "OLD.ended_at IS NOT NULL"),
    "role_grant": (
        "end_is_final",
        'OLD.revoked_at IS NOT NULL OR NEW.role <> OLD.role OR NEW."user" <> OLD."user"',
    ),
    "handover": (
        "steps_stay",
        (
            "OLD.issued_by IS NOT NULL OR NEW.surrender <> OLD.surrender OR NEW.event <> OLD.event"
            " OR NEW.op_id <> OLD.op_id OR NEW.op_hash <> OLD.op_hash OR NEW.number <> OLD.number"
            " OR (OLD.appraised_by IS NOT NULL AND (NEW.appraised_by IS NULL OR NEW.appraised_by <> OLD.appraised_by))"
            " OR NEW.approved_by <> OLD.approved_by"
        ),
    ),
    "handover_item": (
        "link_stays",
        (
            "NEW.item <> OLD.item OR NEW.surrender <> OLD.surrender OR NEW.line <> OLD.line"
            " OR NEW.needs_approval <> OLD.needs_approval"
        ),
    ),
    "handover_voucher": ("link_stays", "NEW.voucher <> OLD.voucher OR NEW.surrender <> OLD.surrender"),
    "invitation": ("used_once", "OLD.used_at IS NOT NULL"),
    "serial_counter": ("only_grows", "NEW.drawn < OLD.drawn OR NEW.event <> OLD.event"),
}

# (table, name, act, condition under which it is refused, why)
GUARDS = (
    ("event", "begins_planned", "INSERT", "NEW.state <> 'planned'", "an event begins planned"),
    (
        "handover",
        "approved_first",
        "UPDATE",
        (
            "NEW.issued_by IS NOT NULL AND NEW.approved_by IS NULL AND EXISTS"
            " (SELECT 1 FROM handover_item l JOIN item i ON i.id = l.item"
            " WHERE l.surrender = NEW.surrender AND l.needs_approval AND i.state <> 'struck')"
        ),
        "a second person has not approved",
    ),
    (
        "handover_item",
        "approved_first",
        "INSERT",
        (
            "NEW.needs_approval AND EXISTS (SELECT 1 FROM handover h"
            " WHERE h.surrender = NEW.surrender AND h.issued_by IS NOT NULL AND h.approved_by IS NULL)"
        ),
        "a second person has not approved",
    ),
)


def upgrade() -> None:
    """Create the triggers of whichever database this is."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()
    for table, name, act, refused, why in GUARDS:
        guard(table, name, act, refused, why)


def append_only(table: str) -> None:
    """For later tables too: their rows are neither changed nor deleted nor replaced."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_append_only(table)
    else:
        _sqlite_append_only(table)


def kept(table: str) -> None:
    """For later tables too: their rows are not deleted nor replaced."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_kept(table)
    else:
        _sqlite_kept(table)


def guard(table: str, name: str, act: str, refused: str, why: str) -> None:
    """For later tables too: an INSERT or UPDATE is refused under a condition; an UPDATE that changes nothing is not."""
    if op.get_bind().dialect.name == "postgresql":
        changes = "NEW IS DISTINCT FROM OLD AND " if act == "UPDATE" else ""
        _postgresql_guard(table, name, act, f"{changes}({refused})", why)
    else:
        _sqlite_guard(table, name, act, refused, why)


def downgrade() -> None:
    """See 0001."""
    raise RuntimeError("no downgrade; restore a backup")


def _postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '%: history is only added to', TG_TABLE_NAME USING ERRCODE = '23001';
        END $$
        """
    )
    for table in APPEND_ONLY:
        _postgresql_append_only(table)
    for table in KEPT:
        _postgresql_kept(table)
    for table, state in PARTED.items():
        _postgresql_guard(
            table,
            "parted_by_purge",
            "DELETE",
            f"({state}) NOT IN ('closed', 'purged')",
            "only a closed event is purged",
        )
    for table, (name, refused) in FROZEN.items():
        unchanged = "NEW IS NOT DISTINCT FROM OLD"
        _postgresql_guard(table, name, "UPDATE", f"NOT ({unchanged}) AND ({refused})", "this cannot change any more")
    _postgresql_guard(
        "role_grant",
        "forbidden_pair",
        "INSERT",
        _forbidden_pair(),
        "roles that one person may not hold",
        # Two who grant at once wait for each other here; what follows sees what the first has committed.
        first='PERFORM 1 FROM user_account WHERE id = NEW."user" FOR NO KEY UPDATE;',
    )
    op.execute(
        """
        CREATE FUNCTION open_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            INSERT INTO account_balance (account, balance) VALUES (NEW.id, 0);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER account_opens_balance AFTER INSERT ON account FOR EACH ROW WHEN (NEW.limited)"
        " EXECUTE FUNCTION open_balance()"
    )
    op.execute(
        """
        CREATE FUNCTION move_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            UPDATE account_balance
               SET balance = balance + CASE WHEN account = NEW.credit THEN NEW.amount ELSE -NEW.amount END
             WHERE account IN (NEW.debit, NEW.credit);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER transfer_moves_balance AFTER INSERT ON transfer FOR EACH ROW WHEN (NEW.ledger = 2)"
        " EXECUTE FUNCTION move_balance()"
    )


def _postgresql_append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _postgresql_kept(table: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def _postgresql_guard(table: str, name: str, act: str, refused: str, why: str, *, first: str = "") -> None:
    op.execute(
        f"""
        CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {first}
            IF {refused} THEN
                RAISE EXCEPTION '{table}: {why}' USING ERRCODE = '23001';
            END IF;
            RETURN {"OLD" if act == "DELETE" else "NEW"};
        END $$
        """
    )
    op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()")


def _sqlite() -> None:
    for table in APPEND_ONLY:
        _sqlite_append_only(table)
    for table in KEPT:
        _sqlite_kept(table)
    for table, state in PARTED.items():
        _sqlite_guard(
            table,
            "parted_by_purge",
            "DELETE",
            f"({state}) NOT IN ('closed', 'purged')",
            "only a closed event is purged",
        )
        _sqlite_no_replace(table)
    for table, (name, refused) in FROZEN.items():
        _sqlite_guard(table, name, "UPDATE", refused, "this cannot change any more")
    _sqlite_guard("role_grant", "forbidden_pair", "INSERT", _forbidden_pair(), "roles that one person may not hold")
    op.execute(
        "CREATE TRIGGER account_opens_balance AFTER INSERT ON account WHEN NEW.limited"
        " BEGIN INSERT INTO account_balance (account, balance) VALUES (NEW.id, 0); END"
    )
    op.execute(
        "CREATE TRIGGER transfer_moves_balance AFTER INSERT ON transfer WHEN NEW.ledger = 2"
        " BEGIN UPDATE account_balance"
        " SET balance = balance + CASE WHEN account = NEW.credit THEN NEW.amount ELSE -NEW.amount END"
        " WHERE account IN (NEW.debit, NEW.credit); END"
    )


def _sqlite_append_only(table: str) -> None:
    _sqlite_guard(table, "no_update", "UPDATE", "1", "history is only added to")
    _sqlite_kept(table)


def _sqlite_kept(table: str) -> None:
    _sqlite_guard(table, "no_delete", "DELETE", "1", "history is only added to")
    _sqlite_no_replace(table)


def _sqlite_guard(table: str, name: str, act: str, refused: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {refused}"
        f" BEGIN SELECT RAISE(ABORT, '{table}: {why}'); END"
    )


def _sqlite_no_replace(table: str) -> None:
    """Refuse an insert, and an update, that takes another row's key: then OR REPLACE has nothing to replace.

    A table with hidden row numbers has one key more. NEW.rowid is -1 before an insert that does not name one.
    """
    inspector = sa.inspect(op.get_bind())
    primary = inspector.get_pk_constraint(table)["constrained_columns"]
    keys: list[tuple[Sequence[str | None], str]] = [(primary, "")]
    keys += [(unique["column_names"], "") for unique in inspector.get_unique_constraints(table)]
    keys += [
        (index["column_names"], str(index["dialect_options"].get("sqlite_where", "")))
        for index in inspector.get_indexes(table)
        if index["unique"]
    ]
    new = ", ".join(f'NEW."{column["name"]}" AS "{column["name"]}"' for column in inspector.get_columns(table))
    others = [_sqlite_holder(table, columns, where, new) for columns, where in keys]
    itself = " AND ".join(f'"{column}" = OLD."{column}"' for column in primary)
    moved = ""
    if _has_row_numbers(table):
        others.append(f"SELECT 1 FROM {table} WHERE rowid = NEW.rowid")
        moved = "NEW.rowid <> OLD.rowid OR "
    taken = " OR ".join(f"EXISTS ({other})" for other in others)
    _sqlite_guard(table, "no_replace", "INSERT", taken, "this key exists")
    taken = " OR ".join(f"EXISTS ({other} AND NOT ({itself}))" for other in others)
    _sqlite_guard(table, "no_replacing_update", "UPDATE", moved + taken, "this key exists")


def _sqlite_holder(table: str, columns: Sequence[str | None], where: str, new: str) -> str:
    """The row that holds a new row's key; of a partial index, where the new row comes under it too."""
    same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
    if not where:
        return f"SELECT 1 FROM {table} WHERE {same}"
    return f"SELECT 1 FROM {table} WHERE ({where}) AND {same} AND EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {where})"


def _has_row_numbers(table: str) -> bool:
    made = op.get_bind().execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table})
    return "WITHOUT ROWID" not in str(made.scalar_one()).upper()


def _forbidden_pair() -> str:
    return (
        "EXISTS (SELECT 1 FROM role_grant g JOIN forbidden_role_pair f"
        " ON (f.role = g.role AND f.other = NEW.role) OR (f.other = g.role AND f.role = NEW.role)"
        ' WHERE g."user" = NEW."user" AND g.revoked_at IS NULL)'
    )
