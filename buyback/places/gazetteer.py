"""All places at once: their names, where they lie and how many live there."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.places.tables import Corregimiento, District, Province

DIGITS = (2, 4, 6)  # of the codes of a province, a district and a corregimiento
_KEPT = "gazetteer"


@dataclass(frozen=True)
class Locality:
    """Where a corregimiento lies (its centroid, degrees, WGS 84), how many live there, and whether it still exists."""

    code: str
    population: int
    longitude: float
    latitude: float
    exists: bool


@dataclass(frozen=True)
class Gazetteer:
    """The names of all places by their codes of 2, 4 or 6 digits, and every corregimiento there is or was, by code."""

    names: Mapping[str, str]
    localities: Sequence[Locality]

    @cached_property
    def inside(self) -> Mapping[str, Sequence[Locality]]:
        """The corregimientos in each place, which are themselves in themselves."""
        found: dict[str, list[Locality]] = defaultdict(list)
        for locality in self.localities:
            for digits in DIGITS:
                found[locality.code[:digits]].append(locality)
        return found

    @cached_property
    def populations(self) -> Counter[str]:
        """The inhabitants of every place: a corregimiento that was split lives on in its parts."""
        people: Counter[str] = Counter()
        for locality in self.localities:
            people[locality.code] = locality.population
            if locality.exists:
                people[locality.code[:2]] += locality.population
                people[locality.code[:4]] += locality.population
        return people

    def path(self, code: str | None) -> tuple[tuple[str, str], ...]:
        """A place and those around it, from the province down, as (code, name); nothing for no place."""
        steps = [code[:digits] for digits in DIGITS if code and len(code) >= digits]
        return tuple((step, self.names[step]) for step in steps)


def gazetteer(session: Session) -> Gazetteer:
    """All places. A session reads them once: only migrations change them."""
    kept = session.info.get(_KEPT)
    if not isinstance(kept, Gazetteer):
        kept = session.info[_KEPT] = _read(session)
    return kept


def _read(session: Session) -> Gazetteer:
    names: dict[str, str] = {}
    for table in (Province, District):
        names.update({row.code: row.name for row in session.execute(select(table.code, table.name))})
    localities = []
    for name, code, population, longitude, latitude, exists in session.execute(
        select(
            Corregimiento.name,
            Corregimiento.code,
            Corregimiento.population,
            Corregimiento.longitude,
            Corregimiento.latitude,
            Corregimiento.valid_until.is_(None),
        ).order_by(Corregimiento.code)
    ):
        names[code] = name
        localities.append(Locality(code, population, longitude, latitude, exists))
    return Gazetteer(names, localities)
