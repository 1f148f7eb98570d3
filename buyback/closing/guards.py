"""What holds of counts and purges beyond their constraints: what was counted stays; who errs counts anew."""

from buyback.triggers import append_only

GUARDS = append_only("purge", "purged_event", "rewriting", "rewritten_purge", "stock_count")
