"""The guides lead somewhere: every link, every picture, in both languages."""

import re
from pathlib import Path

import pytest

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
    spanish, english = ((ROOT / "docs" / one).read_text() for one in (f"es/{es}.md", f"en/{en}.md"))
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
