"""What every installation begins with: places, months and years, organisations, forbidden pairs of roles.

Places: the 699 corregimientos of Panama's census of 2023 (INEC), with its codes and populations; area and centroid in
WGS 84. The census knows no earlier borders, so all are valid from 1900 on until a later migration splits one.
"""

import csv
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PLACES = Path(__file__).resolve().parent.parent / "data" / "corregimientos.csv"
OPERATOR_CHAIN = UUID("00000000-0000-4000-8000-000000000001")
ORGANISATIONS = (
    ("00000000-0000-4000-8000-000000000011", "MINSEG", "ministry", "Ministerio de Seguridad Pública"),
    ("00000000-0000-4000-8000-000000000012", "MINGOB", "ministry", "Ministerio de Gobierno"),
    ("00000000-0000-4000-8000-000000000013", "PN", "police", "Policía Nacional"),
    ("00000000-0000-4000-8000-000000000014", "CGR", "comptroller", "Contraloría General de la República"),
)
MONEY_ROLES = (
    "appraiser",
    "approver",
    "issuer",
    "programme_manager",
    "reconciler",
    "funder_approver",
    "treasurer",
)


def upgrade() -> None:
    """Insert the seeds."""
    _places()
    op.bulk_insert(
        sa.table("period", sa.column("code", sa.String), sa.column("state", sa.String)),
        [{"code": f"{year}-{month:02d}", "state": "open"} for year in range(2005, 2100) for month in range(1, 13)],
    )
    op.bulk_insert(
        sa.table("settlement_counter", sa.column("year", sa.SmallInteger), sa.column("drawn", sa.BigInteger)),
        [{"year": year, "drawn": 0} for year in range(2005, 2100)],
    )
    op.bulk_insert(
        sa.table(
            "organisation",
            sa.column("id", sa.Uuid),
            sa.column("code", sa.String),
            sa.column("kind", sa.String),
            sa.column("name", sa.String),
        ),
        [{"id": UUID(key), "code": code, "kind": kind, "name": name} for key, code, kind, name in ORGANISATIONS],
    )
    opened_at = datetime.now(UTC)
    chains = [(OPERATOR_CHAIN, "operator"), *((UUID(row[0]), "organisation") for row in ORGANISATIONS)]
    op.bulk_insert(
        sa.table(
            "audit_chain",
            sa.column("id", sa.Uuid),
            sa.column("kind", sa.String),
            sa.column("opened_at", sa.DateTime(timezone=True)),
        ),
        [{"id": key, "kind": kind, "opened_at": opened_at} for key, kind in chains],
    )
    op.bulk_insert(
        sa.table("forbidden_role_pair", sa.column("role", sa.String), sa.column("other", sa.String)),
        [{"role": "administrator", "other": role} for role in MONEY_ROLES],
    )


def downgrade() -> None:
    """See 0006."""
    raise RuntimeError("no downgrade; restore a backup")


def _places() -> None:
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    provinces = {row["code"][:2]: row["province"] for row in rows}
    districts = {row["code"][:4]: row["district"] for row in rows}
    op.bulk_insert(
        sa.table("province", sa.column("code", sa.String), sa.column("name", sa.String)),
        [{"code": code, "name": name} for code, name in provinces.items()],
    )
    op.bulk_insert(
        sa.table(
            "district", sa.column("code", sa.String), sa.column("province", sa.String), sa.column("name", sa.String)
        ),
        [{"code": code, "province": code[:2], "name": name} for code, name in districts.items()],
    )
    op.bulk_insert(
        sa.table(
            "corregimiento",
            sa.column("code", sa.String),
            sa.column("district", sa.String),
            sa.column("name", sa.String),
            sa.column("folded", sa.String),
            sa.column("population", sa.BigInteger),
            sa.column("area_km2", sa.Float),
            sa.column("longitude", sa.Float),
            sa.column("latitude", sa.Float),
            sa.column("valid_from", sa.Date),
        ),
        [
            {
                "code": row["code"],
                "district": row["code"][:4],
                "name": row["corregimiento"],
                "folded": _folded(" ".join((row["corregimiento"], row["district"], row["province"]))),
                "population": int(row["population"]),
                "area_km2": float(row["area_km2"]),
                "longitude": float(row["longitude"]),
                "latitude": float(row["latitude"]),
                "valid_from": date(1900, 1, 1),
            }
            for row in rows
        ],
    )


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
