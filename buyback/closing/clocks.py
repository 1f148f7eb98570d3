"""Whether the clock may be believed before what cannot be undone: expiring, fading, purging. Pure.

A clock that was set wrong makes vouchers expire and links vanish before their day. Two things tell: the database's own
clock (on SQLite there is none, it is the process's), and the heartbeats, one an hour from whatever serves. Once three
days have passed without one the heart does not beat by itself either: a clock that jumped ahead must not vouch for
itself. Then somebody looks, and says how many rows the dry run showed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from buyback.errors import Refused
from buyback.times import panama_day

APART_MAX = timedelta(minutes=1)
SILENCE_MAX = timedelta(days=3)
KEPT_FOR = timedelta(days=31)  # heartbeats; only the newest decides


class ClockInDoubt(Refused):
    """What cannot be undone waits until somebody has looked at the clock."""


class ClocksDiffer(ClockInDoubt):
    """Facts: ``seconds`` between the two."""

    sentence = (
        "El reloj de este equipo y el de la base de datos difieren en {seconds} segundos. No se hizo nada: corríjalos."
        " Si la hora es buena, mire lo que dice --dry-run y repita con --despite-clock y ese número de filas."
    )


class HeartStopped(ClockInDoubt):
    """Facts: ``days`` since the newest heartbeat, which was on ``day``."""

    sentence = (
        "El último latido del servidor es del {day}, hace {days} días. No se hizo nada: o nadie atendió desde entonces"
        " o el reloj está adelantado. Si la hora es buena, mire lo que dice --dry-run y repita con --despite-clock y"
        " ese número de filas."
    )


class CountIsAnother(Refused):
    """Whoever overrules the clock says what he saw; meanwhile it is something else. Facts: ``told``, ``rows``."""

    sentence = "Usted dijo {told} filas y son {rows}. No se hizo nada: mire otra vez lo que dice --dry-run."


@dataclass(frozen=True)
class Clocks:
    """``now`` as the application has it, ``database`` as the database has it, and the newest heartbeat, if any."""

    now: datetime
    database: datetime
    newest: datetime | None

    @property
    def is_silent(self) -> bool:
        """Whether the newest heartbeat is too long ago; the first one needs none before it."""
        return self.newest is not None and self.now - self.newest >= SILENCE_MAX


def find_doubt(clocks: Clocks) -> ClockInDoubt | None:
    """Why the clock may not be believed, if so."""
    apart = abs(clocks.now - clocks.database)
    if apart >= APART_MAX:
        return ClocksDiffer(seconds=int(apart.total_seconds()))
    if clocks.newest is not None and clocks.is_silent:
        return HeartStopped(day=panama_day(clocks.newest), days=(clocks.now - clocks.newest).days)
    return None


def judge(clocks: Clocks, *, rows: int, told: int | None) -> None:
    """Raise ClockInDoubt unless ``told`` says the ``rows`` that would be written; CountIsAnother where it differs."""
    doubt = find_doubt(clocks)
    if told is not None and told != rows:
        raise CountIsAnother(told=told, rows=rows)
    if doubt is not None and told is None:
        raise doubt
