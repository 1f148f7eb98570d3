"""Draw ``img/architecture.svg``: the rows below, held by a test against the import contract of ``pyproject.toml``."""

from pathlib import Path

PICTURE = Path(__file__).parent / "img" / "architecture.svg"

# A row imports from the rows below it, and within a row a box from those to its right.
ROWS = (
    ("the edge", {"demo": "the demonstration", "web": "five portals, one call each"}),
    ("what must hold", {"proofs": "invariants, checkpoints: reads everything"}),
    ("an event ends, the State pays", {"closing": "counts, expiry, purge", "settlement": "who owes whom what"}),
    ("what is captured and counted", {"paper_forms": "a day without power", "totals": "kept by the day"}),
    ("a till takes a voucher", {"redemption": "yes or no, once", "merchants": "branches, tills"}),
    ("a voucher is issued", {"vouchers": "codes, printing, what ends them"}),
    ("a weapon is surrendered", {"intake": "items, appraisal, offer"}),
    ("what it is worth, and where", {"tariff": "prices", "campaigns": "programmes, events", "ledger": "double entry"}),
    (
        "who, and on record",
        {"keys": "which sign", "people": "users, sessions", "places": "699 corregimientos", "audit": "hash chains"},
    ),
    ("the ground", {"files": "one reader, one writer", "db": "the only commit", "security": "roles, keys"}),
    (
        "words",
        {
            "codes": "typed, checked",
            "ids": "random",
            "money": "whole cents",
            "times": "days of Panama",
            "errors": "sentences",
        },
    ),
)

_WIDTH, _LEFT, _TOP, _GAP = 960, 250, 20, 12
_STEP, _HEIGHT = 66, 52
_STYLE = (
    ".b{fill:#fff;stroke:#11397d;stroke-width:1.5}.n{font:700 16px Georgia,serif;fill:#0b2149}"
    ".t{font:13px Verdana,sans-serif;fill:#445}.l{font:italic 14px Georgia,serif;fill:#445}"
)


def draw() -> str:
    """The picture as SVG."""
    height = _TOP + _STEP * len(ROWS) + 36
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t">',
            '<title id="t">The layers of the program, from the edge down to the ground</title>',
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#f5f2ea"/>',
            *(line for at, (story, boxes) in enumerate(ROWS) for line in _row(_TOP + _STEP * at, story, boxes)),
            f'<text x="{_LEFT}" y="{height - 16}" class="l">Imports point down, and within a row to the right.</text>',
            "</svg>\n",
        ]
    )


def _row(top: int, story: str, boxes: dict[str, str]) -> list[str]:
    width = (_WIDTH - _LEFT - _TOP - _GAP * (len(boxes) - 1)) / len(boxes)
    lines = [f'<text x="20" y="{top + 31}" class="l">{story}</text>']
    for at, (name, caption) in enumerate(boxes.items()):
        left = _LEFT + at * (width + _GAP)
        lines += [
            f'<rect x="{left:g}" y="{top}" width="{width:g}" height="{_HEIGHT}" rx="6" class="b"/>',
            f'<text x="{left + 14:g}" y="{top + 22}" class="n">{name}</text>',
            f'<text x="{left + 14:g}" y="{top + 41}" class="t">{caption}</text>',
        ]
    return lines


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
