"""The programmes of the demonstration: the example file, and the same rules for the years of the bulletins.

The tariff of all is the example's, since the real ones are not published. What differs is the rounding: the amounts
published for 2022 end in steps of five cents, those of 2010 and 2025 are multiples of five balboas. In 2022 one
funder pays for all, so that both ways of paying can be seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from buyback.campaigns.states import PaymentMode
from buyback.tariff.programme_section import ProgrammeFile, parse

FILE = Path(__file__).with_name("programme-example.toml")


@dataclass(frozen=True)
class Year:
    """A programme of the past. ``number`` stands in its vouchers' signed text; ``rounding`` in cents."""

    year: int
    number: int
    rounding: int
    payment: PaymentMode = PaymentMode.EACH


YEARS = (Year(2010, 1, 5_00), Year(2022, 4, 5, PaymentMode.LEAD), Year(2025, 6, 5_00))


@cache
def example() -> ProgrammeFile:
    """The programme that is in force, as the file ships it."""
    return parse(FILE.read_bytes())


def programme_files() -> Iterator[ProgrammeFile]:
    """All programmes of the demonstration, the oldest first."""
    for year in YEARS:
        rules = replace(
            example().rules,
            code=f"PMB-{year.year}-EJEMPLO",
            name=f"Pacificando mi Barrio {year.year} (EJEMPLO)",
            number=year.number,
            valid_from=date(year.year, 1, 1),
            valid_until=date(year.year + 1, 1, 1),
            rounding=year.rounding,
            payment=year.payment,
        )
        yield replace(example(), rules=rules)
    yield example()
