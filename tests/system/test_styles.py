"""Templates, styles and scripts: lines that can be read, no rule for what no page has, colours from the tokens."""

import re
from collections.abc import Iterator
from pathlib import Path

from buyback.paths import PACKAGE, STATIC, TEMPLATES

CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ADDRESS = re.compile(r"url\([^)]*\)")
HEX = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
LINES_MAX = 600
COLUMNS_MAX = 120

# Where a colour is a thing's own: the header and the till's answers are the same by day and by night, paper is white.
OWN_COLOURS = frozenset({"tokens.css", "site.css", "till.css", "print.css", "public.css"})


def sheets() -> Iterator[tuple[str, str]]:
    """Each sheet's name and its rules."""
    for path in sorted((STATIC / "css").glob("*.css")):
        yield path.name, ADDRESS.sub("", COMMENT.sub("", path.read_text(encoding="utf-8")))


def pages() -> str:
    """All text that can name a class: templates, views and scripts."""
    places: tuple[tuple[Path, str], ...] = (
        (TEMPLATES, "*.html"),
        (TEMPLATES, "*.svg"),
        (PACKAGE / "web", "*.py"),
        (STATIC / "js", "*.js"),
    )
    return "\n".join(path.read_text(encoding="utf-8") for place, kind in places for path in place.rglob(kind))


def test_every_rule_is_for_something_that_a_page_has() -> None:
    named = pages()
    dead = [
        (sheet, name) for sheet, css in sheets() for name in sorted(set(CLASS.findall(css))) if not _is_in(named, name)
    ]
    assert dead == []


def test_colours_come_from_the_tokens() -> None:
    assert [(sheet, HEX.findall(css)) for sheet, css in sheets() if sheet not in OWN_COLOURS and HEX.search(css)] == []


def test_every_token_that_is_asked_for_is_there_and_no_other() -> None:
    text = "".join(css for _, css in sheets())
    assert set(re.findall(r"var\((--[\w-]+)", text)) == set(re.findall(r"(?m)^\s*(--[\w-]+):", text))


def test_no_sheet_grows_out_of_hand() -> None:
    assert [sheet for sheet, css in sheets() if css.count("\n") > LINES_MAX] == []


def test_no_line_of_templates_sheets_and_scripts_is_longer_than_one_of_python() -> None:
    places = ((TEMPLATES, "*.html"), (TEMPLATES, "*.svg"), (STATIC / "css", "*.css"), (STATIC / "js", "*.js"))
    files = [path for place, kind in places for path in place.rglob(kind)]
    assert len(files) > 40
    long = [
        f"{path.name}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > COLUMNS_MAX
    ]
    assert long == []


def _is_in(text: str, name: str) -> bool:
    """Whether a page names a class, whole or put together from a kind: ``tag--{{ kind }}``."""
    stem = name.partition("--")[0]
    is_whole = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None
    return is_whole or ("--" in name and f"{stem}--" in text)
