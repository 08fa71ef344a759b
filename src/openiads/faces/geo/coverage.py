"""Coverage as files for other tools: outlines and cells (`faces.geo.layers`), and a NumPy archive.

Polygons are the outlines of cells where a target of one height is detected, by any of the radars and by each.  Where
somebody jams there are also those where it is not, but would be without jamming, and the places of the jammers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.faces.geo import grids, layers
from openiads.faces.geo.areas import Area
from openiads.faces.geo.grids import Variable
from openiads.faces.geo.jammers import jammers
from openiads.faces.geo.layers import Column, Layers
from openiads.faces.geo.provenance import provenance
from openiads.faces.words import text
from openiads.faces.words.jamming import sentence
from openiads.faces.words.terrain import terrain_fields
from openiads.reach.coverage import Coverage, View
from openiads.reach.site_radars import CoverageAnswer
from openiads.reach.strobes import Strobes
from openiads.runs import disk
from openiads.world.codes import Look

ARCHIVE = ".npz"
ENDINGS = (*layers.WRITERS, ARCHIVE)


def _areas(answer: CoverageAnswer) -> Iterator[Area]:
    """Every height, by any radar and by each; then the jammers."""
    found = answer.found
    order = sorted(set(found.question.heights))
    for k, height in enumerate(found.question.heights):
        sets: list[tuple[str, Coverage | View]] = [("any", found)]
        if len(found.views) > 1:
            sets += [(view.name, view) for view in found.views]
        for name, seen in sets:
            shade = order.index(height)
            yield _area(found, k, name, seen.detected(k), shade, {"cells": "detected"} if found.jammed else {})
            if found.jammed:
                yield _area(found, k, name, seen.unjammed(k) & ~seen.detected(k), shade, {"cells": "jammed"})
    if answer.strobes is not None:
        yield from _strobes(answer.strobes)
    yield from jammers(answer.jamming) if answer.jamming is not None else ()


def _strobes(found: Strobes) -> Iterator[Area]:
    """Where a jammer at each height gives its bearing, and its position."""
    order = sorted(set(found.question.heights))
    for k, height in enumerate(found.question.heights):
        for name, cells in (("strobe", found.bearing(k)), ("position", found.position(k))):
            cells = cells & found.map.known
            told = {"jammer": found.kind, "height_m": height, "above": found.question.above, "cells": name,
                    "area_km2": round(found.area(cells) / 1e6, 3), "note": text.FOOTER}  # fmt: skip
            title = f"{name} of {found.kind} at {height:g} m above {found.question.above}"
            yield Area(title, told, layers.outlined(found.map, cells), order.index(height))


def _area(
    found: Coverage, k: int, name: str, cells: NDArray[np.bool_], shade: int, state: Mapping[str, object]
) -> Area:
    """Some cells of a height.  name : of the radar;  state : what its field "cells" says, where somebody jams"""
    question, height = found.question, found.question.heights[k]
    cells = cells & found.map.known
    told = {
        "radar": found.views[0].name if len(found.views) == 1 else name,
        "height_m": height,
        "above": question.above,
        **state,
        "rcs_m2": question.rcs,
        "probability": question.probability,
        "looks": list(question.looks),
        "area_km2": round(found.area(cells) / 1e6, 3),
        "earth_factor": found.earth_factor,
        **terrain_fields(found.terrain),
        "note": text.FOOTER,
    }
    jammed = ", jammed" if state.get("cells") == "jammed" else ""
    title = f"{told['radar']}: {height:g} m above {question.above}{jammed}"
    return Area(title, told, layers.outlined(found.map, cells), shade)


def _columns(found: Coverage) -> Iterator[Column]:
    yield Column("lowest_amsl_m", "lowest visible height above the sea, m", "%.1f", found.lowest())
    yield Column("lowest_agl_m", "lowest visible height above the ground, m", "%.1f", found.lowest("ground"))
    above = found.question.above
    for k, height in enumerate(found.question.heights):
        words = f"radars that detect at {height:g} m above the {above}"
        at = f"{height:g}_m_{layers.suffix(above)}"
        yield Column(f"radars_at_{at}", words, "%d", found.count(k))
        if found.jammed:
            yield Column(f"radars_without_jamming_at_{at}", f"{words} without jamming", "%d", _unjammed(found, k))


def _unjammed(found: Coverage, k: int) -> NDArray[np.int8]:
    """How many radars would detect a height without jamming, (rows, columns)."""
    return np.sum([view.unjammed(k) for view in found.views], axis=0, dtype=np.int8)


def _variables(found: Coverage) -> Iterator[Variable]:
    yield grids.cells(
        "lowest_visible_altitude", "lowest height in sight of a radar, above the sea", "m", found.lowest()
    )
    words = "lowest height in sight of a radar, above the ground"
    yield grids.cells("lowest_visible_height", words, "m", found.lowest("ground"))
    counts = np.stack([found.count(k) for k in range(len(found.question.heights))])
    yield grids.cells("radars", "how many radars detect the target", "1", counts)
    if found.jammed:
        words = "how many radars would detect the target without jamming"
        clear = np.stack([_unjammed(found, k) for k in range(len(found.question.heights))])
        yield grids.cells("radars_without_jamming", words, "1", clear)
    codes = np.stack([view.code for view in found.views])
    yield grids.flags("look", "how a look of each radar comes out", ("radar", *grids.CELLS), codes, Look)


def layers_of(answer: CoverageAnswer) -> Layers:
    """What is written of a coverage."""
    found, question = answer.found, answer.found.question
    asked = {
        "rcs_m2": str(question.rcs),
        "probability": str(question.probability),
        "looks": "{}/{}".format(*question.looks),
    }
    if answer.jamming is not None:
        asked["jamming"] = sentence(answer.jamming)
    tags = provenance(answer.scenario, answer.digest, found.terrain) | asked
    names = np.array([view.name for view in found.views])
    labels = Variable("radar_name", ("radar",), names, {"long_name": "site and radar"})
    return Layers(
        "Radar coverage",
        found.map,
        _areas(answer),
        list(_columns(found)),
        tags,
        [grids.heights(question.heights, question.above), labels],
        list(_variables(found)),
    )


def _archive(found: Coverage, path: Path) -> None:
    arrays = {
        "latitudes_deg": np.degrees(found.map.lats),
        "longitudes_deg": np.degrees(found.map.lons),
        "heights_m": np.array(found.question.heights),
        "ground_m": found.map.ground,
        "terrain_known": found.map.known,
        "lowest_amsl_m": found.lowest(),
        "radars": np.array([view.name for view in found.views]),
        "codes": np.stack([view.code for view in found.views]),
        "terrain_sha256": np.array(found.terrain.digest()),
    }
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    disk.save(path, out.getvalue())


def write(answer: CoverageAnswer, path: Path) -> None:
    """Write coverage in the format that a file's name asks for."""
    if path.suffix.lower() == ARCHIVE:
        _archive(answer.found, path)
    else:
        layers.write(layers_of(answer), path)
