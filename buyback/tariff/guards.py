"""What holds of prices beyond their constraints: a version's lines stay as they were loaded."""

from buyback.triggers import append_only

GUARDS = append_only("tariff_line")
