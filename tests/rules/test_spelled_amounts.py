"""Amounts in words, as cheques and vouchers spell them."""

import pytest

from buyback.money import words

SPELLED = [
    (0, "cero balboas"),
    (1, "un balboa"),
    (2, "dos balboas"),
    (5, "cinco balboas"),
    (10, "diez balboas"),
    (11, "once balboas"),
    (16, "dieciséis balboas"),
    (20, "veinte balboas"),
    (21, "veintiún balboas"),
    (22, "veintidós balboas"),
    (31, "treinta y un balboas"),
    (50, "cincuenta balboas"),
    (91, "noventa y un balboas"),
    (100, "cien balboas"),
    (101, "ciento un balboas"),
    (111, "ciento once balboas"),
    (121, "ciento veintiún balboas"),
    (500, "quinientos balboas"),
    (701, "setecientos un balboas"),
    (999, "novecientos noventa y nueve balboas"),
    (1_000, "mil balboas"),
    (1_001, "mil un balboas"),
    (1_021, "mil veintiún balboas"),
    (1_260, "mil doscientos sesenta balboas"),
    (21_000, "veintiún mil balboas"),
    (31_031, "treinta y un mil treinta y un balboas"),
    (101_000, "ciento un mil balboas"),
    (121_021, "ciento veintiún mil veintiún balboas"),
    (1_000_000, "un millón de balboas"),
    (1_000_001, "un millón un balboas"),
    (1_500_000, "un millón quinientos mil balboas"),
    (2_000_000, "dos millones de balboas"),
    (21_000_000, "veintiún millones de balboas"),
    (31_021_001, "treinta y un millones veintiún mil un balboas"),
    (100_000_000, "cien millones de balboas"),
]


@pytest.mark.parametrize("balboas, spelled", SPELLED)
def test_an_amount_is_spelled_as_people_say_it(balboas: int, spelled: str) -> None:
    assert words(balboas * 100) == f"{spelled} con 00/100"
    assert words(balboas * 100 + 5) == f"{spelled} con 05/100"
