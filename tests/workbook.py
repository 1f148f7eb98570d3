"""A workbook read back without the library that wrote it."""

import io
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Workbook:
    """The cells of each sheet as text, row by row, and whether any of them holds a formula or a link.

    ``quoted`` are the texts whose cells say that they are no formula.
    """

    sheets: list[list[list[str]]]
    names: list[str]
    has_formulas: bool
    has_links: bool
    quoted: set[str]


def read_workbook(content: bytes) -> Workbook:
    """What a spreadsheet program finds in a file."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
            for item in _parse(packed, "xl/sharedStrings.xml").iter(f"{_MAIN}si")
        ]
        files = sorted(name for name in packed.namelist() if name.startswith("xl/worksheets/sheet"))
        roots = [_parse(packed, name) for name in files]
        names = [sheet.attrib["name"] for sheet in _parse(packed, "xl/workbook.xml").iter(f"{_MAIN}sheet")]
        marked = [
            cell.get("quotePrefix") == "1"
            for cells in _parse(packed, "xl/styles.xml").iter(f"{_MAIN}cellXfs")
            for cell in cells
        ]
    return Workbook(
        sheets=[_rows(root, strings) for root in roots],
        names=names,
        has_formulas=any(True for root in roots for _ in root.iter(f"{_MAIN}f")),
        has_links=any(True for root in roots for _ in root.iter(f"{_MAIN}hyperlink")),
        quoted={
            _cell(cell, strings) for root in roots for cell in root.iter(f"{_MAIN}c") if marked[int(cell.get("s") or 0)]
        },
    )


def _parse(packed: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(packed.read(name))  # noqa: S314  a file that the test has made


def _rows(root: ET.Element, strings: list[str]) -> list[list[str]]:
    return [[_cell(cell, strings) for cell in row.iter(f"{_MAIN}c")] for row in root.iter(f"{_MAIN}row")]


def _cell(cell: ET.Element, strings: list[str]) -> str:
    value = cell.findtext(f"{_MAIN}v") or ""
    return strings[int(value)] if cell.get("t") == "s" else value
