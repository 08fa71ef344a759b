"""What every exported file says of itself, its clock, and names that no format can trip over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from openiads.base.errors import UsageError
from openiads.faces.words import text
from openiads.faces.words.text import clean

#: Where the clock of a run starts if its scenario has no date.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)

LIMITS = f"{text.SCOPE} {text.FOOTER}"


def stamp(epoch: datetime, seconds: float) -> str:
    """The time so many seconds after an epoch as ISO 8601 in UTC, to the microsecond where need be."""
    at = epoch + timedelta(microseconds=round(seconds * 1e6))
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z".rjust(20 + len(fraction), "0")


def epoch_of(date: str, asked: str | None, duration: float) -> tuple[datetime, str]:
    """When time 0 of a run is, and where that comes from.

    date : the scenario's, ``YYYY[-MM[-DD]]`` or empty; asked : ISO 8601, UTC if it names no zone; duration : s.
    Raises UsageError for what is no time, or so late that the run would end after the year 9999.
    """
    said = "given with --epoch"
    if asked is None:
        said = "the scenario's date, from midnight UTC" if date else "no date in the scenario, so a fixed one"
    try:
        if asked is None:
            found = datetime.strptime((date + "-01-01")[:10], "%Y-%m-%d").replace(tzinfo=UTC) if date else NO_DATE
        else:
            found = datetime.fromisoformat(asked)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        _ = found + timedelta(seconds=duration)
    except (ValueError, OverflowError):
        shown = text.shorten(clean(date if asked is None else asked), 40)
        what = f'the scenario\'s date "{shown}"' if asked is None else f'"{shown}"'
        raise UsageError(
            "--epoch", f"{what} is not a time in the years 1 to 9999", "Give one such as --epoch 2016-10-04T06:00:00Z"
        ) from None
    return found, said


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    epoch : UTC of time 0, and ``epoch_said`` where it comes from; duration : s; positions : how they were chosen
    failed : how the replication failed, empty if it did not
    """

    scenario: str
    seed: int
    replication: int
    replications: int
    digest: str
    version: str
    epoch: datetime
    epoch_said: str
    duration: float
    positions: str
    failed: str = ""

    @property
    def title(self) -> str:
        """Scenario and replication on one line."""
        return f"{self.scenario}, replication {self.replication}"

    def at(self, seconds: float) -> str:
        """A time of the run as ISO 8601."""
        return stamp(self.epoch, seconds)

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of everything there is to say, the limits first."""
        rows = [
            ("limits", LIMITS),
            ("scenario", self.scenario),
            ("seed", str(self.seed)),
            ("replication", f"{self.replication} (of 0 to {self.replications - 1})"),
            ("digest", self.digest),
            ("version", f"openiads {self.version}"),
            ("epoch", f"{self.at(0.0)} ({self.epoch_said})"),
            ("positions", self.positions),
            ("heights", "m above the WGS-84 ellipsoid, which is the model's sea level"),
        ]
        return rows + ([("failed", self.failed)] if self.failed else [])
