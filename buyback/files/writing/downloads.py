"""Tables and papers as files: their names, what they are to a browser, and the mark that a spreadsheet needs.

A CSV file begins with the byte order mark, since spreadsheets take it for UTF-8 only with it; CSV on standard output
does not (``tabular.csv_text``).
"""

from dataclasses import dataclass
from datetime import datetime

from buyback.files.writing.documents import Document, render
from buyback.files.writing.tabular import NothingToExport, Table, csv_text
from buyback.files.writing.workbooks import as_xlsx

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Download:
    """A file under the name that it is saved by, with its media type."""

    name: str
    media_type: str
    content: bytes


def csv_file(table: Table, name: str) -> Download:
    """A table for programs and spreadsheets; ``name`` without its ending. Raises NothingToExport."""
    _check(table)
    return Download(f"{name}.csv", CSV, (BYTE_ORDER_MARK + csv_text(table)).encode())


def xlsx_file(table: Table, name: str, *, made_at: datetime) -> Download:
    """A table as a workbook; ``name`` without its ending. Raises NothingToExport."""
    _check(table)
    return Download(f"{name}.xlsx", XLSX, as_xlsx(table, made_at=made_at))


def pdf_file(document: Document, name: str) -> Download:
    """A paper of the State; ``name`` without its ending."""
    return Download(f"{name}.pdf", PDF, render(document))


def _check(table: Table) -> None:
    if not table.rows:
        raise NothingToExport
