"""The tariff of a programme version, ready to price with."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.campaigns.facts import ProgrammeFacts
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import Price, PriceKind, Tariff, TariffLine
from buyback.tariff.tables import TariffRow


def tariff_of(session: Session, programme: ProgrammeFacts) -> Tariff:
    """The tariff of the version that the facts speak of, in the order of the catalogue.

    An event's version: ``tariff_of(session, event.programme)``.
    """
    rows = session.scalars(select(TariffRow).where(TariffRow.version == programme.version))
    classes, conditions, groups = list(ClassCode), [None, *Condition], [None, *CalibreGroup]
    lines = sorted(
        map(_line, rows),
        key=lambda line: (
            classes.index(line.class_code),
            conditions.index(line.condition),
            groups.index(line.calibre_group),
        ),
    )
    return Tariff(lines=tuple(lines), approval_over=programme.approval_over)


def _line(row: TariffRow) -> TariffLine:
    return TariffLine(
        id=row.id,
        class_code=ClassCode(row.catalogue_class),
        condition=Condition(row.condition) if row.condition else None,
        calibre_group=CalibreGroup(row.calibre_group) if row.calibre_group else None,
        price=_price(row),
        cap_per_visit=row.cap_per_visit,
    )


def _price(row: TariffRow) -> Price:
    if row.unit is not None:
        return Price(kind=PriceKind.UNIT, low=row.unit, high=row.unit)
    if row.fixed is not None:
        return Price(kind=PriceKind.FIXED, low=row.fixed, high=row.fixed)
    return Price(kind=PriceKind.RANGE, low=row.low or 0, high=row.high or 0)
