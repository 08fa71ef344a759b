"""Flights of recorded positions: rows that fly what the user's files hold, and an account of what they do not."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.words import listed
from openiads.foreign.files import source_of, stamp
from openiads.foreign.receivers import Reading
from openiads.foreign.recorded import Flown, Recording, Sorting, recording_of
from openiads.foreign.thin import apart, beside, vectors
from openiads.physics.waypoints import normals_of, timed_path
from openiads.scenario.recorded import Recorded
from openiads.world.codes import Side
from openiads.world.draft import Draft
from openiads.world.flights import add_flight, delay_row
from openiads.world.routes import Table

Floats = NDArray[np.float64]

MOST_FLIGHTS = 5_000  # of one file within a run
MOST_NOTES = 20  # lines told of one file
SHORTEST = 1.0  # s within the run
FAR = 1_000_000.0  # m, from where nothing here is seen
HOURS = 14  # that clocks of the world differ from UTC by


@dataclass(frozen=True, eq=False)
class Used:
    """What of a recording is flown in a run.

    Attributes
    ----------
    flights : tuple of (Flown, Table)
        With their paths, in s of the run.
    notes : tuple of str
        What else there is to know.
    """

    flights: tuple[tuple[Flown, Table], ...]
    notes: tuple[str, ...]


def add_recordings(draft: Draft) -> None:
    """The rows of all recorded flights; whether each squawks and has a plan, every replication draws.

    Raises
    ------
    InputError
        For a file that cannot be read, or has nothing that is flown in the run.
    """
    for number, recorded in enumerate(draft.scenario.recordings, 1):
        used = _used(draft, recorded)
        corridors = [corridor.name for corridor in draft.scenario.corridors]
        corridor = -1 if recorded.corridor is None else corridors.index(recorded.corridor)
        strange: Counter[str] = Counter()
        for flown, table in used.flights:
            kind = recorded.kinds.get(flown.type, recorded.kind)
            if flown.type not in recorded.kinds:
                strange[flown.type or "no type"] += 1
            name = f"{recorded.name}[{flown.name}]"
            entry = draft.values.catalog[kind]
            row = add_flight(draft, name, entry, Side.NEUTRAL, draft.arena.add(table), table)
            delay_row(row, 0.0)
            row["airway"], row["corridor"] = -number, corridor
            row["carries"] = _given(flown.squawks, recorded.squawking), _given(flown.planned, recorded.planned)
        notes = [*used.notes, *_types(strange, recorded)]
        if recorded.corridor is not None:
            notes += _beside_plan(draft, corridor, used)
        draft.notes += [f'recorded "{recorded.name}": {note}' for note in notes[:MOST_NOTES]]
        if len(notes) > MOST_NOTES:
            draft.notes.append(f'recorded "{recorded.name}": and {len(notes) - MOST_NOTES} more of the kind')


def _given(said: float, otherwise: float) -> float:
    return otherwise if math.isnan(said) else said


def _types(strange: Counter[str], recorded: Recorded) -> list[str]:
    if not strange:
        return []
    told = [f"{name} ({count:,})" for name, count in strange.most_common(6)]
    more = f" and {len(strange) - 6} more" if len(strange) > 6 else ""
    return [f"types that kinds does not name are flown as {recorded.kind}: {listed(told)}{more}"]


def _used(draft: Draft, recorded: Recorded) -> Used:
    """What of a file is flown, made once for all worlds of one scenario."""
    scenario = draft.scenario
    path = Path(recorded.file) if scenario.folder is None else scenario.folder / recorded.file
    data = path.read_bytes() if path.is_file() else b""
    spots = [site.at for site in scenario.sites] + [asset.at for asset in scenario.assets]
    places = tuple((at.latitude, at.longitude) for at in spots)
    key = ("recorded", hashlib.sha256(data).digest(), recorded.model_dump_json(), scenario.duration, places)

    def made() -> tuple[Used, ...]:
        return (_within_run(_read(path, recorded), recorded, scenario.duration, places),)

    return draft.prebuilt.once(key, made)[0]


def _read(path: Path, recorded: Recorded) -> Recording:
    reading = Reading(recorded.ahead, recorded.altitude_unit, recorded.speed_unit)
    return recording_of(source_of(path), reading, Sorting(recorded.gap, recorded.fastest))


def _within_run(
    recording: Recording, recorded: Recorded, duration: float, places: Sequence[tuple[float, float]]
) -> Used:
    """The flights of a recording that fly in a run, and near enough to what it is about."""
    account, flights = recording.account, recording.flights
    if not flights:
        told = f" ({'; '.join(account.told())})" if account.left else ""
        raise InputError(recorded.file, f"holds no flight{told}", "Take another part of the recording.")
    zero = _zero(recording, recorded)
    notes = account.told()
    first = min(float(flown.times[0]) for flown in flights)
    last = max(float(flown.times[-1]) for flown in flights)
    inside = [
        flown
        for flown in flights
        if flown.times[0] - zero <= duration - SHORTEST and flown.times[-1] - zero >= SHORTEST
    ]
    if not inside:
        raise _no_time(recording, recorded, zero, duration, first, last)
    if len(inside) < len(flights):
        notes.append(f"{len(flights) - len(inside):,} of {len(flights):,} flights are not in the air within the run")
    notes += _far(inside, places)
    if recorded.within is not None and places:
        near = [flown for flown in inside if _comes_near(flown, places, recorded.within)]
        if len(near) < len(inside):
            told = f"come no nearer than {recorded.within / 1000.0:g} km to a site or asset and are left out"
            notes.append(f"{len(inside) - len(near):,} of {len(inside):,} flights {told}")
        inside = near
    if len(inside) > MOST_FLIGHTS:
        reason = f"{len(inside):,} flights within the run, more than {MOST_FLIGHTS:,}"
        raise InputError(f"recorded.{recorded.name}", reason, 'Give within = "300 km", or a shorter run.')
    count = sum(len(flown.times) for flown in inside)
    if recording.calendar:
        notes.insert(0, f"{len(inside):,} flights of {count:,} positions are flown; second 0 is {stamp(zero)}")
    else:
        notes.insert(0, f"{len(inside):,} flights of {count:,} positions are flown; times are seconds of the run")
    return Used(tuple((flown, _path(flown, zero, duration)) for flown in inside), tuple(notes))


def _zero(recording: Recording, recorded: Recorded) -> float:
    """The file's time at second 0 of the run."""
    if recorded.zero is None:
        return min(float(flown.times[0]) for flown in recording.flights) if recording.calendar else 0.0
    if not recording.calendar:
        reason = "its times are no times of a calendar, and begin is one"
        raise InputError(f"recorded.{recorded.name}.begin", reason, "Leave begin out: they are seconds of the run.")
    return recorded.zero


def _no_time(
    recording: Recording, recorded: Recorded, zero: float, duration: float, first: float, last: float
) -> InputError:
    """The error that no position lies within the run; it tells where a shift by whole hours would bring them in."""
    if not recording.calendar:
        reason = f"its positions are from {first:,.0f} s to {last:,.0f} s, outside the run"
        return InputError(recorded.file, reason, "Let times be seconds of the run, or of a calendar.")
    reason = f"its positions are from {stamp(first)} to {stamp(last)}, outside the run, which begins at {stamp(zero)}"
    shifts = [
        h for h in range(-HOURS, HOURS + 1) if h and first - 3600.0 * h <= zero + duration and last - 3600.0 * h >= zero
    ]
    if not shifts:
        return InputError(recorded.file, reason, "Correct begin, or take another part of the recording.")
    hour = min(shifts, key=abs)
    remedy = f'Are its times local? With clock = "{hour:+03d}:00" they would lie in it. Else correct begin.'
    return InputError(recorded.file, reason, remedy)


def _far(flights: Sequence[Flown], places: Sequence[tuple[float, float]]) -> list[str]:
    """A line where no flight comes near what the scenario is about, and a question where exchanged ones would."""
    if not places:
        return []
    spots, flown = np.degrees(np.array(places)), np.concatenate([each.places for each in flights])
    away = _nearest(flown, spots)
    if away <= FAR:
        return []
    line = f"no flight comes nearer than {away / 1000.0:,.0f} km to a site or asset"
    if np.abs(flown[:, 1]).max() <= 90.0 and _nearest(flown[:, [1, 0]], spots) < away / 4.0:
        line += ": are latitude and longitude exchanged?"
    return [line]


def _nearest(flown: Floats, spots: Floats) -> float:
    """Least distance (m) between places (degrees), on a sphere."""
    points = vectors(flown)
    return min(float(apart(points, spot).min()) for spot in vectors(spots))


def _comes_near(flown: Flown, places: Sequence[tuple[float, float]], within: float) -> bool:
    return _nearest(flown.places, np.degrees(np.array(places))) <= within


def _path(flown: Flown, zero: float, duration: float) -> Table:
    """Path of a flight, from its last position before the run to its first one after it."""
    times = flown.times - zero
    begin = max(int(np.searchsorted(times, 0.0, side="right")) - 1, 0)
    end = min(int(np.searchsorted(times, duration, side="left")) + 1, len(times))
    begin = min(begin, end - 2)
    rows = slice(max(begin, 0), end)
    lat, lon = np.radians(flown.places[rows, 0]), np.radians(flown.places[rows, 1])
    return timed_path(times[rows], normals_of(lat, lon), flown.places[rows, 2])


def _beside_plan(draft: Draft, corridor: int, used: Used) -> list[str]:
    """Flights that are never within the corridor that their plan names."""
    declared = draft.scenario.corridors[corridor]
    corners = vectors(np.degrees(np.array([(p.latitude, p.longitude) for p in declared.points])))
    never = 0
    for flown, _ in used.flights:
        points = vectors(flown.places)
        level = (flown.places[:, 2] >= declared.floor) & (flown.places[:, 2] <= declared.ceiling)
        off = np.min([beside(points, a, b) for a, b in zip(corners[:-1], corners[1:], strict=True)], axis=0)
        never += not bool((level & (off <= declared.width / 2.0)).any())
    if not never:
        return []
    return [f"{never:,} of {len(used.flights):,} flights are never in corridor {declared.name}, which their plans name"]
