"""``buyback``: provision, serve, import, print, close, check.

Exit status 0 is done, 1 refused or a check that failed (why is on stderr), 2 wrong usage.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence

import click
from sqlalchemy.exc import InterfaceError, OperationalError

from buyback.commands import ALL
from buyback.commands.base import Context, DatabaseSilent, print_refusal
from buyback.errors import Refused

REFUSED = 1


class _Commands(click.Group):
    """The commands of ``buyback.commands.ALL``, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's own signature
        return list(ALL)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's own
        if cmd_name not in ALL:
            return None
        module, name = ALL[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"buyback.commands.{module}"), name)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="buyback")
def cli() -> None:
    """Vouchers for weapons handed in: registers, prices, issues, redeems and reconciles."""


def run(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command and give its exit status; refusals become a sentence on stderr."""
    context = Context(dict(environ))
    try:
        status = cli.main(args=list(words), prog_name="buyback", standalone_mode=False, obj=context)
    except click.Abort:
        return REFUSED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (InterfaceError, OperationalError):
        print_refusal(DatabaseSilent(), context.environ)
        return REFUSED
    except Refused as refusal:
        print_refusal(refusal, context.environ)
        return REFUSED
    finally:
        context.close()
    return status if isinstance(status, int) else 0


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:], os.environ))
