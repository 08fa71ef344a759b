"""The user's own recorded positions as civil traffic, as a scenario declares them.  Otherwise as `scenario.model`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from openiads.base.fields import refusal
from openiads.scenario.measures import FileName, Key, Measure, Name, Part, Probability, Reach

_CLOCK = re.compile(r"(?:UTC)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
LARGEST_OFFSET = 14 * 3600.0  # s; no clock of the world differs more from UTC


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise refusal(f'"{text[:40]}" is no time', 'Write begin = "2016-11-01T10:00:00Z".') from None
    return text


def clock_of(text: str) -> float | None:
    """How much (s) a clock such as "UTC" or "+03:00" is ahead of UTC; None for a text that is none."""
    if text.upper() in ("UTC", "Z"):
        return 0.0
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    ahead = int(found[2]) * 3600.0 + int(found[3] or 0) * 60.0
    return None if ahead > LARGEST_OFFSET else ahead * (-1.0 if found[1] == "-" else 1.0)


def _clock(text: str) -> str:
    if clock_of(text) is None:
        raise refusal(f'"{text[:40]}" is no clock', 'Write clock = "UTC" or "+03:00", hours ahead of UTC.')
    return text


class Recorded(Part):
    """Civil flights as they were recorded: they fly the positions of a file, gaps cut and errors left out and told.

    Attributes
    ----------
    name : Name
    file : FileName
        CSV beside the scenario, with columns for time, address, latitude, longitude and altitude, as public receivers
        and the library traffic give them.
    begin : str, optional
        Time of a calendar at second 0 of the run; None: the file's first position.
    clock : str
        Of times without a zone, of the file and of ``begin``: "UTC" or hours ahead of it, "+03:00".
    altitude_unit : {'m', 'ft'}, optional
        Where the file's heading does not say it.
    speed_unit : {'m/s', 'kt', 'km/h'}, optional
        The same of speeds, which are only held against the positions.
    gap : float
        Without a position for longer (s) a flight has ended, and the next one begins another.
    fastest : float
        What would be flown faster (m/s) is a wrong position.
    within : Reach, optional
        Flights that come no nearer to any site or asset are left out; None: all fly.
    kind : Key
        Threat entry of the catalog for types that `kinds` does not name.
    kinds : dict[Key, Key]
        Type as the file names it -> threat entry.
    squawking : Probability
        Share whose civil transponder is on, of those of which the file names no code.
    planned : Probability
        Share of which the posts hold the plan, where the file does not say.
    corridor : Key, optional
        That their plans name.
    """

    name: Name
    file: FileName
    begin: Annotated[str, AfterValidator(_moment)] | None = None
    clock: Annotated[str, AfterValidator(_clock)] = "UTC"
    altitude_unit: Literal["m", "ft"] | None = None
    speed_unit: Literal["m/s", "kt", "km/h"] | None = None
    gap: Annotated[float, Measure("time", 5.0, 3600.0, "300 s")] = 300.0
    fastest: Annotated[float, Measure("speed", 20.0, 3000.0, "400 m/s")] = 400.0
    within: Reach | None = None
    kind: Key = "a320"
    kinds: dict[Key, Key] = Field(
        default_factory=dict, description="type as the file names it = threat entry of the catalog", max_length=200
    )
    squawking: Probability = 1.0
    planned: Probability = 1.0
    corridor: Key | None = None

    @property
    def ahead(self) -> float:
        """How much (s) the clock of times without a zone is ahead of UTC."""
        return clock_of(self.clock) or 0.0

    @property
    def zero(self) -> float | None:
        """UTC (s since 1970) of second 0; None: the file's first position."""
        if self.begin is None:
            return None
        read = datetime.fromisoformat(self.begin)
        return read.timestamp() if read.tzinfo else read.replace(tzinfo=UTC).timestamp() - self.ahead
