"""Replays: one replication as one prepared file, which the viewer fetches and reads in place.

``pack`` makes the file, ``unpacked`` takes it apart again; ``page`` has the whole viewer with one replay in one HTML
file.  What stands behind a replay, the relief and how far radars see, takes as long to make as all the rest: the server
sends it in a file of its own, afterwards (``backdrop``).  The format is in docs/reference/replay.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.replay.container import packed, unpacked
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.faces.export.story import Story
    from openiads.runs.run import Run

FORMAT = 2


@dataclass(frozen=True)
class Backdrop:
    """What stands behind a replay: rings of coverage (in the header) and relief."""

    header: dict[str, Any]
    sections: dict[str, bytes]

    def packed(self) -> bytes:
        """A file of its own."""
        return packed({"format": FORMAT, **self.header}, self.sections)


@dataclass(frozen=True)
class Prepared:
    """Everything a replay of one replication can hold but its backdrop."""

    run: Run
    story: Story
    header: dict[str, Any]
    sections: dict[str, bytes]
    events: np.ndarray
    middle: float  #: longitude that all others are told around, degrees

    def backdrop(self) -> Backdrop:
        """What stands behind it."""
        return backdrop(self.run, self.header["window"])

    def packed(
        self, most_looks: int, *, radar_tracks: bool = True, left_out: str = "", behind: Backdrop | None = None
    ) -> bytes:
        """The file, with at most so many looks.

        left_out : a sentence for those who miss something;  behind : its backdrop, None if that has a file of its own
        """
        from openiads.faces.replay import happenings, scene

        duration = float(self.header["duration"])
        jams = happenings.spells(self.events, Event.JAMMING, "flight", 1, duration)
        movers, paths = scene.movers(self.story, self.middle, radar_tracks=radar_tracks, jams=jams)
        looks, thinned = happenings.looks(self.events, most_looks)
        own = {
            "movers": movers,
            "pathPoints": paths.shape[1],
            "lookCount": looks.shape[1],
            "looksThinned": thinned,
            "placard": [*self.header["placard"], *([left_out] if left_out else [])],
            "identities": list(dict.fromkeys(word for mover in movers for _, word in mover["beliefs"])),
            "backdrop": behind is not None,
        }
        last = behind or Backdrop({"coverage": []}, {"relief": b""})
        body = {"paths": paths.tobytes(), "looks": looks.tobytes(), **last.sections, **self.sections}
        return packed(self.header | own | last.header, body)


def prepare(run: Run, replication: int) -> Prepared:
    """Gather what a replay holds; the replication is run again if it was not recorded.

    Raises UsageError for a replication that is not in the run, ResultsError for a damaged run.
    """
    from openiads.faces.export.gather import gather
    from openiads.faces.pages.premises import terrain_of
    from openiads.faces.replay import areas, happenings, land, scene

    run.row(replication)  # one that is not in the run is refused before anything takes time
    events = run.events(replication)
    story = gather(run, replication, events=events, gates=False)
    key = events[events["kind"] < 32]
    middle = scene.middle_of(run)
    places = scene.places(run, key, middle)
    gates, texts, kinds = happenings.gates(run, key)
    extent = land.window_of([m.line for m in story.picture], [p["at"] for p in places], middle)
    ground, heights = land.told(extent, terrain_of(run), packaged=_packaged(run))
    lanes = happenings.lanes(run, key)
    sky = areas.areas(run, events, middle)
    silent = happenings.spells(key, Event.EMISSION, "radar", 0, float(run.scenario.duration))
    header = {
        **_about(run, story, replication),
        **ground,
        "gateSpells": gates.shape[1],
        "lookCodes": happenings.LOOK_CODES,
        "texts": texts,
        "textKinds": kinds,
        "places": places,
        "radars": scene.radars(run, middle, silent),
        "units": scene.units(run, middle),
        "events": happenings.events(story, middle, sky),
        "lanes": lanes,
        "engagements": happenings.engagements(story),
        "classes": happenings.codes(lanes, "class"),
        **({"areas": sky} if sky else {}),
    }
    return Prepared(run, story, header, {"gates": gates.tobytes(), "ground": heights}, events, middle)


def _packaged(run: Run) -> bool:
    return run.scenario.terrain.packaged


def rings(run: Run) -> list[dict[str, Any]]:
    """How far the radars of a run see and its fire units reach: the same for every replication."""
    from openiads.faces.replay import reach, scene

    middle = scene.middle_of(run)
    return [*reach.detection(run, middle), *reach.engagement(run, middle)]


def backdrop(run: Run, window: Mapping[str, float], coverage: list[dict[str, Any]] | None = None) -> Backdrop:
    """What stands behind a replay.  window : of its header;  coverage : ``rings(run)`` if at hand."""
    from openiads.faces.draw.ground import Extent
    from openiads.faces.pages.premises import terrain_of
    from openiads.faces.replay import land

    extent = Extent(window["south"], window["north"], window["west"], window["east"])
    picture = land.relief(extent, terrain_of(run), packaged=_packaged(run))
    return Backdrop({"coverage": rings(run) if coverage is None else coverage}, {"relief": picture})


def pack(run: Run, replication: int = 0, *, looks: bool = True) -> bytes:
    """The whole replay of one replication of a run (`openiads.runs.run.Run`), with or without its radars' looks.

    Errors as ``prepare``.
    """
    from openiads.faces.replay.happenings import MOST_LOOKS

    ready = prepare(run, replication)
    return ready.packed(MOST_LOOKS if looks else 0, behind=ready.backdrop())


def _about(run: Run, story: Story, replication: int) -> dict[str, Any]:
    """What a replay says of itself."""
    from openiads.faces.pages.placard import placard
    from openiads.faces.words.text import clean

    scenario = run.scenario
    return {
        "format": FORMAT,
        "scenario": story.about.scenario,
        "title": story.about.title,
        "question": clean(scenario.question or ""),
        "replication": replication,
        "seed": run.seed,
        "digest": run.digest,
        "version": story.about.version,
        "duration": float(scenario.duration),
        "date": clean(scenario.date or ""),
        "placard": [*placard(run), *([f"Note: {story.about.failed}."] if story.about.failed else [])],
    }


__all__ = ["FORMAT", "Backdrop", "Prepared", "backdrop", "pack", "packed", "prepare", "rings", "unpacked"]
