"""Provinces, districts, corregimientos and the barrios inside them."""
