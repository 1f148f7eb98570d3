"""Whatever is read, from a file, a body, a form or a command, says the same of the same mistake, and where it is."""

from collections.abc import Callable
from typing import Any

import pytest

from buyback.errors import InputProblem
from buyback.files.reading import refusals
from buyback.files.reading.reader import Reader
from buyback.files.reading.values import Dialect

WORDS = ("pistol", "rifle")

MISTAKES: list[tuple[Callable[[Reader], Any], object, type]] = [
    (lambda reader: reader.text("k", limit=3), None, refusals.Missing),
    (lambda reader: reader.text("k", limit=3), "abcd", refusals.TooLong),
    (lambda reader: reader.text("k", limit=3), "a\x07", refusals.NotPlainText),
    (lambda reader: reader.text("k", limit=3), 7, refusals.NotText),
    (lambda reader: reader.whole("k", high=5), 6, refusals.NotWhole),
    (lambda reader: reader.whole("k", high=5), True, refusals.NotWhole),
    (lambda reader: reader.whole("k", high=5), int("9" * 400), refusals.NotWhole),
    (lambda reader: reader.amount("k"), "75,00", refusals.NotAnAmount),
    (lambda reader: reader.amount("k"), "100000000.01", refusals.NotAnAmount),
    (lambda reader: reader.day("k"), "ayer", refusals.NotADay),
    (lambda reader: reader.id("k"), "6f0c3f8e", refusals.NotAnId),
    (lambda reader: reader.choice("k", WORDS), "cannon", refusals.NotOneOf),
    (lambda reader: reader.choices("k", WORDS), "pistol", refusals.NotAList),
    (lambda reader: reader.readers("k", high=2), [{}, {}, {}], refusals.NotAList),
]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("read, raw, refusal", MISTAKES)
def test_a_mistake_is_the_same_wherever_it_stands(
    dialect: Dialect, read: Callable[[Reader], Any], raw: object, refusal: type
) -> None:
    reader = Reader({"k": raw}, dialect, path="items[1]", line=7)
    read(reader)
    assert [(found.line, found.field, type(found.refusal)) for found in reader.problems] == [(7, "items[1].k", refusal)]
    assert not reader.sound("k")


def test_what_lies_inside_a_list_has_its_place() -> None:
    raw = {"amounts": ["1.00", "1"], "words": ["rifle", 1], "rows": [{}, 5, {"k": "x", "other": 1}]}
    reader = Reader(raw, Dialect.JSON, line=2)
    assert reader.amounts("amounts", count=2) == (1_00, 0)
    assert reader.choices("words", WORDS)[0] == "rifle"
    for row in reader.readers("rows", high=3):
        row.text("k", limit=5)
        row.finish()
    reader.finish()
    assert [(found.field, type(found.refusal)) for found in reader.problems] == [
        ("amounts[1]", refusals.NotAnAmount),
        ("words[1]", refusals.NotOneOf),
        ("rows[1]", refusals.NotAnObject),
        ("rows[0].k", refusals.Missing),
        ("rows[2].other", refusals.UnknownKey),
    ]


def test_a_problem_says_its_line_and_path_before_its_sentence() -> None:
    reader = Reader({"value": "75,00"}, Dialect.JSON, path="items[1]", line=3)
    reader.amount("value")
    (problem,) = reader.problems
    assert isinstance(problem, InputProblem)
    told = 'línea 3, items[1].value: Escriba un monto en balboas, con punto para los centavos, como "1234.50".'
    assert problem.text() == told


def test_a_blank_field_is_missing_only_where_a_person_types() -> None:
    assert not Reader({"k": "  "}, Dialect.TYPED).has("k")
    assert Reader({"k": "  "}, Dialect.JSON).has("k")
    assert Reader({"k": " a "}, Dialect.TYPED).text("k", limit=1) == "a"
