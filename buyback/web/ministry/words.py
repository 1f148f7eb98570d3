"""What totals are called on the officials' pages and in their files."""

from collections.abc import Mapping
from datetime import date

from buyback.files.tabular import figure_text
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import By, Column
from buyback.totals.view import Extra, Line, kind_of
from buyback.web.shell.i18n import N_, _, show_month

BY_NAMES: Mapping[By, str] = {
    By.CORREGIMIENTO: N_("Corregimiento"),
    By.DISTRICT: N_("Distrito"),
    By.PROVINCE: N_("Provincia o comarca"),
    By.EVENT: N_("Jornada"),
    By.MONTH: N_("Mes"),
    By.CLASS: N_("Clase de artículo"),
}
COLUMN_NAMES: Mapping[str, str] = {
    Column.EVENTS: N_("Jornadas"),
    Column.SURRENDERS: N_("Entregas"),
    Column.ARMS: N_("Armas"),
    Column.FIREARMS: N_("De fuego"),
    Column.AMMUNITION: N_("Municiones"),
    Column.MAGAZINES: N_("Proveedores"),
    Column.EXPLOSIVES: N_("Explosivos"),
    Column.ACCESSORIES: N_("Accesorios"),
    Column.VOUCHERS: N_("Vales"),
    Column.ISSUED: N_("Emitido"),
    Column.REDEEMED: N_("Canjeado"),
    Column.VOID: N_("Anulado"),
    Column.EXPIRED: N_("Vencido"),
    Column.OUTSTANDING: N_("Por canjear"),
    Column.ITEMS: N_("Artículos"),
    Column.APPRAISED_VALUE: N_("Valor del avalúo"),
    Extra.POPULATION: N_("Habitantes"),
    Extra.ARMS_RATE: N_("Armas por 10,000 hab."),
    Extra.SURRENDERS_RATE: N_("Entregas por 10,000 hab."),
    Extra.ITEMS_RATE: N_("Artículos por 10,000 hab."),
}


def shown(column: str, value: int) -> str:
    """A figure as people read it."""
    return figure_text(value, kind_of(column))


def called(by: By, line: Line) -> str:
    """A row's name in the reader's language; names of places and sites have none but their own."""
    if by is By.CLASS:
        return _(CATALOGUE[ClassCode(line.code)].name)
    return show_month(month_of(line.code)) if by is By.MONTH else line.name


def month_of(code: str) -> date:
    """The first day of a month such as ``2026-11``."""
    return date.fromisoformat(f"{code}-01")
