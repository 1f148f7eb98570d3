"""What holds of surrenders beyond their constraints: states in their order, three people, and links until the purge."""

from buyback.intake.rules import DISSOLVED, ENDED, ITEM_ENDED, MOVES
from buyback.triggers import Guard, NotReplaced, alters, append_only, changes, kept, moves_but

_MOVES = [(source, move.target) for move in MOVES.values() for source in move.sources]


def _among(states: frozenset[str]) -> str:
    return "OLD.state IN ({})".format(", ".join(f"'{state}'" for state in sorted(states)))


_NO_PRICE = "what is received has a price"
_TAG_MOVES = "NEW.tag <> OLD.tag OR (NEW.tag IS NULL) <> (OLD.tag IS NULL)"
_IS_CLOSED = "(SELECT state FROM event WHERE id = {row}.event) = 'closed'"
_PURGED_VALUE = (
    "NEW.value IS NULL AND " + _IS_CLOSED.format(row="OLD") + " AND NEW.id = OLD.id AND NEW.state = OLD.state"
    " AND EXISTS (SELECT 1 FROM value_sum WHERE event = OLD.event) AND NOT ("
    + alters(
        "tariff_line",
        "catalogue_class",
        "condition",
        "calibre_group",
        "quantity",
        "make",
        "model",
        "calibre",
        "serial",
        "serial_status",
        "made_safe_by",
    )
    + ")"
)
_DISSOLVED = ", ".join(f"'{code}'" for code in DISSOLVED)
_MAY_GO = (
    f"SELECT CASE WHEN e.state = 'closed' AND OLD.catalogue_class IN ({_DISSOLVED})"
    " AND (OLD.state <> 'received' OR EXISTS (SELECT 1 FROM quantity_sum q"
    " WHERE q.event = OLD.event AND q.catalogue_class = OLD.catalogue_class)) THEN e.state ELSE 'kept' END"
    " FROM event e WHERE e.id = OLD.event"
)
_OTHER_PROGRAMME = (
    "NEW.tag IS NOT NULL AND (SELECT programme FROM tag WHERE id = NEW.tag) <>"
    " (SELECT v.programme FROM event e JOIN programme_version v ON v.id = e.version WHERE e.id = NEW.event)"
)

GUARDS = (
    *kept("surrender"),
    *append_only("quantity_sum", "tag", "value_sum"),
    NotReplaced("item"),
    NotReplaced("handover"),
    NotReplaced("handover_item"),
    Guard(
        "surrender",
        "states_in_order",
        "UPDATE",
        f"{_among(ENDED)} OR {changes('event', 'day')} OR {moves_but(_MOVES)}",
    ),
    Guard(
        "item",
        "end_is_final",
        "UPDATE",
        f"({_among(ITEM_ENDED)} AND NOT ({_PURGED_VALUE})) OR {changes('event', 'day')} OR {_TAG_MOVES}",
    ),
    Guard(
        "item",
        "deleted_by_purge",
        "DELETE",
        f"({_MAY_GO}) NOT IN ('closed', 'purged')",
        "only a closed event is purged",
    ),
    Guard("item", "received_has_price", "INSERT", "NEW.state = 'received' AND NEW.value IS NULL", _NO_PRICE),
    Guard(
        "item",
        "is_received_with_price",
        "UPDATE",
        "NEW.state = 'received' AND OLD.state <> 'received' AND NEW.value IS NULL",
        _NO_PRICE,
    ),
    *(
        Guard(table, "of_closed_event", "INSERT", f"NOT ({_IS_CLOSED.format(row='NEW')})", "only a purge adds up")
        for table in ("quantity_sum", "value_sum")
    ),
    Guard("item", "tag_of_programme", "INSERT", _OTHER_PROGRAMME, "this tag is of another programme"),
    Guard(
        "handover",
        "steps_stay",
        "UPDATE",
        f"OLD.issued_by IS NOT NULL OR {changes('surrender', 'event', 'op_id', 'op_hash', 'number')}"
        " OR (OLD.appraised_by IS NOT NULL AND (NEW.appraised_by IS NULL OR NEW.appraised_by <> OLD.appraised_by))"
        " OR NEW.approved_by <> OLD.approved_by",
    ),
    Guard(
        "handover",
        "approved_first",
        "UPDATE",
        "NEW.issued_by IS NOT NULL AND NEW.approved_by IS NULL AND EXISTS"
        " (SELECT 1 FROM handover_item l JOIN item i ON i.id = l.item"
        " WHERE l.surrender = NEW.surrender AND l.needs_approval AND i.state <> 'struck')",
        "a second person has not approved",
    ),
    Guard(
        "handover",
        "deleted_by_purge",
        "DELETE",
        "(SELECT state FROM event WHERE id = OLD.event) NOT IN ('closed', 'purged')",
        "only a closed event is purged",
    ),
    Guard("handover_item", "link_stays", "UPDATE", changes("item", "surrender", "line", "needs_approval")),
    Guard(
        "handover_item",
        "approved_first",
        "INSERT",
        "NEW.needs_approval AND EXISTS (SELECT 1 FROM handover h"
        " WHERE h.surrender = NEW.surrender AND h.issued_by IS NOT NULL AND h.approved_by IS NULL)",
        "a second person has not approved",
    ),
    Guard(
        "handover_item",
        "deleted_by_purge",
        "DELETE",
        "(SELECT e.state FROM event e JOIN item i ON i.event = e.id WHERE i.id = OLD.item) NOT IN ('closed', 'purged')",
        "only a closed event is purged",
    ),
)
