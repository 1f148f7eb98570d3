"""The paper forms that the visits would have filled in. Makes, models and serials are invented and say so. Pure."""

import json
import random
from collections.abc import Iterable, Iterator
from uuid import UUID

from buyback.demo.planning import Visit
from buyback.intake.rules import SerialStatus
from buyback.money import decimal_text
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, TotalColumn
from buyback.tariff.rules import PricedThing, Tariff, price

APPRAISER, APPROVER, ISSUER = "avaluo.demo", "aprueba.demo", "emite.demo"
CALIBRES = {
    ClassCode.REVOLVER: (".38", ".32", ".22"),
    ClassCode.PISTOL: ("9 mm", ".380", ".45"),
    ClassCode.SHOTGUN: ("12", "16", "20"),
    ClassCode.RIFLE: (".30", ".270"),
    ClassCode.CARBINE: (".22",),
    ClassCode.AIR_GUN: ("4.5 mm",),
    CalibreGroup.HANDGUN: ("9 mm", ".38"),
    CalibreGroup.SHOTGUN: ("12",),
    CalibreGroup.RIFLE: (".30",),
    CalibreGroup.RIMFIRE: (".22",),
}
UNREADABLE = (SerialStatus.OBLITERATED, SerialStatus.NEVER_MARKED)
UNREADABLE_SHARE = 0.12


def forms(event: str, visits: Iterable[tuple[UUID, Visit]], tariff: Tariff, roll: Iterable[str]) -> bytes:
    """A file of surrender lines, one for each op id and visit, in the form that ``buyback intake import`` reads.

    The ``roll`` has a tag for each thing.
    """
    chance = random.Random(f"forms of {event}")  # noqa: S311  the same details each time
    lines = []
    tags = enumerate(roll, start=1)
    for op_id, visit in visits:
        items = []
        for thing in visit.things:
            number, tag = next(tags)
            item = _item(thing, number, chance)
            items.append({**item, "tag": tag})
        head = {"op_id": str(op_id), "event": event, "date": visit.day.isoformat()}
        needs_approval = any(price(tariff, thing).needs_approval for thing in visit.things)
        people = {"appraised_by": APPRAISER, "issued_by": ISSUER} | (
            {"approved_by": APPROVER} if needs_approval else {}
        )
        lines.append(json.dumps({**head, **people, "items": items}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines).encode()


def _item(thing: PricedThing, number: int, chance: random.Random) -> dict[str, object]:
    item: dict[str, object] = {"class": thing.class_code.value, "quantity": thing.quantity}
    if thing.condition is not None:
        item["condition"] = thing.condition.value
    if thing.calibre_group is not None:
        item["calibre_group"] = thing.calibre_group.value
    if thing.value is not None:
        item["value"] = decimal_text(thing.value)
    return item | dict(_details(thing, number, chance))


def _details(thing: PricedThing, number: int, chance: random.Random) -> Iterator[tuple[str, object]]:
    calibres = CALIBRES.get(thing.calibre_group or thing.class_code)
    if calibres:
        yield "calibre", chance.choice(calibres)
    column = CATALOGUE[thing.class_code].total
    if column is TotalColumn.EXPLOSIVES:
        yield "made_safe_by", "Unidad inventada (demostración)"
    if column is TotalColumn.ARMS:
        yield "make", f"Marca inventada {chance.choice('ABCDE')}"
        yield "model", f"Modelo inventado {chance.randint(1, 9)}"
        if chance.random() < UNREADABLE_SHARE:
            yield "serial_status", chance.choice(UNREADABLE).value
        else:
            yield "serial_status", SerialStatus.LEGIBLE.value
            yield "serial", f"INVENTADA-{number:04d}"
