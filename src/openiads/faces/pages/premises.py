"""What every page says before an answer: scope, ground, what is left out and assumed, versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.faces.pages.brief import Brief
from openiads.faces.pages.markup import section
from openiads.faces.words import text
from openiads.faces.words.terrain import terrain_note

if TYPE_CHECKING:
    from openiads.earth.terrain import Terrain
    from openiads.runs.run import Run

#: The largest report that is written, bytes.
LARGEST = 4_000_000


def left_out(model: Mapping[str, Any]) -> list[str]:
    """What the scenario's model switches leave out or simplify, in words."""
    said = {
        ("detection", "range"): "detection is a plain radius",
        ("kill", "constant"): "kill probability is one constant",
        ("assessment", "perfect"): "kill assessment is perfect",
        ("magazine", "infinite"): "magazines are endless",
        ("arrivals", "poisson"): "arrivals are random in time",
        ("service", "fixed"): "the crew's delay is fixed",
        ("service", "exponential"): "the crew's delay is exponential",
        ("queue", "lost"): "who must wait is lost",
        ("limits", "published"): "published envelope limits gate every shot",
        ("false_alarms", False): "no false alarms",
        ("diffraction", False): "no diffraction over terrain",
        ("multipath", False): "no multipath over the sea",
        ("attenuation", False): "no attenuation by the air",
    }
    return [words for (key, value), words in said.items() if model.get(key) == value]


def assumption_share(brief: Brief) -> tuple[int, int]:
    """How many of the parameters used are assumptions, and how many there are."""
    return sum(row.status == "assumption" for row in brief.parameters), len(brief.parameters)


def scope(model: Mapping[str, Any], shares: tuple[int, int], terrain: Terrain | None, failed: int) -> list[str]:
    """What must be read before any answer: scope, ground, what is left out, what is assumed, what failed.

    model : the scenario's switches; shares : assumptions among the catalog values used, and their number
    """
    assumed, total = shares
    points = [text.SCOPE]
    if terrain is not None and (terrain.coarse or terrain.files):
        limited = " Results for flights below 300 m over land are terrain-limited." if terrain.coarse else ""
        points.append(f"{terrain_note(terrain)}{limited}")
    points.append(f"Not modeled: {text.NOT_MODELED}.")
    switches = left_out(model)
    if switches:
        points.append(f"Switched off or simplified in this scenario: {', '.join(switches)}.")
    if total:
        points.append(
            f"{assumed} of the {total} catalog values used ({text.percent(assumed / total)}) are assumptions that no "
            "source gives."
        )
    if failed:
        points.append(
            f"{text.plural(failed, 'replication', 'replications')} failed; intervals are widened to their worst case."
        )
    return points


def placard(points: Sequence[str]) -> str:
    """The section that comes first on every page."""
    return section(
        "Read this first", "<ul>" + "".join(f"<li>{escape(point)}</li>" for point in points) + "</ul>", kind="placard"
    )


def versions() -> list[tuple[str, str]]:
    """What computed the run: openiads, Python, the packages that the numbers rest on, the platform."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in ("openiads", "numpy", "numba", "scipy"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return [*found, ("python", platform.python_version()), ("platform", f"{platform.system()} {platform.machine()}")]


def terrain_of(run: Run) -> Terrain:
    """The ground that the run was computed on, without an end: beyond its data the map shows the sea."""
    from openiads.earth import library, rasters
    from openiads.earth.worldwide import packaged_ground
    from openiads.scenario.area import boxes

    scenario = run.scenario
    if scenario.terrain.packaged:
        factor = scenario.world.crest_factor
        factor = run.world.knobs.get("world.crest_factor", 0.5) if factor is None else factor
        return packaged_ground(scenario.terrain.source, factor)
    if scenario.terrain.source == "files":
        folder = scenario.folder or Path()
        files = [folder / name for name in scenario.terrain.files]
        return rasters.from_file(files, "sea", scenario.terrain.below_sea)
    if scenario.terrain.source == "library":
        return library.terrain(boxes(scenario, run.catalog), "sea", scenario.terrain.below_sea)
    return run.world.terrain
