"""The guides lead somewhere: every link, every picture, in both languages; and what they say of the layers is so."""

import re
import tomllib
from pathlib import Path

import pytest

from docs import layers

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
GUIDES = {
    "mesa": "table",
    "caja": "till",
    "oficiales": "officials",
    "auditoria": "audit",
    "operacion": "operations",
    "terminos": "terms",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_guide_is_there_in_both_languages() -> None:
    assert {path.stem for path in (ROOT / "docs" / "es").glob("*.md")} == set(GUIDES)
    assert {path.stem for path in (ROOT / "docs" / "en").glob("*.md")} == set(GUIDES.values())


@pytest.mark.parametrize("es, en", GUIDES.items())
def test_a_guide_has_the_same_parts_and_pictures_in_both_languages(es: str, en: str) -> None:
    spanish, english = ((ROOT / "docs" / page).read_text() for page in (f"es/{es}.md", f"en/{en}.md"))
    assert spanish.count("\n## ") == english.count("\n## ")
    assert re.findall(r"img/es/([\w-]+)", spanish) == re.findall(r"img/en/([\w-]+)", english)


def test_every_picture_is_taken_by_the_script_and_is_there() -> None:
    taken = set(re.findall(r'Picture\("([\w-]+)"', (ROOT / "docs" / "pictures.py").read_text()))
    for language in ("es", "en"):
        assert {path.stem for path in (ROOT / "docs" / "img" / language).glob("*.png")} == taken


def terms(page: str, column: int) -> list[str]:
    """One column of a page of terms, without headings."""
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs" / page).read_text().splitlines() if "| " in line]
    return [row[column] for row in rows if row[-1] not in {"What it is", "Qué es"}]


def test_both_pages_of_terms_name_the_same_things_in_the_same_order() -> None:
    assert terms("en/terms.md", 0) == terms("es/terminos.md", 1)
    assert terms("en/terms.md", 1) == terms("es/terminos.md", 0)


@pytest.mark.parametrize("term", terms("en/terms.md", 0))
def test_a_term_is_a_name_in_the_program(term: str) -> None:
    name = re.compile(rf"(\b|_){term.replace(' ', '_')}", re.IGNORECASE)
    assert any(name.search(path.read_text()) for path in (ROOT / "buyback").rglob("*.py"))


def layer_order() -> list[str]:
    """The packages as the import contract has them, from the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [name for row in rows for name in row.split(" | ")]


def test_the_picture_of_the_layers_is_drawn_anew() -> None:
    assert layers.PICTURE.read_text() == layers.draw(), "run docs/layers.py"


def test_the_picture_shows_the_layers_in_the_order_of_the_import_contract() -> None:
    shown = [name for _story, boxes in layers.ROWS for name in boxes]
    order = layer_order()
    assert shown == sorted(shown, key=order.index)
    packages = {path.parent.name for path in (ROOT / "buyback").glob("*/tables.py")} | {"proofs", "paper_forms"}
    assert packages <= set(shown)


def test_the_contributors_page_shows_the_same_layers() -> None:
    picture = (ROOT / "CONTRIBUTING.md").read_text().split("```")[1]
    rows = [re.split(r"\s{2,}", line)[0] for line in picture.strip().splitlines()]
    shown = [name for row in rows for name in row.split(" · ")]
    assert [name for name in shown if name not in {"cli", "commands", "app"}] == [
        name for _story, boxes in layers.ROWS for name in boxes
    ]
    assert shown == sorted(shown, key=layer_order().index)
