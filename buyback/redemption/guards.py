"""What holds of tries beyond their constraints: an answer that was given stays."""

from buyback.triggers import append_only

GUARDS = append_only("attempt", "wrong_code")
