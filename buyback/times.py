"""Instants are UTC and aware; days are Panama's (America/Panama, UTC−5, no daylight saving)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PANAMA = ZoneInfo("America/Panama")


def panama_day(instant: datetime) -> date:
    """The day it is in Panama at an instant."""
    return instant.astimezone(PANAMA).date()


def day_start(day: date) -> datetime:
    """The instant at which a day of Panama begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=PANAMA).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The instant at which a day of Panama is over; of the calendar's last day the last instant that there is."""
    return datetime.max.replace(tzinfo=UTC) if day == date.max else day_start(day + timedelta(days=1))


def iso_utc(instant: datetime) -> str:
    """``2026-11-24T15:04:05Z``: how audit rows and answers spell an instant."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
