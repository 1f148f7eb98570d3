"""The catalogue: what an item can be, and in which totals it counts.

Two counts of weapons exist side by side. ``arm`` is the count of the published bulletins (armas).
``firearm`` is the count of the UNODC Illicit Arms Flows Questionnaire and of SDG indicator 16.4.2; Ley 57
of 2011 leaves air guns out of it, because no combustion gas drives the shot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ClassCode(StrEnum):
    """The codes of the catalogue, as files, tables and exports carry them."""

    REVOLVER = "revolver"
    PISTOL = "pistol"
    SHOTGUN = "shotgun"
    RIFLE = "rifle"
    CARBINE = "carbine"
    MILITARY_RIFLE = "military_rifle"
    SUBMACHINE_GUN = "submachine_gun"
    CRAFT = "craft"
    PRINTED = "printed"
    PIPE_GUN = "pipe_gun"
    AIR_GUN = "air_gun"
    FLARE_LAUNCHER = "flare_launcher"
    MAGAZINE = "magazine"
    PART = "part"
    ACCESSORY = "accessory"
    AMMUNITION = "ammunition"
    GRENADE = "grenade"
    OTHER_EXPLOSIVE = "other_explosive"
    FLARE = "flare"


class Condition(StrEnum):
    """The state an item is in when it is handed over."""

    SERVICEABLE = "serviceable"
    POOR = "poor"
    UNSERVICEABLE = "unserviceable"


class CalibreGroup(StrEnum):
    """The kinds of round that tariffs tell apart."""

    HANDGUN = "handgun"
    RIFLE = "rifle"
    SHOTGUN = "shotgun"
    RIMFIRE = "rimfire"
    OTHER = "other"


class TotalColumn(StrEnum):
    """The column of the totals that an item adds to; ammunition adds its rounds, the rest their pieces."""

    ARMS = "arms"
    AMMUNITION = "ammunition"
    MAGAZINES = "magazines"
    EXPLOSIVES = "explosives"
    ACCESSORIES = "accessories"


@dataclass(frozen=True)
class CatalogueClass:
    """One class: its Spanish ``name``, the two counts and its column."""

    code: ClassCode
    name: str
    arm: bool
    firearm: bool
    total: TotalColumn

    @property
    def has_calibre_group(self) -> bool:
        """Ammunition is told apart by calibre group, and nothing else is."""
        return self.code is ClassCode.AMMUNITION

    @property
    def reaches_the_desk(self) -> bool:
        """Explosives are made safe where they are found and never come to the desk."""
        return self.total is not TotalColumn.EXPLOSIVES


def _firearm(code: ClassCode, name: str) -> CatalogueClass:
    return CatalogueClass(code, name, True, True, TotalColumn.ARMS)  # noqa: FBT003  both counts


def _arm(code: ClassCode, name: str) -> CatalogueClass:
    return CatalogueClass(code, name, True, False, TotalColumn.ARMS)  # noqa: FBT003  bulletin only


def _other(code: ClassCode, name: str, total: TotalColumn) -> CatalogueClass:
    return CatalogueClass(code, name, False, False, total)  # noqa: FBT003  neither count


_C, _T = ClassCode, TotalColumn
_CLASSES = (
    _firearm(_C.REVOLVER, "Revólver"),
    _firearm(_C.PISTOL, "Pistola"),
    _firearm(_C.SHOTGUN, "Escopeta"),
    _firearm(_C.RIFLE, "Rifle"),
    _firearm(_C.CARBINE, "Carabina"),
    _firearm(_C.MILITARY_RIFLE, "Fusil"),
    _firearm(_C.SUBMACHINE_GUN, "Subametralladora"),
    _firearm(_C.CRAFT, "Arma de fabricación casera"),
    _firearm(_C.PRINTED, "Arma impresa en 3D"),
    _arm(_C.PIPE_GUN, "Niple"),
    _arm(_C.AIR_GUN, "Arma de aire (pellet)"),
    _arm(_C.FLARE_LAUNCHER, "Lanzador de bengalas"),
    _other(_C.MAGAZINE, "Proveedor", _T.MAGAZINES),
    _other(_C.PART, "Pieza (corredera, cañón, armazón)", _T.ACCESSORIES),
    _other(_C.ACCESSORY, "Accesorio", _T.ACCESSORIES),
    _other(_C.AMMUNITION, "Munición", _T.AMMUNITION),
    _other(_C.GRENADE, "Granada", _T.EXPLOSIVES),
    _other(_C.OTHER_EXPLOSIVE, "Explosivo", _T.EXPLOSIVES),
    _other(_C.FLARE, "Bengala", _T.EXPLOSIVES),
)

CATALOGUE: Mapping[ClassCode, CatalogueClass] = MappingProxyType({entry.code: entry for entry in _CLASSES})

CONDITION_NAMES: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.SERVICEABLE: "Funciona",
        Condition.POOR: "En mal estado",
        Condition.UNSERVICEABLE: "No funciona",
    }
)

CALIBRE_GROUP_NAMES: Mapping[CalibreGroup, str] = MappingProxyType(
    {
        CalibreGroup.HANDGUN: "De arma corta",
        CalibreGroup.RIFLE: "De rifle o fusil",
        CalibreGroup.SHOTGUN: "De escopeta",
        CalibreGroup.RIMFIRE: "De percusión anular (.22)",
        CalibreGroup.OTHER: "De otro calibre",
    }
)
