"""Tables of recorded positions in an import: flights as lines with their times, or one table that flies the file."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from openiads.base.errors import InputError, UsageError
from openiads.foreign.blocks import Block
from openiads.foreign.compose import Draft
from openiads.foreign.features import Feature, Gathering
from openiads.foreign.files import Source, marked, stamp
from openiads.foreign.question import ImportQuestion
from openiads.foreign.receivers import Reading, headings
from openiads.foreign.recorded import Recording, Sorting, recording_of
from openiads.foreign.tables import separator_of
from openiads.scenario.recorded import clock_of

FIRST = 65_536  # bytes that hold a heading
MOST_PLACES = 5_000  # of a recording that decide which ground it flies over


def holds_positions(source: Source) -> bool:
    """Whether a table has the headings of recorded positions."""
    text = source.data[:FIRST].decode(marked(source.data) or "utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip()][:2]
    if lines and lines[0].lower().startswith("sep="):
        del lines[0]
    if not lines:
        return False
    try:
        headings(next(csv.reader(io.StringIO(lines[0]), delimiter=separator_of(text)), []), "")
    except (InputError, csv.Error):
        return False
    return True


def recording(source: Source, question: ImportQuestion) -> Recording:
    """The flights of a table; errors as of a scenario that flies it."""
    ahead = clock_of(question.clock)
    if ahead is None:
        raise UsageError("--clock", f'"{question.clock[:40]}"', 'Write UTC or "+03:00", hours ahead of UTC.')
    reading = Reading(ahead, question.altitude_unit, None, question.swap)
    return recording_of(source, reading, Sorting(), question.encoding)


def take(found: Recording, into: Gathering) -> None:
    """The flights as lines, heights above the sea; what was not flown is told with its lines."""
    into.choice = replace(into.choice, swap=False)  # exchanged when it was read
    for flown in found.flights:
        about = {"address": flown.name.partition("/")[0]} | ({"type": flown.type} if flown.type else {})
        where = f"lines {int(flown.lines.min())} to {int(flown.lines.max())}"
        into.take(Feature("line", flown.name, flown.places, where, about, "sea", flown.times))
    into.remarks += found.account.told()


def one_table(found: Recording, question: ImportQuestion, into: Gathering) -> Draft:
    """A draft whose one table flies the file.

    Raises
    ------
    InputError
        Where the file holds no flight.
    """
    if not found.flights:
        told = f" ({'; '.join(found.account.told())})" if found.account.left else ""
        raise InputError(into.file, f"holds no flight{told}", "Take another part of the recording.")
    draft = Draft()
    block = Block("recorded")
    draft.blocks.append(block)
    first = min(float(flown.times[0]) for flown in found.flights)
    last = max(float(flown.times[-1]) for flown in found.flights)
    zero = first if found.calendar else 0.0
    block.put("name", "Recorded", f"{len(found.flights):,} flights")
    block.put("file", Path(question.file).name, "beside the scenario")
    if found.calendar:
        draft.zero = zero
        block.put("begin", stamp(zero), "the first position")
    if question.clock.upper() != "UTC":
        block.put("clock", question.clock, "from --clock")
    if question.altitude_unit:
        block.put("altitude_unit", question.altitude_unit, "from --altitude-unit")
    if question.threat:
        block.put("kind", question.threat, "from --threat")
    draft.ends.append(last - zero)
    places = np.concatenate([flown.places[:, :2] for flown in found.flights])
    step = max(math.ceil(len(places) / MOST_PLACES), 1)
    draft.places += [(float(lat), float(lon)) for lat, lon in places[::step]]
    into.remarks += found.account.told()
    return draft
