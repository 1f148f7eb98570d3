"""What totals are called on the officials' pages and in their files."""

from collections.abc import Mapping
from datetime import date

from buyback.files.writing.tabular import figure_text
from buyback.totals.figures import Figure
from buyback.totals.rules import By, Row, class_name
from buyback.web.shell.i18n import _, _l, show_month

UNIT = "B/."
BY_NAMES: Mapping[By, str] = {
    By.CORREGIMIENTO: _l("Corregimiento"),
    By.DISTRICT: _l("Distrito"),
    By.PROVINCE: _l("Provincia o comarca"),
    By.EVENT: _l("Jornada"),
    By.MONTH: _l("Mes"),
    By.CLASS: _l("Clase de artículo"),
}


def label(figure: Figure) -> str:
    """What a figure is called in the reader's language."""
    return _(figure.label)


def shown(figure: Figure, value: int) -> str:
    """A figure as people read it."""
    return figure_text(value, figure.unit)


def cell(figure: Figure, value: int) -> str:
    """A figure where its heading says the unit: ``1,234.50``."""
    return figure_text(value, figure.unit).replace(f"{UNIT} ", "")


def row_name(by: By, row: Row) -> str:
    """A row's name in the reader's language; names of places and sites have none but their own."""
    if by is By.CLASS:
        return _(class_name(row.code))
    return show_month(month_of(row.code)) if by is By.MONTH else row.name


def month_of(code: str) -> date:
    """The first day of a month such as ``2026-11``."""
    return date.fromisoformat(f"{code}-01")
