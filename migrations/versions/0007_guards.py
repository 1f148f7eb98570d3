"""Triggers: history is only added to, ends stay ends, a float is a hard ceiling.

The same rules in two dialects. PostgreSQL's append-only trigger lets an update through that changes nothing: the
purge rewrites rows that way, in random order, so that neither their place on disk nor their transaction number keeps
the order of the surrenders. SQLite keeps those rows without a rowid and needs no such thing; but there ``INSERT OR
REPLACE`` deletes silently where ``recursive_triggers`` is off, so a trigger also refuses every insert over an
existing key, hidden row numbers included, and ``UPDATE OR REPLACE`` is refused the same way.

Migrations import nothing of the application: what stands here stays as it was. Each domain's ``guards.py`` says what
holds today.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "account",
    "agreement",
    "agreement_share",
    "audit_chain",
    "audit_row",
    "corregimiento",
    "countersign",
    "district",
    "event_session",
    "forbidden_role_pair",
    "funder_share",
    "issuance",
    "known_secret",
    "part_share",
    "payment",
    "payment_booking",
    "programme_category",
    "programme_denomination",
    "programme_funder",
    "programme_version",
    "province",
    "purge",
    "purged_event",
    "quantity_sum",
    "replacement",
    "resolution_fate",
    "rewriting",
    "rewritten_purge",
    "settlement_approval",
    "settlement_part",
    "settlement_step",
    "stock_count",
    "tag",
    "tariff_line",
    "time_hold",
    "time_hold_end",
    "time_hold_grant",
    "time_hold_subject",
    "transfer",
    "value_sum",
    "voucher",
)

# These change while they live, within limits; their rows are never deleted.
KEPT = (
    "account_balance",
    "attempt",
    "audit_body",
    "barrio",
    "branch",
    "event",
    "funder_carry",
    "invitation",
    "journal",
    "login_session",
    "merchant",
    "organisation",
    "period",
    "programme",
    "resolution",
    "reversal",
    "role_grant",
    "serial_counter",
    "settlement",
    "settlement_counter",
    "settlement_line",
    "signing_key",
    "surrender",
    "till",
    "user_account",
    "wrong_code",
)

# What leads from weapon to voucher: deleted by the purge of a closed event, and at no other time.
PURGED = {
    "handover": "SELECT state FROM event WHERE id = OLD.event",
    "handover_item": "SELECT e.state FROM event e JOIN item i ON i.event = e.id WHERE i.id = OLD.item",
    "item": (
        "SELECT CASE WHEN e.state = 'closed' AND OLD.catalogue_class IN ('accessory', 'ammunition',"
        " 'magazine', 'part') AND (OLD.state <> 'received' OR EXISTS (SELECT 1 FROM quantity_sum q WHERE"
        " q.event = OLD.event AND q.catalogue_class = OLD.catalogue_class)) THEN e.state ELSE 'kept' END FROM"
        " event e WHERE e.id = OLD.event"
    ),
    "handover_voucher": "SELECT e.state FROM event e JOIN voucher v ON v.event = e.id WHERE v.id = OLD.voucher",
}

# table: (name, condition under which an update is refused). NEW and OLD as both databases spell them.
FROZEN = {
    "surrender": (
        "states_in_order",
        (
            "OLD.state IN ('cancelled', 'declined', 'paid_out') OR NEW.event <> OLD.event OR NEW.day <> OLD.day"
            " OR (NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ('accepted>cancelled',"
            " 'accepted>paid_out', 'awaiting_approval>cancelled', 'awaiting_approval>offered',"
            " 'awaiting_approval>open', 'offered>accepted', 'offered>cancelled', 'offered>declined', 'offered>open',"
            " 'open>awaiting_approval', 'open>cancelled', 'open>offered'))"
        ),
    ),
    "item": (
        "end_is_final",
        (
            "(OLD.state IN ('received', 'returned', 'struck') AND NOT (NEW.value IS NULL AND (SELECT state"
            " FROM event WHERE id = OLD.event) = 'closed' AND NEW.id = OLD.id AND NEW.state = OLD.state AND"
            " EXISTS (SELECT 1 FROM value_sum WHERE event = OLD.event) AND NOT (NEW.tariff_line IS DISTINCT"
            " FROM OLD.tariff_line OR NEW.catalogue_class IS DISTINCT FROM OLD.catalogue_class OR"
            " NEW.condition IS DISTINCT FROM OLD.condition OR NEW.calibre_group IS DISTINCT FROM"
            " OLD.calibre_group OR NEW.quantity IS DISTINCT FROM OLD.quantity OR NEW.make IS DISTINCT FROM"
            " OLD.make OR NEW.model IS DISTINCT FROM OLD.model OR NEW.calibre IS DISTINCT FROM OLD.calibre OR"
            " NEW.serial IS DISTINCT FROM OLD.serial OR NEW.serial_status IS DISTINCT FROM OLD.serial_status"
            " OR NEW.made_safe_by IS DISTINCT FROM OLD.made_safe_by))) OR NEW.event <> OLD.event OR NEW.day <>"
            " OLD.day OR NEW.tag <> OLD.tag OR (NEW.tag IS NULL) <> (OLD.tag IS NULL)"
        ),
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
            " ('closed>purged', 'closing>closed', 'closing>open', 'open>closing', 'planned>open'))"
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
    "signing_key": (
        "moves_on",
        (
            "NEW.state = OLD.state OR (NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN"
            " ('active>retired', 'active>revoked', 'retired>revoked'))"
            " OR NEW.id <> OLD.id OR NEW.public <> OLD.public"
            " OR NEW.valid_from <> OLD.valid_from OR NEW.valid_until <> OLD.valid_until"
        ),
    ),
    "serial_counter": ("only_grows", "NEW.drawn < OLD.drawn OR NEW.event <> OLD.event"),
}

Rule = tuple[str, str, str, str, str]  # table, name, act, condition under which it is refused, why

GUARDS: tuple[Rule, ...] = (
    ("event", "begins_planned", "INSERT", "NEW.state <> 'planned'", "an event begins planned"),
    ("signing_key", "begins_active", "INSERT", "NEW.state <> 'active'", "a signing key begins active"),
    (
        "item",
        "received_has_price",
        "INSERT",
        "NEW.state = 'received' AND NEW.value IS NULL",
        "what is received has a price",
    ),
    (
        "item",
        "is_received_with_price",
        "UPDATE",
        "NEW.state = 'received' AND OLD.state <> 'received' AND NEW.value IS NULL",
        "what is received has a price",
    ),
    *(
        (
            table,
            "of_closed_event",
            "INSERT",
            "NOT ((SELECT state FROM event WHERE id = NEW.event) = 'closed')",
            "only a purge adds up",
        )
        for table in ("quantity_sum", "value_sum")
    ),
    (
        "item",
        "tag_of_programme",
        "INSERT",
        (
            "NEW.tag IS NOT NULL AND (SELECT programme FROM tag WHERE id = NEW.tag) <>"
            " (SELECT v.programme FROM event e JOIN programme_version v ON v.id = e.version WHERE e.id = NEW.event)"
        ),
        "this tag is of another programme",
    ),
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

STATE = "(SELECT s.state FROM settlement s WHERE s.id = NEW.settlement)"
OF_PAYMENT = "FROM payment p JOIN settlement s ON s.id = p.settlement WHERE p.id = NEW.payment"
EMPLOYER = "(SELECT u.organisation FROM user_account u WHERE u.id = NEW.{who})"

# What a settlement may become.
STEPS = (
    "approved>ordered",
    "draft>returned",
    "draft>submitted",
    "ordered>paid",
    "submitted>approved",
    "submitted>returned",
)


def upgrade() -> None:
    """Create the triggers of whichever database this is."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()
    for table, name, act, refused, why in (*GUARDS, *_content(), *_states(), *_people(), *_fading()):
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
        if act == "UPDATE":
            refused = f"NEW IS DISTINCT FROM OLD AND ({refused})"
        _postgresql_guard(table, name, act, refused, why)
    else:
        _sqlite_guard(table, name, act, refused, why)


def downgrade() -> None:
    """See 0006."""
    raise RuntimeError("no downgrade; restore a backup")


def _postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
    for table, state in PURGED.items():
        _postgresql_guard(
            table,
            "deleted_by_purge",
            "DELETE",
            f"({state}) NOT IN ('closed', 'purged')",
            "only a closed event is purged",
        )
    for table, (name, refused) in FROZEN.items():
        changed = f"NEW IS DISTINCT FROM OLD AND ({refused})"
        _postgresql_guard(table, name, "UPDATE", changed, "this cannot change any more")
    _postgresql_guard(
        "role_grant",
        "forbidden_pair",
        "INSERT",
        _forbidden_pair(),
        "roles that one person may not hold",
        # Two who grant at once wait for each other here; what follows sees what the first has committed.
        first='PERFORM 1 FROM user_account WHERE id = NEW."user" FOR NO KEY UPDATE;',
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
        CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
    for table, state in PURGED.items():
        _sqlite_guard(
            table,
            "deleted_by_purge",
            "DELETE",
            f"({state}) NOT IN ('closed', 'purged')",
            "only a closed event is purged",
        )
        _sqlite_no_replace(table)
    for table, (name, refused) in FROZEN.items():
        _sqlite_guard(table, name, "UPDATE", refused, "this cannot change any more")
    _sqlite_guard("role_grant", "forbidden_pair", "INSERT", _forbidden_pair(), "roles that one person may not hold")


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
    keys: list[tuple[Sequence[str], str]] = [(primary, "")]
    keys += [(unique["column_names"], "") for unique in inspector.get_unique_constraints(table)]
    keys += [
        ([str(name) for name in index["column_names"]], str(index["dialect_options"].get("sqlite_where", "")))
        for index in inspector.get_indexes(table)
        if index["unique"]
    ]
    new = ", ".join(f'NEW."{column["name"]}" AS "{column["name"]}"' for column in inspector.get_columns(table))
    others = [_sqlite_holder(table, columns, where, new) for columns, where in sorted(keys)]
    itself = " AND ".join(f'"{column}" = OLD."{column}"' for column in primary)
    moved = ""
    if _has_row_numbers(table):
        others.append(f"SELECT 1 FROM {table} WHERE rowid = NEW.rowid")
        moved = "NEW.rowid <> OLD.rowid OR "
    taken = " OR ".join(f"EXISTS ({other})" for other in others)
    _sqlite_guard(table, "no_replace", "INSERT", taken, "this key exists")
    taken = " OR ".join(f"EXISTS ({other} AND NOT ({itself}))" for other in others)
    _sqlite_guard(table, "no_replacing_update", "UPDATE", moved + taken, "this key exists")


def _sqlite_holder(table: str, columns: Sequence[str], where: str, new: str) -> str:
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


def _content() -> Iterator[Rule]:
    for table in ("settlement_part", "settlement_line", "funder_share", "part_share"):
        yield table, "while_draft", "INSERT", f"{STATE} <> 'draft'", "only a draft takes content"
    yield (
        "settlement_line",
        "is_its_redemption",
        "INSERT",
        (
            "NEW.fate IS NOT NULL OR NOT NEW.active OR NOT EXISTS ("
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
            " OR NEW.amount <> OLD.amount OR NOT OLD.active OR OLD.fate IS NOT NULL"
            f" OR (NOT NEW.active AND {STATE} <> 'returned') OR (NEW.fate IS NOT NULL AND {STATE} <> 'submitted')"
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


NOT_DUE = "this fades when it is due, and does not change otherwise"
UNTIMED = "it begins with its time"
FADING_KINDS = "('redeem', 'reverse', 'void', 'expire')"


def _alters(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _sets_anew(*columns: str) -> str:
    return " OR ".join(
        f"(NEW.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})" for column in columns
    )


def _empties(*columns: str) -> str:
    return " OR ".join(f"(NEW.{column} IS NULL AND OLD.{column} IS NOT NULL)" for column in columns)


def _today() -> str:
    """Of Panama, by the database's own clock."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    return "(now() AT TIME ZONE 'America/Panama')::date" if is_postgresql else "date('now', '-5 hours')"


def _week_ago() -> str:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    return f"({_today()} - 7)" if is_postgresql else "date('now', '-5 hours', '-7 days')"


def _held(merchant: str, voucher: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM time_hold_subject s JOIN time_hold_grant g ON g.hold = s.hold"
        f" WHERE (s.merchant = {merchant} OR s.voucher = {voucher}) AND {_today()} BETWEEN g.granted_on AND g.until"
        " AND NOT EXISTS (SELECT 1 FROM time_hold_end e WHERE e.hold = s.hold))"
    )


def _fading() -> Iterator[Rule]:
    """Times, then days and tills, become empty when they are due, and nothing else of these rows changes."""
    untimed = "NEW.kind <> 'issue' AND (NEW.recorded_at IS NULL OR NEW.effective_on IS NULL)"
    yield "journal", "begins_timed", "INSERT", untimed, UNTIMED
    for table, column in (
        ("resolution", "resolved_at"),
        ("reversal", "reversed_at"),
        ("attempt", "decided_at"),
        ("wrong_code", "tried_at"),
    ):
        yield table, "begins_timed", "INSERT", f"NEW.{column} IS NULL", UNTIMED
    yield "journal", "fades", "UPDATE", _journal(), NOT_DUE
    yield "resolution", "fades", "UPDATE", _resolution(), NOT_DUE
    yield "reversal", "fades", "UPDATE", _reversal(), NOT_DUE
    yield "attempt", "fades", "UPDATE", _attempt(), NOT_DUE
    of_till = "(SELECT t.merchant FROM till t WHERE t.id = OLD.till)"
    yield (
        "wrong_code",
        "fades",
        "UPDATE",
        (
            "NEW.id <> OLD.id OR NEW.till <> OLD.till OR NEW.tried_on <> OLD.tried_on"
            f" OR {_sets_anew('tried_at')}"
            f" OR ({_empties('tried_at')}) AND (OLD.tried_on >= {_week_ago()} OR {_held(of_till, 'NULL')})"
        ),
        NOT_DUE,
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    longest = "(NEW.granted_on + 90)" if is_postgresql else "date(NEW.granted_on, '+90 days')"
    refused = f"NEW.until < NEW.granted_on OR NEW.until > {longest}"
    yield "time_hold_grant", "ninety_days", "INSERT", refused, "a hold lasts 90 days at most"


def _journal() -> str:
    def still(known: str) -> str:
        return (
            "(EXISTS (SELECT 1 FROM transfer t JOIN resolution r ON r.transfer = t.id"
            f" WHERE t.journal = OLD.id AND r.resolved_{known} IS NOT NULL)"
            f" OR EXISTS (SELECT 1 FROM reversal x WHERE x.journal = OLD.id AND x.reversed_{known} IS NOT NULL)"
            f" OR OLD.kind NOT IN {FADING_KINDS})"
        )

    return (
        _alters("id", "kind", "period", "event", "op_scope", "op_id", "op_hash", "reverses")
        + f" OR {_sets_anew('effective_on', 'recorded_at', 'actor')}"
        f" OR ({_empties('recorded_at')}) AND {still('at')}"
        f" OR ({_empties('effective_on')}) AND {still('on')}"
        f" OR ({_empties('actor')}) AND NEW.effective_on IS NOT NULL"
    )


def _resolution() -> str:
    held = _held("OLD.merchant", "OLD.voucher")
    fate = "EXISTS (SELECT 1 FROM resolution_fate f WHERE f.resolution = OLD.id{which})"
    settled, ended = fate.format(which=" AND f.fate = 'settled'"), fate.format(which="")
    event = "SELECT 1 FROM voucher v JOIN event e ON e.id = v.event WHERE v.id = OLD.voucher"
    purged = f"EXISTS ({event} AND e.state = 'purged')"
    return (
        _alters("id", "voucher", "cycle", "opened_cycle", "kind", "reason", "amount", "transfer", "merchant")
        + f" OR {_alters('resolved_in')} OR {_sets_anew('resolved_at', 'resolved_on', 'till', 'actor')}"
        f" OR ({_empties('resolved_at')}) AND ({held} OR NOT (OLD.resolved_on < {_week_ago()} OR {settled}))"
        f" OR ({_empties('resolved_on')}) AND ({held} OR NOT ({ended} AND {purged}))"
        f" OR ({_empties('actor')}) AND NEW.resolved_on IS NOT NULL"
    )


def _reversal() -> str:
    held = _held("(SELECT r.merchant FROM resolution r WHERE r.id = OLD.resolution)", "OLD.voucher")
    return (
        _alters("resolution", "voucher", "cycle", "opens_cycle", "kind", "fate", "journal", "reversed_in")
        + f" OR {_sets_anew('reversed_at', 'reversed_on', 'till', 'actor')}"
        f" OR ({_empties('reversed_at')}) AND ({held} OR OLD.reversed_on >= {_week_ago()})"
        f" OR ({_empties('reversed_on')}) AND"
        " EXISTS (SELECT 1 FROM resolution r WHERE r.id = OLD.resolution AND r.resolved_on IS NOT NULL)"
        f" OR ({_empties('till', 'actor')}) AND NEW.reversed_on IS NOT NULL"
    )


def _attempt() -> str:
    about = "COALESCE(OLD.resolution, OLD.spent_by)"
    still = "EXISTS (SELECT 1 FROM resolution r WHERE r.id = {which} AND r.resolved_{known} IS NOT NULL)"
    held = _held(
        "(SELECT t.merchant FROM till t WHERE t.id = OLD.till)",
        "(SELECT r.voucher FROM resolution r WHERE r.id = OLD.spent_by)",
    )
    return (
        _alters("op_hash", "asker_hash", "request_hash", "code", "resolution", "spent_by", "expired_on", "reason")
        + f" OR {_alters('decided_in')}"
        f" OR {_sets_anew('till', 'op_id', 'claimed_at', 'decided_at', 'decided_on', 'cashier')}"
        f" OR ({_empties('decided_at')})"
        f" AND ({about} IS NULL OR {still.format(which=about, known='at')})"
        f" AND (OLD.resolution IS NOT NULL OR OLD.decided_on >= {_week_ago()} OR {held})"
        f" OR ({_empties('op_id', 'claimed_at')}) AND NEW.decided_at IS NOT NULL"
        f" OR ({_empties('decided_on')}) AND ({about} IS NULL OR {still.format(which=about, known='on')})"
        f" OR ({_empties('cashier')}) AND NEW.decided_on IS NOT NULL"
    )
