"""How good the picture of a command post was in one replication: its tracks against what flew.

At regular times the confirmed tracks of a post, carried on straight from their last update, are held against all
flights in the air, friendly and civil ones too, whether a radar could see them or not.  Completeness, ambiguity and
spuriousness are those of ``textbook.picture``; OSPA and GOSPA of ``textbook.tracking`` are means over the times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.textbook.picture import picture_quality
from openiads.textbook.tracking import gospa, ospa
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run

Floats = NDArray[np.float64]

#: Distance (m) up to which a track stands for a flight: several standard errors of a surveillance radar at its range.
CUTOFF = 5000.0
#: Seconds between two looks at the picture.
EVERY = 5.0


@dataclass(frozen=True, slots=True)
class PostPicture:
    """The picture of one command post over a replication.

    Attributes
    ----------
    post : str
        Its name.
    times : int
        How often it was looked at.
    completeness, ambiguity, spuriousness : float
        Of ``textbook.picture_quality``; NaN where there is nothing to divide by.
    ospa, gospa : float
        Mean over the times, m, of power 2.
    cutoff : float
        m.
    """

    post: str
    times: int
    completeness: float
    ambiguity: float
    spuriousness: float
    ospa: float
    gospa: float
    cutoff: float

    def as_dict(self) -> JsonObject:
        """Plain data; what is undefined is None."""
        return plain({name: getattr(self, name) for name in self.__slots__})

    def text(self) -> str:
        """One line for reading."""
        shares = ((self.completeness, "complete"), (self.spuriousness, "of tracks false"))
        told = [f"{100.0 * value:.1f} % {word}" for value, word in shares if not math.isnan(value)]
        if not math.isnan(self.ambiguity):
            told.append(f"{self.ambiguity:.2f} tracks a flight held")
        told.append(f"OSPA {self.ospa:,.0f} m, GOSPA {self.gospa:,.0f} m (cutoff {self.cutoff:,.0f} m)")
        return f"Picture of {self.post}, {self.times} times: {', '.join(told)}"


def pictures(run: Run, replication: int, *, cutoff: float = CUTOFF, every: float = EVERY) -> list[PostPicture]:
    """The picture of each command post that had a track in one replication; it is run again if it was not recorded.

    Parameters
    ----------
    run : Run
    replication : int
        From 0 on.
    cutoff : float, optional
        Distance (m) up to which a track stands for a flight, above 0.
    every : float, optional
        Seconds between two looks at the picture, above 0.

    Returns
    -------
    list of PostPicture
        In the order of posts.

    Raises
    ------
    UsageError
        For a cutoff or a time that is not above 0.
    ResultsError
        Where the replication is not stored, or comes out otherwise than stored.
    """
    if not (cutoff > 0.0 and every > 0.0):
        raise UsageError("picture", f"cutoff {cutoff}, every {every}", "Give a distance and a time above 0")
    events = run.events(replication)
    flown = _in_the_air(events)
    held = _tracks(events, run.world.rows["radars"]["post"])
    return _posts(run, flown, {post: held[post] for post in sorted(held)}, cutoff, every) if flown else []


def pictures_with_empty(run: Run, replication: int, *, cutoff: float, every: float) -> list[PostPicture]:
    """``pictures`` of every post that has a radar, with an empty one of a post that had no track."""
    if not (cutoff > 0.0 and every > 0.0):
        raise UsageError("picture", f"cutoff {cutoff}, every {every}", "Give a distance and a time above 0")
    events = run.events(replication)
    flown = _in_the_air(events)
    of_radars = run.world.rows["radars"]["post"]
    held = _tracks(events, of_radars)
    posts = sorted({int(post) for post in of_radars if post >= 0})
    return _posts(run, flown, {post: held.get(post, []) for post in posts}, cutoff, every) if flown else []


def _in_the_air(events: np.ndarray) -> list[np.ndarray]:
    """Positions of each flight over its time."""
    return [rows for _, rows in _grouped(_flown(events), "flight")]


def _posts(
    run: Run, flown: list[np.ndarray], held: dict[int, list[np.ndarray]], cutoff: float, every: float
) -> list[PostPicture]:
    """The picture of each post with its tracks."""
    begun, ended = min(rows["time"][0] for rows in flown), max(rows["time"][-1] for rows in flown)
    times = np.arange(begun, ended, every)
    truths = [_at(flown, time) for time in times]
    return [_post(run.names["posts"][post], tracks, truths, times, cutoff) for post, tracks in held.items()]


def _post(name: str, tracks: list[np.ndarray], truths: list[Floats], times: Floats, cutoff: float) -> PostPicture:
    seen = [_carried(tracks, time) for time in times]
    both = list(zip(seen, truths, strict=True))
    by_ospa = float(np.mean([ospa(a, b, cutoff=cutoff) for a, b in both]))
    by_gospa = float(np.mean([gospa(a, b, cutoff=cutoff).value for a, b in both]))
    return PostPicture(name, len(times), *picture_quality(both, cutoff), by_ospa, by_gospa, cutoff)


def _grouped(rows: np.ndarray, by: str) -> list[tuple[int, np.ndarray]]:
    """Rows of each value of a column, in order of time."""
    rows = rows[np.argsort(rows[by], kind="stable")]
    values, first = np.unique(rows[by], return_index=True)
    return list(zip(values.tolist(), np.split(rows, first)[1:], strict=True))


def _flown(events: np.ndarray) -> np.ndarray:
    """Where flights were, and where they ended."""
    return events[np.isin(events["kind"], (Event.FLIGHT_STATE, Event.TERMINAL)) & (events["flight"] >= 0)]


def _at(flown: list[np.ndarray], time: float) -> Floats:
    """Positions (ECEF, m) of all that is in the air, (m, 3)."""
    air = [rows for rows in flown if rows["time"][0] <= time <= rows["time"][-1]]
    return np.array([[np.interp(time, rows["time"], rows["value"][:, k]) for k in range(3)] for rows in air])


def _tracks(events: np.ndarray, posts: np.ndarray) -> dict[int, list[np.ndarray]]:
    """Post -> updates of each of its confirmed tracks, a last row without a flight where it was dropped."""
    kinds = (Event.TRACK, Event.FALSE_TRACK, Event.TRACK_UPDATE, Event.TRACK_DROP)
    mine = events[np.isin(events["kind"], kinds) & (events["track"] >= 0)]
    mine = mine[(mine["kind"] != Event.TRACK_UPDATE) | (mine["code"] == -1)]  # a radar's own track is not the post's
    held: dict[int, list[np.ndarray]] = {}
    for _, rows in _grouped(mine, "track"):
        begun = np.isin(rows["kind"], (Event.TRACK, Event.FALSE_TRACK))
        updates = rows[(rows["kind"] == Event.TRACK_UPDATE) | (rows["kind"] == Event.TRACK_DROP)]
        heard = rows["radar"][rows["radar"] >= 0]
        if begun.any() and len(heard):
            known = updates[updates["time"] >= rows["time"][begun][0]]
            if len(known) and known["kind"][0] == Event.TRACK_UPDATE:
                held.setdefault(int(posts[heard[0]]), []).append(known)
    return held


def _carried(tracks: list[np.ndarray], time: float) -> Floats:
    """Positions (ECEF, m) of the tracks held now, from their last updates, (n, 3)."""
    found = []
    for rows in tracks:
        last = int(np.searchsorted(rows["time"], time, side="right")) - 1
        if last >= 0 and rows["kind"][last] == Event.TRACK_UPDATE:
            state = rows["value"][last]
            found.append(state[:3] + (time - rows["time"][last]) * state[3:6])
    return np.array(found)
