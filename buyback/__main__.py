"""``python -m buyback`` is the command ``buyback``."""

from buyback.cli import main

main()
