"""``python -m buyback`` is the command ``buyback``."""

from buyback.cli import main

if __name__ == "__main__":
    main()
