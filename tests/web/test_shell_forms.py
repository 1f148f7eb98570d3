"""Each field takes what it should, refuses the rest in words, and keeps what was typed."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from buyback.errors import Forbidden, InputProblem, InvalidInput, NotFound, Refused
from buyback.web.shell.forms import Form


class AlreadyThere(Refused):
    sentence = "Ya hay uno que se llama {name}."


Reader = Callable[[Form], Any]

READERS: dict[str, Reader] = {
    "text": lambda form: form.text("f", limit=10),
    "optional": lambda form: form.text("f", limit=10, required=False),
    "whole": lambda form: form.whole("f", low=1, high=100_000),
    "money": lambda form: form.amount("f"),
    "day": lambda form: form.day("f"),
    "choice": lambda form: form.choice("f", ["pistol", "rifle"]),
    "id": lambda form: form.id("f"),
    "secret": lambda form: form.secret("f"),
}


@pytest.mark.parametrize(
    "reader, typed, value",
    [
        ("text", "  Ana  ", "Ana"),
        ("text", "Peñón 1", "Peñón 1"),
        ("optional", "", ""),
        ("whole", "1", 1),
        ("whole", " 100,000 ", 100_000),
        ("money", "150", 150_00),
        ("money", "150.5", 150_50),
        ("money", "B/. 1,234.50", 1_234_50),
        ("money", "0.35", 35),
        ("money", "17,550", 17_550_00),
        ("day", "2026-11-24", date(2026, 11, 24)),
        ("choice", "rifle", "rifle"),
        ("id", "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11", UUID("6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11")),
        ("secret", "  con espacios  ", "  con espacios  "),
    ],
)
def test_what_fits_is_read(reader: str, typed: str, value: object) -> None:
    form = Form({"f": typed})
    assert READERS[reader](form) == value
    assert form.ok
    form.check()


@pytest.mark.parametrize(
    "reader, typed, why",
    [
        ("text", "   ", "Complete este campo."),
        ("text", "x" * 11, "Use como máximo 10 caracteres."),
        ("text", "a\x00b", "El texto está vacío, tiene espacios alrededor o caracteres que no se imprimen."),
        ("whole", "", "Complete este campo."),
        ("whole", "0", "Escriba un número entero de 1 a 100,000."),
        ("whole", "-1", "Escriba un número entero de 1 a 100,000."),
        ("whole", "100001", "Escriba un número entero de 1 a 100,000."),
        ("whole", "1,5", "Escriba un número entero de 1 a 100,000."),
        ("whole", "1.5", "Escriba un número entero de 1 a 100,000."),
        ("whole", "٣", "Escriba un número entero de 1 a 100,000."),
        ("whole", "9" * 5000, "Escriba un número entero de 1 a 100,000."),
        ("money", "", "Complete este campo."),
        ("money", "-5", "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("money", "75,00", "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("money", "175,50", "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("money", "1.234", "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("money", "1e3", "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("money", "NaN", "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("money", "1" * 5000, "Escriba un monto en balboas, con punto para los centavos, como 1,234.50."),
        ("day", "", "Complete este campo."),
        ("day", "2026-02-30", "Escriba una fecha que exista, como 2026-11-24."),
        ("day", "24/11/2026", "Escriba una fecha que exista, como 2026-11-24."),
        ("choice", "", "Complete este campo."),
        ("choice", "bazooka", "Elija una de las opciones: pistol, rifle."),
        ("id", "1", "Escriba un identificador (UUID), como 6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11."),
        ("secret", "", "Complete este campo."),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_kept(reader: str, typed: str, why: str) -> None:
    form = Form({"f": typed})
    READERS[reader](form)
    assert form.problem("f") == why
    assert form["f"] == typed or reader == "secret"
    with pytest.raises(InvalidInput):
        form.check()


def test_all_that_is_wrong_is_said_at_once() -> None:
    form = Form({"name": "", "value": "x"})
    with form.refusals():
        form.text("name", limit=10)
        form.amount("value")
        form.check()
        raise AssertionError("nothing wrong goes past the check")
    assert [name for name, _ in form.sentences] == ["name", "value"]


def test_a_refusal_by_a_service_stands_at_its_field() -> None:
    form = Form({"name": "Ana"})
    with form.refusals():
        raise AlreadyThere(field="name", name="Ana")
    assert form.problem("name") == "Ya hay uno que se llama Ana."
    assert not form.ok


def test_a_refusal_without_a_field_is_the_whole_forms() -> None:
    form = Form()
    with form.refusals():
        raise AlreadyThere(name="Ana")
    assert form.sentences == [("", "Ya hay uno que se llama Ana.")]


def test_many_refusals_by_a_service_stand_each_at_its_field() -> None:
    form = Form()
    with form.refusals():
        raise InvalidInput([InputProblem("a", AlreadyThere(name="A")), InputProblem("b", AlreadyThere(name="B"))])
    assert [name for name, _ in form.sentences] == ["a", "b"]


@pytest.mark.parametrize("hidden", [NotFound(what="la entrega"), Forbidden()])
def test_what_is_hidden_or_forbidden_is_no_mistake_in_a_form(hidden: Refused) -> None:
    with pytest.raises(type(hidden)), Form().refusals():
        raise hidden


def test_a_fault_of_ours_is_no_mistake_in_a_form() -> None:
    with pytest.raises(KeyError), Form().refusals():
        raise KeyError("ours")


def test_a_password_is_not_shown_again() -> None:
    form = Form({"password": "cuatro barcos"})
    assert form.secret("password") == "cuatro barcos"
    assert form["password"] == ""
