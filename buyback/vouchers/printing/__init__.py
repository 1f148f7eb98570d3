"""Vouchers on paper: A4 sheets of eight, A6 and an 80 mm roll, as one PDF.

What all vouchers of a kind share (ornament, amount, date, rules) is one form of the document that each voucher refers
to; its own are the QR code, drawn as one path, the typed code and the serial.
"""

from buyback.vouchers.printing.sheets import NothingToPrint, Paper, PrintedVoucher, render

__all__ = ["NothingToPrint", "Paper", "PrintedVoucher", "render"]
