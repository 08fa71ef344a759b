"""Replays: one replication as one prepared file, which the viewer fetches and reads in place.

``pack`` makes the file, ``unpacked`` takes it apart again; ``page`` has the whole viewer with one replay in one HTML
file.  The format is in docs/reference/replay.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.faces.replay.container import packed, unpacked

FORMAT = 1


@dataclass(frozen=True)
class Prepared:
    """Everything a replay of one replication can hold."""

    story: Any
    header: dict[str, Any]
    sections: dict[str, bytes]
    events: np.ndarray
    middle: float  #: longitude that all others are told around, degrees

    def packed(self, most_looks: int, *, radar_tracks: bool = True, left_out: str = "") -> bytes:
        """The file, with at most so many looks; left_out : a sentence for those who miss something."""
        from openiads.faces.replay import happenings, scene

        movers, paths = scene.movers(self.story, self.middle, radar_tracks=radar_tracks)
        looks, thinned = happenings.looks(self.events, most_looks)
        own = {
            "movers": movers, "pathPoints": paths.shape[1], "lookCount": looks.shape[1], "looksThinned": thinned,
            "placard": [*self.header["placard"], *([left_out] if left_out else [])],
            "identities": list(dict.fromkeys(word for mover in movers for _, word in mover["beliefs"])),
        }  # fmt: skip
        return packed(self.header | own, {"paths": paths.tobytes(), "looks": looks.tobytes()} | self.sections)


def prepare(run: Any, replication: int) -> Prepared:
    """Gather what a replay holds; the replication is run again if it was not recorded.

    Raises UsageError for a replication that is not in the run, ResultsError for a damaged run.
    """
    from openiads.faces.export.gather import gather
    from openiads.faces.replay import happenings, land, reach, scene
    from openiads.faces.report import terrain_of

    run.row(replication)  # one that is not in the run is refused before anything takes time
    events = run.events(replication)
    story = gather(run, replication, events=events, gates=False)
    key = events[events["kind"] < 32]
    middle = scene.middle_of(run)
    places = scene.places(run, key, middle)
    gates, texts = happenings.gates(run, key)
    extent = land.window_of([m.line for m in story.picture], [p["at"] for p in places], middle)
    packaged = run.scenario.terrain.source == "levant"
    ground, sections = land.told(extent, terrain_of(run), packaged=packaged)
    lanes = happenings.lanes(run, key)
    header = {
        **_about(run, story, replication), **ground, "gateSpells": gates.shape[1],
        "lookCodes": happenings.LOOK_CODES, "texts": texts, "places": places, "radars": scene.radars(run, middle),
        "units": scene.units(run, middle), "coverage": [*reach.detection(run, middle), *reach.engagement(run, middle)],
        "events": happenings.events(story, middle), "lanes": lanes, "engagements": happenings.engagements(story),
        "classes": happenings.codes(lanes, "class"),
    }  # fmt: skip
    return Prepared(story, header, {"gates": gates.tobytes()} | sections, events, middle)


def pack(run: Any, replication: int = 0, *, looks: bool = True) -> bytes:
    """The replay of one replication of a run (`openiads.study.run.Run`), with or without its radars' looks.

    Errors as ``prepare``.
    """
    from openiads.faces.replay.happenings import MOST_LOOKS

    return prepare(run, replication).packed(MOST_LOOKS if looks else 0)


def _about(run: Any, story: Any, replication: int) -> dict[str, Any]:
    """What a replay says of itself."""
    from openiads.faces.export.about import clean
    from openiads.faces.limits import placard

    scenario = run.scenario
    return {
        "format": FORMAT, "scenario": story.about.scenario, "title": story.about.title,
        "question": clean(scenario.question or ""), "replication": replication, "seed": run.seed,
        "digest": run.digest, "version": story.about.version, "duration": float(scenario.duration),
        "date": clean(scenario.date or ""),
        "placard": [*placard(run), *([f"Note: {story.about.failed}."] if story.about.failed else [])],
    }  # fmt: skip


__all__ = ["FORMAT", "Prepared", "pack", "packed", "prepare", "unpacked"]
