"""The program's own source as syntax trees, for the tests that hold its rules of construction."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EDGE = ("app.py", "cli.py", "commands/", "demo/", "serving.py", "web/")  # where the clock and chance come in
DOMAINS = (
    "audit",
    "places",
    "people",
    "ledger",
    "campaigns",
    "tariff",
    "intake",
    "vouchers",
    "merchants",
    "redemption",
    "totals",
    "paper_forms",
    "settlement",
    "closing",
    "proofs",
)


@dataclass(frozen=True)
class Module:
    """One file; ``name`` is its path below ``buyback``, such as ``intake/service.py``."""

    name: str
    lines: int
    tree: ast.Module

    @property
    def domain(self) -> str | None:
        """The domain it belongs to, if any."""
        first = self.name.split("/", maxsplit=1)[0]
        return first if first in DOMAINS else None

    @property
    def at_the_edge(self) -> bool:
        """Whether it may ask for the time, for chance and for the environment."""
        return self.name.startswith(EDGE)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """All functions, nested ones and methods included."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def imports(self) -> Iterator[str]:
        """Dotted names of what it imports: ``from a.b import c`` is ``a.b.c``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[tuple[str, int]]:
        """What is called or subscripted, as written in full (``datetime.now``), with its line.

        Names are followed to where they were imported from, so that no alias hides a clock.
        """
        known = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute | ast.Name):
                first, dot, rest = ast.unparse(node).partition(".")
                yield known.get(first, first) + dot + rest, node.lineno


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every module of the program."""
    package = ROOT / "buyback"
    found = []
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(path.relative_to(package).as_posix(), text.count("\n"), ast.parse(text)))
    return tuple(found)


def texts() -> Iterator[Path]:
    """Every file of the project that people write, whatever its language."""
    kinds = {".py", ".html", ".css", ".js", ".md", ".toml", ".po", ".csv", ".svg", ".json"}
    for folder in ("buyback", "templates", "static", "migrations", "tests", "benchmarks", "docs"):
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in kinds)
