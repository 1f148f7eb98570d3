"""What triggers write: the balances of limited accounts, and a delta of the totals with each thing that counts.

A delta is a new row, so that tills do not wait for each other as they would for one hot row. It names the event, the
day and the amount, and not what it came from; its id is random, it keeps no time, and on SQLite its table has no hidden
numbers. On PostgreSQL the triggers run as their owner, because the application's role may write neither a
balance nor a delta.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

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
        "replacement",
        "INSERT",
        "",
        (
            "SELECT {id}, v.event, j.effective_on, 'replace', NULL, 1, n.face"
            f" FROM {ISSUED} WHERE v.id = NEW.replaced_by"
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
        "UPDATE OF state",
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
        "UPDATE OF state",
        "NEW.state = 'received' AND OLD.state <> 'received'",
        "SELECT {id}, NEW.event, NEW.day, 'item', NEW.catalogue_class, NEW.quantity, COALESCE(NEW.value, 0)",
    ),
    (
        "item",
        "DELETE",
        "OLD.state = 'received'",
        "SELECT {id}, OLD.event, OLD.day, 'item', OLD.catalogue_class, -OLD.quantity, -OLD.value",
    ),
    (
        "item",
        "UPDATE OF value",
        "OLD.state = 'received' AND OLD.value IS NOT NULL AND NEW.value IS NULL",
        "SELECT {id}, OLD.event, OLD.day, 'item', OLD.catalogue_class, 0, -OLD.value",
    ),
    (
        "quantity_sum",
        "INSERT",
        "",
        "SELECT {id}, NEW.event, NEW.day, 'item', NEW.catalogue_class, NEW.number, 0",
    ),
    (
        "value_sum",
        "INSERT",
        "",
        "SELECT {id}, NEW.event, NEW.day, 'item', COALESCE(NEW.catalogue_class, 'other'), 0, NEW.value",
    ),
)
NAMES = {
    "INSERT": "counts",
    "UPDATE OF state": "counts_later",
    "UPDATE OF value": "is_worth_no_more",
    "DELETE": "counts_no_more",
}


def upgrade() -> None:
    """Create the triggers of whichever database this is."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_balances()
    else:
        _sqlite_balances()
    for table, act, condition, adds in COUNTED:
        _count(table, act, condition, f"INSERT INTO rollup_delta ({COLUMNS}) {_with_ids(adds)}")


def downgrade() -> None:
    """See 0006."""
    raise RuntimeError("no downgrade; restore a backup")


def _with_ids(select: str) -> str:
    chance = "gen_random_uuid()" if op.get_bind().dialect.name == "postgresql" else "lower(hex(randomblob(16)))"
    return select.replace("{id}", chance)


def _count(table: str, act: str, condition: str, statement: str) -> None:
    name = f"{table}_{NAMES[act]}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $$ BEGIN {statement}; RETURN NULL; END $$"
        )
        when = f" WHEN ({condition})" if condition else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION {name}()")
    else:
        when = f" WHEN {condition}" if condition else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table}{when} BEGIN {statement}; END")


def _postgresql_balances() -> None:
    op.execute(
        """
        CREATE FUNCTION account_opens_balance() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO account_balance (account, balance) VALUES (NEW.id, 0);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER account_opens_balance AFTER INSERT ON account FOR EACH ROW WHEN (NEW.limited)"
        " EXECUTE FUNCTION account_opens_balance()"
    )
    op.execute(
        """
        CREATE FUNCTION transfer_moves_balance() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
        " EXECUTE FUNCTION transfer_moves_balance()"
    )


def _sqlite_balances() -> None:
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
