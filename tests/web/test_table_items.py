"""The form of each class: what is tapped, what is typed, and what is refused, where, with what was typed kept."""

import re

import pytest

from buyback.ids import new_id
from buyback.intake.rules import SurrenderState
from tests.builders import make_tags
from tests.web.desk import EVENT, GONE_ON, REFUSED, Desk, said_at, stored

CLASSES = ("revolver", "pistol", "printed", "magazine", "grenade", "ammunition")


pytestmark = pytest.mark.databases("sqlite")  # what a form refuses, it refuses before a database is asked


@pytest.fixture(autouse=True)
def _opened(desk: Desk) -> None:
    """A surrender of this desk."""
    desk.open()


def choices(page: str) -> list[str]:
    """What the buttons of a class send."""
    return re.findall(r'name="quick" value="([^"]+)"', page)


def test_the_surrender_leads_to_the_form_of_each_class_of_the_tariff_and_of_no_other(desk: Desk) -> None:
    led_to = set(re.findall(rf'href="{desk.visit}/articulos/(\w+)"', desk.see()))
    assert led_to == set(CLASSES)
    assert {kind: desk.appraiser.get(f"{desk.visit}/articulos/{kind}").status_code for kind in led_to} == dict.fromkeys(
        CLASSES, 200
    )


@pytest.mark.parametrize("kind", ["revolver", "pistol", "printed", "magazine", "ammunition"])
def test_every_choice_of_a_class_registers_what_it_says(desk: Desk, kind: str) -> None:
    offered = choices(desk.appraiser.get(f"{desk.visit}/articulos/{kind}").text)
    assert offered
    for key in offered:
        desk.open()
        assert desk.tap(kind, key).status_code == GONE_ON, key
        (item,) = desk.items()
        assert (item.class_code, item.needs_approval) == (kind, (item.value or 0) > 300_00), key


@pytest.mark.parametrize(
    "kind, fields, value",
    [
        ("revolver", {"condition": "poor", "value": "75"}, 75_00),
        ("pistol", {"condition": "serviceable", "value": "B/. 150.5"}, 150_50),
        ("printed", {"quantity": "2"}, 0),
        ("magazine", {"quantity": "3"}, 15_00),
        ("ammunition", {"calibre_group": "handgun", "quantity": "1,000"}, 350_00),
        ("grenade", {"made_safe_by": "SENAN"}, 100_00),
    ],
)
def test_each_kind_of_class_can_be_typed(desk: Desk, kind: str, fields: dict[str, str], value: int) -> None:
    assert desk.add(kind, **fields).status_code == GONE_ON
    assert [item.value for item in desk.items()] == [value]


REVOLVER = {"condition": "serviceable", "value": "150.00"}
SHOTS = {"calibre_group": "handgun"}
BAD = [
    ("revolver", "quantity", {**REVOLVER, "quantity": "0"}, "número entero de 1 a 100,000"),
    ("revolver", "quantity", {**REVOLVER, "quantity": "-1"}, "número entero de 1 a 100,000"),
    ("revolver", "quantity", {**REVOLVER, "quantity": "dos"}, "número entero de 1 a 100,000"),
    ("revolver", "quantity", {**REVOLVER, "quantity": "1.5"}, "número entero de 1 a 100,000"),
    ("revolver", "quantity", {**REVOLVER, "quantity": "٣"}, "número entero de 1 a 100,000"),
    ("ammunition", "quantity", {**SHOTS, "quantity": "100001"}, "número entero de 1 a 100,000"),
    ("ammunition", "quantity", {**SHOTS, "quantity": "9" * 40}, "número entero de 1 a 100,000"),
    ("ammunition", "calibre_group", {"quantity": "20"}, "Complete este campo"),
    ("ammunition", "calibre_group", {"calibre_group": "cannon", "quantity": "20"}, "Elija una de las opciones"),
    ("revolver", "value", {"condition": "serviceable"}, "Complete este campo"),
    ("revolver", "value", {**REVOLVER, "value": "mucho"}, "Escriba un monto en balboas"),
    ("revolver", "value", {**REVOLVER, "value": "-150"}, "Escriba un monto en balboas"),
    ("revolver", "value", {**REVOLVER, "value": "150.005"}, "Escriba un monto en balboas"),
    ("revolver", "value", {**REVOLVER, "value": "1e3"}, "Escriba un monto en balboas"),
    ("revolver", "value", {**REVOLVER, "value": "75,00"}, "con punto para los centavos, como 1,234.50"),
    ("revolver", "value", {**REVOLVER, "value": "175,50"}, "con punto para los centavos, como 1,234.50"),
    ("revolver", "value", {**REVOLVER, "value": "9" * 30}, "Escriba un monto en balboas"),
    ("revolver", "condition", {"value": "150.00"}, "Complete este campo"),
    ("revolver", "condition", {**REVOLVER, "condition": "new"}, "Elija una de las opciones"),
    ("revolver", "make", {**REVOLVER, "make": "x" * 61}, "Use como máximo 60 caracteres"),
    ("revolver", "model", {**REVOLVER, "model": "8-123-4567"}, "ningún dato de personas"),
    ("revolver", "make", {**REVOLVER, "make": "alguien@correo.example"}, "ningún dato de personas"),
    ("revolver", "calibre", {**REVOLVER, "calibre": ".38\x07"}, "caracteres que no se imprimen"),
    ("revolver", "serial", {**REVOLVER, "serial": "x" * 41}, "Use como máximo 40 caracteres"),
    ("revolver", "serial", {**REVOLVER, "serial": "D1", "serial_status": "obliterated"}, "no se puede leer"),
    ("revolver", "serial", {**REVOLVER, "serial": "", "serial_status": "legible"}, "dice que se lee completa"),
    ("revolver", "serial", {**REVOLVER, "serial": "D1", "quantity": "2"}, "Una serie es de una sola pieza"),
    ("revolver", "serial_status", {**REVOLVER, "serial_status": "rusty"}, "Elija una de las opciones"),
    ("revolver", "tag", {**REVOLVER, "tag": "x" * 31}, "Use como máximo 30 caracteres"),
    ("revolver", "tag", {**REVOLVER, "tag": "7KQ4-N"}, "El carácter de control no corresponde"),
    ("revolver", "tag", {**REVOLVER, "tag": "8-123-456"}, "Se esperan 4 letras o cifras y una de control"),
    ("revolver", "tag", {**REVOLVER, "tag": "7KQ4-M"}, "La etiqueta 7KQ4-M no es de un rollo de este programa"),
    ("printed", "quantity", {"quantity": "3"}, "acepta 2 por visita"),
    ("grenade", "made_safe_by", {}, "Complete este campo"),
    ("grenade", "made_safe_by", {"made_safe_by": "Un vecino"}, "Elija una de las opciones"),
]


def test_what_cannot_be_is_refused_at_its_field_and_stays_typed(desk: Desk) -> None:
    before = stored(desk.site.database)
    wrong = []
    for kind, field, fields, says in BAD:
        answer = desk.add(kind, **fields)
        is_named = re.search(rf'href="#{field}">[^<]+: ', answer.text) is not None
        told = answer.status_code, says in said_at(answer, field), is_named
        if told != (REFUSED, True, True) or lost(answer.text, fields):
            wrong.append((kind, fields, told, lost(answer.text, fields)))
    assert wrong == []
    assert stored(desk.site.database) == before


def lost(page: str, typed: dict[str, str]) -> dict[str, str]:
    """Of what was typed into fields and was one of their options, what the page does not show any more."""
    gone = {}
    for name, text in typed.items():
        field = re.search(rf'<input[^>]*name="{name}" type="text"[^>]*>', page)
        kept = f'value="{text}"' in field.group(0) if field else True
        option = re.search(rf'value="{re.escape(text)}"( selected| checked|[^>]*checked)?', page)
        if not kept or (field is None and option is not None and not option.group(1)):
            gone[name] = text
    return gone


def test_a_class_or_group_without_a_line_in_the_tariff_is_refused(desk: Desk) -> None:
    before = stored(desk.site.database)
    group = desk.add("ammunition", calibre_group="rifle", quantity="5")
    assert (group.status_code, "no tiene un renglón" in group.text) == (REFUSED, True)
    condition = desk.add("pistol", condition="poor", value="100")
    assert (condition.status_code, "no tiene un renglón" in condition.text) == (REFUSED, True)
    for kind in ("submachine_gun", "cannon"):
        assert desk.appraiser.get(f"{desk.visit}/articulos/{kind}").status_code == 404
        assert desk.add(kind).status_code == 404
    assert stored(desk.site.database) == before


def test_a_button_that_no_page_shows_registers_nothing(desk: Desk) -> None:
    before = stored(desk.site.database)
    for key in ("", "serviceable..1.1", "poor..1.25000", "....", "serviceable..99999999.10000"):
        answer = desk.tap("revolver", key)
        assert (answer.status_code, "Elija una de las opciones" in answer.text) == (REFUSED, True), key
    assert stored(desk.site.database) == before


def test_a_tag_is_on_one_thing_of_the_event(desk: Desk) -> None:
    (tag,) = make_tags(desk.site.database, 1)
    desk.add_revolver(tag=tag)
    answer = desk.add("magazine", line="2", tag=tag)
    assert answer.status_code == REFUSED
    assert f"La etiqueta {tag} ya está en otro artículo" in said_at(answer, "tag")
    assert len(desk.items()) == 1


def test_a_double_tap_registers_one_item(desk: Desk) -> None:
    for _tap in range(2):
        assert desk.add_revolver().status_code == GONE_ON
    assert len(desk.items()) == 1


def test_an_appraisal_that_is_finished_takes_no_more_items(desk: Desk) -> None:
    desk.add_revolver()
    desk.step("terminar")
    answer = desk.add("magazine", line="2")
    assert answer.status_code == REFUSED
    assert "ya cambió de estado: ahora está «Ofrecida»" in answer.text
    assert desk.state is SurrenderState.OFFERED
    assert desk.appraiser.get(f"{desk.visit}/articulos/magazine").location == desk.visit


def test_a_surrender_that_is_not_there_has_no_form(desk: Desk) -> None:
    for path in (f"{EVENT}/entregas/99", f"{EVENT}/entregas/99/articulos/revolver"):
        assert desk.appraiser.get(path).status_code == 404
    assert desk.appraiser.post(f"{EVENT}/entregas/99/renglones/{new_id()}/quitar").status_code == 404
