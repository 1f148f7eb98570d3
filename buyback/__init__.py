"""Vouchers for weapons handed in: registers, prices, issues, redeems and reconciles."""
