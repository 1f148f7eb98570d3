"""``buyback``: provision, serve, import, print, close, check.

Exit status 0 is done, 1 refused or a check that failed (why is on stderr), 2 wrong usage.
"""

import importlib
import sys

import click

from buyback.commands import ALL
from buyback.commands.base import Context, print_refusal
from buyback.errors import Refused


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


def main() -> None:
    """The entry point: refusals become a sentence and status 1."""
    context = Context()
    try:
        status = cli.main(standalone_mode=False, obj=context)
    except click.Abort:
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Refused as refusal:
        print_refusal(refusal, context.environ)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
