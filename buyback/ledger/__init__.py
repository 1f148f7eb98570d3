"""Accounts and balanced transfers; knows no voucher."""
