"""What holds of surrenders beyond their constraints: states in their order, three people, and links until the purge."""

from buyback.intake.rules import ENDED, ITEM_ENDED, MOVES
from buyback.triggers import AppendOnly, Guard, NotReplaced, changes, kept, moves_but

_MOVES = [(source, move.target) for move in MOVES.values() for source in move.sources]


def _among(states: frozenset[str]) -> str:
    return "OLD.state IN ({})".format(", ".join(f"'{state}'" for state in sorted(states)))


_TAG_MOVES = "NEW.tag <> OLD.tag OR (NEW.tag IS NULL) <> (OLD.tag IS NULL)"
_OTHER_PROGRAMME = (
    "NEW.tag IS NOT NULL AND (SELECT programme FROM tag WHERE id = NEW.tag) <>"
    " (SELECT v.programme FROM event e JOIN programme_version v ON v.id = e.version WHERE e.id = NEW.event)"
)

GUARDS = (
    *kept("item", "surrender"),
    AppendOnly("tag"),
    NotReplaced("handover"),
    NotReplaced("handover_item"),
    Guard(
        "surrender",
        "states_in_order",
        "UPDATE",
        f"{_among(ENDED)} OR {changes('event', 'day')} OR {moves_but(_MOVES)}",
    ),
    Guard("item", "end_is_final", "UPDATE", f"{_among(ITEM_ENDED)} OR {changes('event', 'day')} OR {_TAG_MOVES}"),
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
