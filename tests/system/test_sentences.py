"""Everything that people read is in Spanish in the source and in English in the catalogue."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

import buyback
from buyback.errors import NotFound, Refused
from buyback.paths import TEMPLATES
from buyback.totals.figures import Figure
from tests.catalogue import PLACEHOLDER, english, forms, pairs

KEYWORDS = {"_": None, "N_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]

# Words that are the same in both languages, and names.
SAME = {
    "Calibre",
    "Corregimiento",
    "Error:",
    "Pacificando mi Barrio",
    "Rifle",
    "SENAFRONT",
    "SENAN",
    "Total",
    "corregimiento",
}
ADDRESS = re.compile(r"\S*//\S+")
# What no English text has: Spanish letters, and the words that no Spanish sentence does without.
SPANISH = re.compile(
    r"[áéíóúüñ¿¡]"
    r"|\b(al|aquí|cada|con|de|del|el|elija|en|escriba|ese|esta|este|está|hay|la|las|lo|los|más|ningún|otra|otro|para"
    r"|pida|por|puede|que|se|sin|son|su|sus|todavía|un|una|uno|y|ya)\b",
    re.IGNORECASE,
)


def test_every_refusal_is_in_the_english_catalogue() -> None:
    assert sorted({refusal.sentence for refusal in _refusals()} - set(english())) == []


def test_no_two_refusals_say_the_same() -> None:
    told = Counter(refusal.sentence for refusal in _refusals() if "sentence" in vars(refusal))
    assert len(told) > 100
    assert [sentence for sentence, times in told.items() if times > 1] == []


def test_every_noun_of_what_was_not_found_is_in_the_english_catalogue() -> None:
    nouns = {noun for noun in _nouns() if noun is not None}
    assert len(nouns) > 10
    assert sorted(nouns - set(english())) == []


def test_no_noun_of_what_was_not_found_is_put_together() -> None:
    """A noun with a name in it could not be translated."""
    assert None not in list(_nouns())


def test_what_was_not_found_is_said_whole_in_both_languages() -> None:
    missing = NotFound(what="el corregimiento", name="999999")
    assert missing.text() == "No se encontró el corregimiento 999999."
    assert missing.text(lambda text: str(english()[text].string)) == "The corregimiento 999999 was not found."


def test_every_text_of_screens_is_in_the_english_catalogue() -> None:
    marked = {text for folder in (Path(buyback.__file__).parent, TEMPLATES) for text in _marked(folder)}
    assert len(marked) > 50
    assert sorted(marked - set(english())) == []


def test_every_figure_of_the_totals_is_in_the_english_catalogue() -> None:
    assert sorted({figure.label for figure in Figure} - set(english())) == []


def test_every_english_text_is_there_and_certain() -> None:
    assert [key for key, message in english().items() if message.fuzzy or not all(forms(message.string))] == []


def test_every_text_of_the_catalogue_is_said_somewhere() -> None:
    package = Path(buyback.__file__).parent
    said = {text for folder in (package, TEMPLATES) for text in _marked(folder)}
    constants = (node for path in package.rglob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    said |= {node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    lists = "".join(path.read_text() for path in package.rglob("*.toml"))
    assert [text for text in english() if text not in said and f'"{text}"' not in lists] == []


def test_no_english_text_is_still_spanish() -> None:
    assert {spanish for spanish, text in pairs() if text == spanish} == SAME
    assert [text for _, text in pairs() if SPANISH.search(ADDRESS.sub("", text)) and text not in SAME] == []


def test_the_signs_of_spanish_are_found_in_nearly_every_sentence_of_the_source() -> None:
    """Otherwise the test above would find nothing."""
    sentences = [spanish for spanish, _ in pairs() if spanish.count(" ") > 3]
    assert len(sentences) > 300
    assert sum(SPANISH.search(sentence) is None for sentence in sentences) < len(sentences) / 50


def test_every_english_text_has_the_placeholders_of_the_spanish_one() -> None:
    different = [
        key
        for key, message in english().items()
        if any(
            set(PLACEHOLDER.findall(form)) - {"%(num)s"} != set(PLACEHOLDER.findall(key)) - {"%(num)s"}
            for form in forms(message.string)
        )
    ]
    assert different == []


def _refusals() -> Iterator[type[Refused]]:
    for module in pkgutil.walk_packages(buyback.__path__, "buyback."):
        importlib.import_module(module.name)
    ahead = [Refused]
    while ahead:
        refusal = ahead.pop()
        ahead += refusal.__subclasses__()
        if refusal.__module__.startswith("buyback."):
            yield refusal


def _nouns() -> Iterator[str | None]:
    for path in Path(buyback.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NotFound":
                noun = next(keyword.value for keyword in node.keywords if keyword.arg == "what")
                yield str(noun.value) if isinstance(noun, ast.Constant) else None


def _marked(folder: Path) -> Iterator[str]:
    for _, _, text, _, _ in extract_from_dir(str(folder), METHODS, keywords=KEYWORDS):
        yield text[0] if isinstance(text, tuple) else text
