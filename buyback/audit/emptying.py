"""Retention: bodies go, the chains still verify, and what the bodies vouched for stays vouched for.

First the bodies and their rows are verified: whoever changed a row must not see the proof of it destroyed. Afterwards
each chain says in a row of its own which bodies went and why, and for each table a row lists the hashes of the rows
that those bodies had spoken of, as they stand then and in the order of the hashes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.audit import queries
from buyback.audit.evidence import KEEP_ACT, Acts, Evidence, RowFault, newest
from buyback.audit.queries import BodyFacts
from buyback.audit.rules import Fault
from buyback.audit.service import empty_rows, record, signer, written
from buyback.db import Base
from buyback.errors import Refused

_NAMED_MAX = 3  # faults in the refusal; ``verify`` names all


class NotVerified(Refused):
    """What the bodies vouch for is not what stands there: the proof of it must stay."""

    sentence = (
        "La auditoría no concuerda con los datos ({faults}). No se borró nada: ejecute «buyback verify» y aclare antes"
        " qué pasó."
    )


@dataclass(frozen=True)
class Emptied:
    """How many bodies go."""

    bodies: int


@contextmanager
def emptying(session: Session, *, event: UUID, reason: str, chain: UUID, by: str, now: datetime) -> Iterator[Emptied]:
    """Verify, let the caller change what has to change, then empty the bodies about an event's surrenders.

    NotVerified before anything was done. Bound rows may be changed inside without an act: they are listed as they are
    left, in the caller's ``chain``.
    """
    gone = list(queries.bodies(session, event=event))
    _check_event(session, gone)
    yield Emptied(len(gone))
    written(session).clear()
    for place, seqs in sorted(_by_chain(gone).items()):
        empty_rows(session, chain=place, seqs=seqs, reason=reason, now=now)
    evidence = Evidence()
    for body in queries.bodies(session):
        evidence.add(body.said)
    for table in queries.bound_tables():
        kept = evidence.keep(table.name, queries.rows(session, table))
        if kept.hashes or kept.bound:
            said: dict[str, object] = {"by": by, "reason": reason, "event": str(event), "table": table.name}
            listed = {"hashes": kept.hashes, "bound": {table.name: kept.bound}}
            record(session, chain=chain, act=KEEP_ACT, body=said | listed, now=now)


def keep_together(session: Session, gone: Sequence[BodyFacts], *, reason: str, chain: UUID, now: datetime) -> None:
    """Before bodies of many chains are emptied: verify them, and list in ``chain`` the rows that they vouch for.

    The list takes in those of the same ``reason`` that were made before, whose bodies are emptied: else each would tell
    which rows were due together. It is for rows that are written once and whose key is one id. NotVerified.
    """
    acts: dict[str, dict[str, Acts]] = defaultdict(lambda: defaultdict(list))
    for body in gone:
        for table, rows in body.said.get("bound", {}).items():
            for key, (before, after) in rows.items():
                acts[table][key].append((before, after))
    _check_bodies(session, gone, acts)
    earlier = [it for it in queries.bodies(session, chain=chain) if it.said.get("reason") == reason]
    earlier = [body for body in earlier if body.said["act"] == KEEP_ACT and body.said["table"] in acts]
    empty_rows(session, chain=chain, seqs=[body.seq for body in earlier], reason="listed anew", now=now)
    for table, rows in sorted(acts.items()):
        before = {hashed for body in earlier if body.said["table"] == table for hashed in body.said["hashes"]}
        hashes = sorted(before | {newest(done) for done in rows.values()})
        record(session, chain=chain, act=KEEP_ACT, body={"reason": reason, "table": table, "hashes": hashes}, now=now)


def _check_event(session: Session, gone: Sequence[BodyFacts]) -> None:
    verified = queries.verify(session, [signer(session).public_key()])
    places = {(body.chain, body.seq) for body in gone if body.said["act"]}
    spoken_of = {(name, key) for body in gone for name, rows in body.said.get("bound", {}).items() for key in rows}
    _refuse(
        [
            *(fault for chain in verified.chains for fault in chain.faults if (fault.chain, fault.seq) in places),
            *(fault for fault in verified.row_faults if (fault.table, fault.key) in spoken_of),
        ]
    )


def _check_bodies(session: Session, gone: Sequence[BodyFacts], acts: Mapping[str, Mapping[str, Acts]]) -> None:
    keys = [signer(session).public_key()]
    faults: list[Fault | RowFault] = [
        fault for chain, seqs in _by_chain(gone).items() for fault in queries.body_faults(session, chain, seqs, keys)
    ]
    for name, rows in acts.items():
        found = dict(queries.rows_by_key(session, Base.metadata.tables[name], list(rows)))
        faults += [RowFault(name, key, "row_changed") for key, done in rows.items() if found.get(key) != newest(done)]
    _refuse(faults)


def _by_chain(gone: Iterable[BodyFacts]) -> dict[UUID, list[int]]:
    seqs: dict[UUID, list[int]] = defaultdict(list)
    for body in gone:
        seqs[body.chain].append(body.seq)
    return seqs


def _refuse(faults: Sequence[Fault | RowFault]) -> None:
    if faults:
        raise NotVerified(faults=", ".join(f"{fault.table}: {fault.what}" for fault in faults[:_NAMED_MAX]))
