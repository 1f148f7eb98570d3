"""Triggers as data, and the text of each in the language of either database.

A domain's ``guards.py`` lists what holds of its tables beyond their constraints. Nothing that runs reads it: migrations
made the triggers and import nothing from here. A test compares what they made with what these texts make.

PostgreSQL's append-only trigger lets an update through that changes nothing: the purge rewrites rows that way, in
random order, so that neither their place on disk nor their transaction number keeps the order of the surrenders. SQLite
keeps those rows without a rowid and needs no such thing; but there ``INSERT OR REPLACE`` deletes silently where
``recursive_triggers`` is off, so a trigger also refuses every insert over an existing key, hidden row numbers included,
and ``UPDATE OR REPLACE`` is refused the same way.

Every function on PostgreSQL sets its own ``search_path``, so that nobody's temporary table stands before ours. It costs
four microseconds a call, and no text has to be searched for a name that somebody forgot to spell with its schema.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import MetaData, Table, UniqueConstraint

Act = Literal["INSERT", "UPDATE", "DELETE"]

TODAY = "{today}"  # of Panama, by the database's own clock
WEEK_AGO = "{week_ago}"
NINETY_DAYS_ON = "{ninety_days_on}"  # after NEW.granted_on
_PANAMA_TODAY = "(now() AT TIME ZONE 'America/Panama')::date"
_DAYS = {
    "postgresql": {TODAY: _PANAMA_TODAY, WEEK_AGO: f"({_PANAMA_TODAY} - 7)", NINETY_DAYS_ON: "(NEW.granted_on + 90)"},
    "sqlite": {
        TODAY: "date('now', '-5 hours')",
        WEEK_AGO: "date('now', '-5 hours', '-7 days')",
        NINETY_DAYS_ON: "date(NEW.granted_on, '+90 days')",
    },
}


@dataclass(frozen=True)
class AppendOnly:
    """Rows are added, and neither changed nor deleted nor replaced."""

    table: str


@dataclass(frozen=True)
class NotDeleted:
    """Rows change while they live, within the limits of other guards; they are neither deleted nor replaced."""

    table: str


@dataclass(frozen=True)
class NotReplaced:
    """Rows are changed and deleted as other guards say, and never replaced."""

    table: str


@dataclass(frozen=True)
class Guard:
    """An ``act`` on a row is refused where ``refused`` is true, an SQL condition over NEW and OLD; ``why`` says it.

    ``locks`` names, on PostgreSQL, the rows for which two who act at once wait: what follows sees what the first has
    committed. On SQLite nobody writes at the same time.
    """

    table: str
    name: str
    act: Act
    refused: str
    why: str = "this cannot change any more"
    locks: str = ""


@dataclass(frozen=True)
class Reaction:
    """After an ``act`` on a row, where ``when`` is true, ``statement`` writes elsewhere; ``{random_id}`` is a new id.

    On PostgreSQL it runs as its owner, because the application's role may not write there itself.
    """

    table: str
    name: str
    act: Literal["INSERT", "UPDATE OF state", "UPDATE OF value", "DELETE"]
    when: str
    statement: str


Rule = AppendOnly | NotDeleted | NotReplaced | Guard | Reaction


def append_only(*tables: str) -> tuple[AppendOnly, ...]:
    """One such rule a table."""
    return tuple(AppendOnly(table) for table in tables)


def kept(*tables: str) -> tuple[NotDeleted, ...]:
    """One such rule a table."""
    return tuple(NotDeleted(table) for table in tables)


def moves_but(allowed: Iterable[tuple[str, str]]) -> str:
    """The condition that a row's state changes otherwise than by the ``allowed`` moves, each (from, to)."""
    moves = ", ".join(f"'{before}>{after}'" for before, after in sorted(set(allowed)))
    return f"(NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({moves}))"


def changes(*columns: str) -> str:
    """The condition that one of these columns, none of which is ever empty, changes."""
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def alters(*columns: str) -> str:
    """The condition that one of these columns, which may be empty, changes."""
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def sets_anew(*columns: str) -> str:
    """The condition that one of these columns changes otherwise than by becoming empty."""
    return " OR ".join(
        f"(NEW.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})" for column in columns
    )


def empties(*columns: str) -> str:
    """The condition that one of these columns becomes empty."""
    return " OR ".join(f"(NEW.{column} IS NULL AND OLD.{column} IS NOT NULL)" for column in columns)


def postgresql(rules: Sequence[Rule]) -> Iterator[str]:
    """The statements that make the triggers, and what they call, on PostgreSQL."""
    yield """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '%: history is only added to', TG_TABLE_NAME USING ERRCODE = '23001';
        END $$
        """
    for rule in rules:
        match rule:
            case AppendOnly(table):
                yield _refusing_change(table, "append_only", "UPDATE OR DELETE")
            case NotDeleted(table):
                yield _refusing_change(table, "kept", "DELETE")
            case Guard():
                yield from _postgresql_guard(rule)
            case Reaction():
                yield from _postgresql_reaction(rule)


def sqlite(rules: Sequence[Rule], metadata: MetaData) -> Iterator[str]:
    """The statements that make the triggers on SQLite, on the tables of ``metadata``."""
    for rule in rules:
        match rule:
            case AppendOnly(table):
                yield _sqlite_guard(Guard(table, "no_update", "UPDATE", "1", HISTORY))
                yield _sqlite_guard(Guard(table, "no_delete", "DELETE", "1", HISTORY))
            case NotDeleted(table):
                yield _sqlite_guard(Guard(table, "no_delete", "DELETE", "1", HISTORY))
            case Guard():
                yield _sqlite_guard(rule)
            case Reaction():
                yield _sqlite_reaction(rule)
        if isinstance(rule, AppendOnly | NotDeleted | NotReplaced):
            yield from map(_sqlite_guard, _not_replaced(metadata.tables[rule.table]))


HISTORY = "history is only added to"


def _refusing_change(table: str, name: str, acts: str) -> str:
    return f"CREATE TRIGGER {table}_{name} BEFORE {acts} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"


def _postgresql_guard(guard: Guard) -> Iterator[str]:
    name = f"{guard.table}_{guard.name}"
    refused = _dated(guard.refused, "postgresql")
    if guard.act == "UPDATE":
        refused = f"NEW IS DISTINCT FROM OLD AND ({refused})"
    locks = f"PERFORM 1 FROM {guard.locks} FOR NO KEY UPDATE;" if guard.locks else ""
    yield f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            {locks}
            IF {refused} THEN
                RAISE EXCEPTION '{guard.table}: {guard.why}' USING ERRCODE = '23001';
            END IF;
            RETURN {"OLD" if guard.act == "DELETE" else "NEW"};
        END $$
        """
    yield f"CREATE TRIGGER {name} BEFORE {guard.act} ON {guard.table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _postgresql_reaction(reaction: Reaction) -> Iterator[str]:
    name = f"{reaction.table}_{reaction.name}"
    statement = reaction.statement.format(random_id="gen_random_uuid()")
    yield f"""
        CREATE FUNCTION {name}() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            {statement};
            RETURN NULL;
        END $$
        """
    when = f" WHEN ({reaction.when})" if reaction.when else ""
    yield (
        f"CREATE TRIGGER {name} AFTER {reaction.act} ON {reaction.table} FOR EACH ROW{when} EXECUTE FUNCTION {name}()"
    )


def _sqlite_guard(guard: Guard) -> str:
    return (
        f"CREATE TRIGGER {guard.table}_{guard.name} BEFORE {guard.act} ON {guard.table}"
        f" WHEN {_dated(guard.refused, 'sqlite')}"
        f" BEGIN SELECT RAISE(ABORT, '{guard.table}: {guard.why}'); END"
    )


def _dated(condition: str, dialect: str) -> str:
    for mark, day in _DAYS[dialect].items():
        condition = condition.replace(mark, day)
    return condition


def _sqlite_reaction(reaction: Reaction) -> str:
    statement = reaction.statement.format(random_id="lower(hex(randomblob(16)))")
    when = f" WHEN {reaction.when}" if reaction.when else ""
    return (
        f"CREATE TRIGGER {reaction.table}_{reaction.name} AFTER {reaction.act} ON {reaction.table}{when}"
        f" BEGIN {statement}; END"
    )


def _not_replaced(table: Table) -> Iterator[Guard]:
    """Refuse an insert, and an update, that takes another row's key: then OR REPLACE has nothing to replace.

    A table with hidden row numbers has one key more. NEW.rowid is -1 before an insert that does not name one.
    """
    primary = [column.name for column in table.primary_key.columns]
    others = [_holder(table, columns, where) for columns, where in _keys(table)]
    itself = " AND ".join(f'"{column}" = OLD."{column}"' for column in primary)
    moved = ""
    if table.dialect_options["sqlite"]["with_rowid"]:
        others.append(f"SELECT 1 FROM {table.name} WHERE rowid = NEW.rowid")
        moved = "NEW.rowid <> OLD.rowid OR "
    taken = " OR ".join(f"EXISTS ({other})" for other in others)
    yield Guard(table.name, "no_replace", "INSERT", taken, "this key exists")
    taken = " OR ".join(f"EXISTS ({other} AND NOT ({itself}))" for other in others)
    yield Guard(table.name, "no_replacing_update", "UPDATE", moved + taken, "this key exists")


def _keys(table: Table) -> list[tuple[list[str], str]]:
    """The columns of each of a table's keys, and of a partial index the condition under which a row comes under it."""
    keys = [([column.name for column in table.primary_key.columns], "")]
    keys += [
        ([column.name for column in rule.columns], "")
        for rule in table.constraints
        if isinstance(rule, UniqueConstraint)
    ]
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["sqlite"]["where"]
            keys.append(([column.name for column in index.columns], "" if where is None else str(where)))
    return sorted(keys)


def _holder(table: Table, columns: Sequence[str], where: str) -> str:
    """The row that holds a new row's key; of a partial index, where the new row comes under it too."""
    same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
    if not where:
        return f"SELECT 1 FROM {table.name} WHERE {same}"
    new = ", ".join(f'NEW."{column.name}" AS "{column.name}"' for column in table.columns)
    new_row = f"EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {where})"
    return f"SELECT 1 FROM {table.name} WHERE ({where}) AND {same} AND {new_row}"
