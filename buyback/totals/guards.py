"""What writes the deltas: each thing that counts, in the transaction in which it happens.

A delta is a new row, so that tills do not wait for each other as they would for one hot row. It names the event, the
day and the amount, and not what it came from.
"""

from buyback.totals.figures import OTHER_CLASSES
from buyback.triggers import Reaction

_WRITES = "INSERT INTO rollup_delta (id, event, day, kind, catalogue_class, number, cents) SELECT {random_id}, "
_ISSUED = (
    "voucher v JOIN issuance n ON n.voucher = v.id JOIN transfer t ON t.id = n.transfer"
    " JOIN journal j ON j.id = t.journal"
)
_SURRENDER = f"{_WRITES}NEW.event, NEW.day, 'surrender', NULL, 1, 0"
_ITEM = f"{_WRITES}NEW.event, NEW.day, 'item', NEW.catalogue_class, NEW.quantity, COALESCE(NEW.value, 0)"

GUARDS = (
    Reaction(
        "issuance",
        "counts",
        "INSERT",
        "",
        f"{_WRITES}v.event, j.effective_on, 'issue', NULL, 1, NEW.face"
        " FROM voucher v, transfer t JOIN journal j ON j.id = t.journal"
        " WHERE v.id = NEW.voucher AND t.id = NEW.transfer",
    ),
    Reaction(
        "resolution",
        "counts",
        "INSERT",
        "",
        f"{_WRITES}v.event, j.effective_on, NEW.kind, NULL, 1, NEW.amount FROM {_ISSUED} WHERE v.id = NEW.voucher",
    ),
    Reaction(
        "reversal",
        "counts",
        "INSERT",
        "",
        f"{_WRITES}v.event, j.effective_on, r.kind, NULL, -1, -r.amount"
        f" FROM {_ISSUED} JOIN resolution r ON r.voucher = v.id WHERE r.id = NEW.resolution",
    ),
    Reaction(
        "replacement",
        "counts",
        "INSERT",
        "",
        f"{_WRITES}v.event, j.effective_on, 'replace', NULL, 1, n.face FROM {_ISSUED} WHERE v.id = NEW.replaced_by",
    ),
    Reaction("surrender", "counts", "INSERT", "NEW.state = 'paid_out'", _SURRENDER),
    Reaction(
        "surrender",
        "counts_later",
        "UPDATE OF state",
        "NEW.state = 'paid_out' AND OLD.state <> 'paid_out'",
        _SURRENDER,
    ),
    Reaction("item", "counts", "INSERT", "NEW.state = 'received'", _ITEM),
    Reaction(
        "item",
        "counts_later",
        "UPDATE OF state",
        "NEW.state = 'received' AND OLD.state <> 'received'",
        _ITEM,
    ),
    # A purge takes items out of the totals, or their values, and puts the sums of the event in.
    Reaction(
        "item",
        "counts_no_more",
        "DELETE",
        "OLD.state = 'received'",
        f"{_WRITES}OLD.event, OLD.day, 'item', OLD.catalogue_class, -OLD.quantity, -OLD.value",
    ),
    Reaction(
        "item",
        "is_worth_no_more",
        "UPDATE OF value",
        "OLD.state = 'received' AND OLD.value IS NOT NULL AND NEW.value IS NULL",
        f"{_WRITES}OLD.event, OLD.day, 'item', OLD.catalogue_class, 0, -OLD.value",
    ),
    Reaction(
        "quantity_sum",
        "counts",
        "INSERT",
        "",
        f"{_WRITES}NEW.event, NEW.day, 'item', NEW.catalogue_class, NEW.number, 0",
    ),
    Reaction(
        "value_sum",
        "counts",
        "INSERT",
        "",
        f"{_WRITES}NEW.event, NEW.day, 'item', COALESCE(NEW.catalogue_class, '{OTHER_CLASSES}'), 0, NEW.value",
    ),
)
