"""All places at once: their names, where they lie and how many live there."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.places.tables import Corregimiento, District, Province

DIGITS = (2, 4, 6)  # of the codes of a province, a district and a corregimiento
_KEPT = "atlas"


@dataclass(frozen=True)
class Spot:
    """Where a corregimiento lies (its centroid, degrees, WGS 84), how many live there, and whether it still exists."""

    code: str
    population: int
    longitude: float
    latitude: float
    exists: bool


@dataclass(frozen=True)
class Atlas:
    """The names of all places by their codes of 2, 4 or 6 digits, and every corregimiento there is or was, by code."""

    names: Mapping[str, str]
    spots: Sequence[Spot]

    @cached_property
    def inside(self) -> Mapping[str, Sequence[Spot]]:
        """The corregimientos in each place, which are themselves in themselves."""
        found: dict[str, list[Spot]] = defaultdict(list)
        for spot in self.spots:
            for digits in DIGITS:
                found[spot.code[:digits]].append(spot)
        return found

    @cached_property
    def populations(self) -> Counter[str]:
        """The inhabitants of every place: a corregimiento that was split lives on in its parts."""
        people: Counter[str] = Counter()
        for spot in self.spots:
            people[spot.code] = spot.population
            if spot.exists:
                people.update({spot.code[:2]: spot.population, spot.code[:4]: spot.population})
        return people

    def path(self, code: str | None) -> tuple[tuple[str, str], ...]:
        """A place and those around it, from the province down, as (code, name); nothing for no place."""
        steps = [code[:digits] for digits in DIGITS if code and len(code) >= digits]
        return tuple((step, self.names[step]) for step in steps)


def atlas(session: Session) -> Atlas:
    """All places. A session reads them once: only migrations change them."""
    kept = session.info.get(_KEPT)
    if not isinstance(kept, Atlas):
        kept = session.info[_KEPT] = Atlas(_names(session), _spots(session))
    return kept


def _names(session: Session) -> dict[str, str]:
    tables = (Province, District, Corregimiento)
    return {row.code: row.name for table in tables for row in session.execute(select(table.code, table.name))}


def _spots(session: Session) -> tuple[Spot, ...]:
    rows = session.execute(
        select(
            Corregimiento.code,
            Corregimiento.population,
            Corregimiento.longitude,
            Corregimiento.latitude,
            Corregimiento.valid_until.is_(None),
        ).order_by(Corregimiento.code)
    )
    return tuple(Spot(*row) for row in rows)
