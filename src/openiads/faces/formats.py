"""Replications of a run as files: for other programs (``faces.export``), or as a page of its own (``faces.replay``)."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import UsageError

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Format -> (module, ending of the file).  A page has no module: ``faces.replay.page`` makes it.
FORMATS = {
    "czml": ("czml", "czml"),
    "kml": ("kml", "kml"),
    "geojson": ("geojson", "geojson"),
    "csv": ("tables", "zip"),
    "acmi": ("acmi", "acmi"),
    "asi": ("asi", "asi"),
    "stonesoup": ("stonesoup", "zip"),
    "html": ("", "html"),
}


@dataclass(frozen=True)
class Written:
    """What an export came to.  path : the file or folder; size : bytes in all; counts : by what there is in it;
    note : what was left out, empty if nothing"""

    path: Path
    size: int
    epoch: str
    counts: dict[str, int]
    note: str = ""


def export(
    run: str | Path | Run,
    format: str,  # noqa: A002 - the word that users say
    replication: int = 0,
    out: str | Path | None = None,
    *,
    every: float | None = None,
    epoch: str | None = None,
) -> Written:
    """Write one replication of a run for another program, or as a page for a browser.

    Parameters
    ----------
    run : str, Path or Run
        A run, or its folder.
    format : {"czml", "kml", "geojson", "csv", "acmi", "asi", "stonesoup", "html"}
        The format.
    replication : int
        Which replication, from 0 on.
    out : str or Path, optional
        The file; left out, one in the current folder named after scenario, seed and replication.  With csv and
        stonesoup a name that does not end in ``.zip`` is a folder.
    every : float, optional
        A recorded position every so many seconds, 0 for all; thinned to 5 m if left out, with stonesoup all.
    epoch : str, optional
        UTC of the run's time 0 (ISO 8601); the scenario's date if left out, or 2000-01-01.

    Returns
    -------
    Written
        Where, how many bytes, and how much of what.

    Raises
    ------
    UsageError
        For an unknown format, a replication that is not in the run, or a place among the run's own files.
    ResultsError
        For a run that is not complete or damaged, or a file that cannot be written.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=3, seed=1)
    >>> oi.export(run, "geojson", out="one.geojson").counts["flights"]
    1
    """
    from openiads.faces.export.gather import gather
    from openiads.runs.run import open_run

    _check_format(format)
    made = open_run(run) if isinstance(run, str | Path) else run
    module, ending = FORMATS[format]
    target = _target(made, replication, out, ending)
    if format == "html":
        return _page(made, replication, target, every, epoch)
    if format == "stonesoup" and every is None:
        every = 0.0  # trackers are fed what was recorded
    story = gather(made, replication, epoch=epoch, every=every)
    writer = importlib.import_module(f"openiads.faces.export.{module}")
    if ending == "zip" and target.suffix.lower() != ".zip":
        size = _folder(target, writer.files(story))
    else:
        body = writer.write(story)
        _file(target, body)
        size = len(body)
    counts = {
        "flights": len(story.flights),
        "rounds": len(story.rounds),
        "tracks": len(story.tracks),
        "engagements": len(story.engagements),
        "events": len(story.moments),
        "positions_recorded": sum(mover.seen for mover in story.picture),
        "positions_written": sum(len(mover.line.times) for mover in story.picture),
    }
    return Written(target, size, story.about.at(0.0), counts)


def _page(run: Run, replication: int, target: Path, every: float | None, epoch: str | None) -> Written:
    """Write the viewer with one replay as one file."""
    from openiads.faces.export.about import epoch_of, stamp
    from openiads.faces.replay.page import page

    if every is not None or epoch is not None:
        given = "--every" if every is not None else "--epoch"
        raise UsageError(given, "a page has its own positions and clock", "Leave it out with --format html.")
    made = page(run, replication)
    _file(target, made.body)
    start = epoch_of(run.scenario.date, None, float(run.scenario.duration))[0]
    return Written(target, len(made.body), stamp(start, 0.0), {"flights": len(run.names["flights"])}, made.left_out)


def _check_format(name: str) -> None:
    from openiads.base.words import nearest

    if name not in FORMATS:
        near = nearest(name.lower(), list(FORMATS))
        raise UsageError(f"--format {name}", "there is no such format", f"{near}Formats: {', '.join(FORMATS)}")


def _target(run: Run, replication: int, out: str | Path | None, ending: str) -> Path:
    """Where to write; never among the run's own files."""
    from openiads.runs.replicate import default_folder

    if out is None:
        named = default_folder(run.scenario, run.seed).name.rpartition("-")[0]
        return Path(f"{named}-r{replication}.{ending}")
    target, own = Path(out), Path(run.path).resolve()
    if own == target.resolve() or own in target.resolve().parents:
        raise UsageError(str(target), "lies among the run's own files", "Write the export outside the run's folder.")
    return target


def _file(target: Path, body: bytes) -> None:
    from openiads.runs import disk

    if target.is_dir():
        raise UsageError(str(target), "is a folder", "Name a file with --out.")
    disk.write_file(target, body, chunks=False)


def _folder(target: Path, files: dict[str, bytes]) -> int:
    """Write several files into a folder of their own, made if need be; the bytes in all."""
    from openiads.runs import disk

    if target.exists() and not target.is_dir():
        raise UsageError(str(target), "is a file", "Name a folder, or a file that ends in .zip, with --out.")
    foreign = sorted(path.name for path in target.iterdir() if path.name not in files) if target.is_dir() else []
    if foreign:
        raise UsageError(
            str(target), f"holds other files ({', '.join(foreign[:3])})", "Name a new or an empty folder with --out."
        )
    if not target.is_dir():
        disk.make_folder(target)
    for name, body in files.items():
        disk.write_file(target / name, body, chunks=False)
    return sum(map(len, files.values()))
