"""Vouchers from the blank to the last disposition, and what leads from a surrender to them."""
