"""Things that happen at their moments, in the order of the moments: the audit chains then tell a story."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

MORNING, NOON, EVENING = 13, 17, 23  # UTC: eight, noon and six in Panama
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Timed:
    """Something that happens at a moment. ``weight`` is how much work it is, in redemptions."""

    at: datetime
    act: Callable[[], None]
    weight: int = 1


def on(day: date, hour: int) -> datetime:
    """An hour (UTC) of a day."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def happen(agenda: Iterable[Timed], progress: Progress) -> None:
    """Let everything happen; ``progress`` hears (done, total)."""
    ordered = sorted(agenda, key=lambda timed: timed.at)
    total, done = sum(timed.weight for timed in ordered), 0
    for timed in ordered:
        timed.act()
        done += timed.weight
        progress(done, total)
