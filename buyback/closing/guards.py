"""What holds of counts beyond their constraints: what a person counted stays; who errs counts anew."""

from buyback.triggers import append_only

GUARDS = append_only("stock_count")
