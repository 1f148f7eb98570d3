"""A person at a shell: the program's own entry, an environment of its own, the exit status and both streams."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buyback.cli import run


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """``buyback`` in a folder and an environment."""

    home: Path
    environ: dict[str, str]

    def run(self, *words: object) -> Said:
        """One command, whatever comes of it."""
        out, err, keyboard = io.StringIO(), io.StringIO(), sys.stdin
        sys.stdin = io.StringIO()  # nobody answers
        try:
            with redirect_stdout(out), redirect_stderr(err):
                status = run([str(word) for word in words], self.environ)
        finally:
            sys.stdin = keyboard
        return Said(status, out.getvalue(), err.getvalue())

    def done(self, *words: object) -> str:
        """What a command printed that was done; it complained of nothing."""
        said = self.run(*words)
        assert (said.status, said.err) == (0, ""), said
        return said.out

    def refused(self, *words: object) -> str:
        """Why a command was refused; nothing else was said."""
        said = self.run(*words)
        assert (said.status, said.out) == (1, ""), said
        return said.err

    def misused(self, *words: object) -> str:
        """How a command was used wrongly."""
        said = self.run(*words)
        assert (said.status, said.out) == (2, ""), said
        return said.err

    def json(self, *words: object) -> Any:  # noqa: ANN401  whatever JSON can say
        """The one document that a command printed."""
        return json.loads(self.done(*words, "--json"))
