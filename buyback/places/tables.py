"""The country's division. Codes are INEC's (province 2 digits, district 4, corregimiento 6); they have gaps."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from buyback.db import Base


class Province(Base):
    """A first-level unit: one of ten provinces or three comarcas."""

    __tablename__ = "province"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class District(Base):
    """A district, governed by a municipality."""

    __tablename__ = "district"
    __table_args__ = (CheckConstraint("substr(code, 1, 2) = province", name="inside_province"),)

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    province: Mapped[str] = mapped_column(ForeignKey("province.code"))
    name: Mapped[str] = mapped_column(String(80))


class Corregimiento(Base):
    """The unit of the totals. Corregimientos split: each is valid for a period (``valid_until`` is exclusive)."""

    __tablename__ = "corregimiento"
    __table_args__ = (
        CheckConstraint("substr(code, 1, 4) = district", name="inside_district"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="validity"),
        Index("ix_corregimiento_folded", "folded"),
    )

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    district: Mapped[str] = mapped_column(ForeignKey("district.code"))
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(260))  # name, district and province without case and accents
    population: Mapped[int]  # census of 2023
    area_km2: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)  # of the centroid, degrees, WGS 84
    latitude: Mapped[float] = mapped_column(Float)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Barrio(Base):
    """A named neighbourhood inside a corregimiento."""

    __tablename__ = "barrio"
    __table_args__ = (UniqueConstraint("corregimiento", "folded"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    corregimiento: Mapped[str] = mapped_column(ForeignKey("corregimiento.code"))
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
