"""``buyback``: provision, serve, import, print, close, check.

Exit status 0 is done, 1 refused or a check that failed (why is on stderr), 2 wrong usage.
"""

import sys

import click

from buyback.commands import ALL
from buyback.commands.base import Context, print_refusal
from buyback.errors import Refused


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="buyback")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Vouchers for weapons handed in: registers, prices, issues, redeems and reconciles."""
    ctx.obj = Context()


for command in ALL:
    cli.add_command(command)


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
