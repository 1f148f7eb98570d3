"""Find places: by code, or by name without minding case and accents."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import Session

from buyback.errors import NotFound
from buyback.places.rules import fold, is_code, is_valid
from buyback.places.tables import Barrio, Corregimiento, District, Province

SEARCH_LIMIT = 20


@dataclass(frozen=True, kw_only=True)
class DistrictFacts:
    """A district with its province."""

    code: str
    name: str
    province: str
    province_name: str


@dataclass(frozen=True, kw_only=True)
class CorregimientoFacts:
    """A corregimiento; area in km², the centroid in degrees (WGS 84), ``valid_until`` exclusive."""

    code: str
    name: str
    district: str
    district_name: str
    province: str
    province_name: str
    population: int
    area_km2: float
    longitude: float
    latitude: float
    valid_from: date
    valid_until: date | None

    @property
    def full_name(self) -> str:
        """Names repeat, so people are shown the district and the province too."""
        return f"{self.name}, {self.district_name}, {self.province_name}"

    def exists_on(self, day: date) -> bool:
        """Whether it exists on a day."""
        return is_valid(self.valid_from, self.valid_until, day)


@dataclass(frozen=True, kw_only=True)
class BarrioFacts:
    """A named neighbourhood inside a corregimiento."""

    id: UUID
    corregimiento: str
    name: str


def get_corregimiento(session: Session, code: str) -> CorregimientoFacts:
    """The corregimiento with a six-digit code; NotFound otherwise."""
    row = session.execute(_corregimientos().where(Corregimiento.code == code)).first()
    if row is None:
        raise NotFound(field="corregimiento", what="el corregimiento", name=code)
    return CorregimientoFacts(**row._mapping)  # noqa: SLF001  the documented way to a row's names


def get_district(session: Session, code: str) -> DistrictFacts:
    """The district with a four-digit code; NotFound otherwise."""
    row = session.execute(
        select(District.code, District.name, District.province, Province.name)
        .join(Province, Province.code == District.province)
        .where(District.code == code)
    ).first()
    if row is None:
        raise NotFound(field="district", what="el distrito", name=code)
    return DistrictFacts(code=row[0], name=row[1], province=row[2], province_name=row[3])


def search(session: Session, text: str, *, on: date, limit: int = SEARCH_LIMIT) -> tuple[CorregimientoFacts, ...]:
    """Corregimientos that exist on a day and match every word, or whose code begins so; best first.

    Words are looked for in the names of corregimiento, district and province, so that ``pedregal david`` finds
    one of the two Pedregals. Those whose own name begins with the text come first.
    """
    wanted = fold(text)
    if not wanted:
        return ()
    statement = (
        _corregimientos()
        .where(_matches(wanted))
        .where(Corregimiento.valid_from <= on)
        .where(or_(Corregimiento.valid_until.is_(None), Corregimiento.valid_until > on))
        .order_by(
            case((Corregimiento.folded.startswith(wanted, autoescape=True), 0), else_=1),
            Corregimiento.folded,
            Corregimiento.code,
        )
        .limit(limit)
    )
    return tuple(CorregimientoFacts(**row._mapping) for row in session.execute(statement))  # noqa: SLF001  as above


def find_barrio(session: Session, corregimiento: str, name: str) -> BarrioFacts | None:
    """A corregimiento's barrio by name, however it is accented."""
    row = session.execute(
        select(Barrio.id, Barrio.name).where(Barrio.corregimiento == corregimiento, Barrio.folded == fold(name))
    ).first()
    return None if row is None else BarrioFacts(id=row.id, corregimiento=corregimiento, name=row.name)


def _matches(wanted: str) -> ColumnElement[bool]:
    if is_code(wanted):
        return Corregimiento.code.startswith(wanted, autoescape=True)
    condition = Corregimiento.folded.contains(wanted.split(maxsplit=1)[0], autoescape=True)
    for word in wanted.split()[1:]:
        condition &= Corregimiento.folded.contains(word, autoescape=True)
    return condition


def _corregimientos() -> Select[str, str, str, str, str, str, int, float, float, float, date, date | None]:
    return (
        select(
            Corregimiento.code,
            Corregimiento.name,
            Corregimiento.district,
            District.name.label("district_name"),
            District.province,
            Province.name.label("province_name"),
            Corregimiento.population,
            Corregimiento.area_km2,
            Corregimiento.longitude,
            Corregimiento.latitude,
            Corregimiento.valid_from,
            Corregimiento.valid_until,
        )
        .join(District, District.code == Corregimiento.district)
        .join(Province, Province.code == District.province)
    )
