"""What holds of places beyond their constraints: the division is the law's, and barrios are only added."""

from buyback.triggers import append_only, kept

GUARDS = (*append_only("province", "district", "corregimiento"), *kept("barrio"))
