"""The command line, one file a group of commands."""

from buyback.commands import accounts, system

ALL = (
    system.keys,
    system.migrate,
    system.serve,
    accounts.organisation,
    accounts.user,
)
