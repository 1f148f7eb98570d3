"""The command line, one file a group of commands."""

from buyback.commands import accounts, campaigns, merchants, system, totals, vouchers

ALL = (
    system.keys,
    system.migrate,
    system.demo,
    system.serve,
    accounts.organisation,
    accounts.user,
    campaigns.programme,
    campaigns.event,
    merchants.merchant,
    merchants.till,
    vouchers.vouchers,
    totals.totals,
)
