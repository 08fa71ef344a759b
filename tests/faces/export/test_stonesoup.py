"""Truth and detections as Stone Soup's own readers read them, held to what the run recorded and to the engine."""

from __future__ import annotations

import csv
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pymap3d
import pytest

from faces.export.recorded import positions
from openiads.base.compiled import kernel
from openiads.engine.runner import Runner
from openiads.faces.export import stonesoup
from openiads.faces.export.about import NO_DATE
from openiads.faces.export.plots import plots
from openiads.faces.words.text import clean
from openiads.parts.radars import look
from openiads.parts.ships import sail
from openiads.world.codes import Event
from parts.entries import begin_all

pytestmark = pytest.mark.compiled_only


@kernel("void(Sim, i8, i8, f8, f8)", entry=True)
def look_once(sim, r, f, t, arrives):
    """``radars.look``."""
    look(sim, r, f, t, arrives)


@kernel("void(Sim, i8)", entry=True)
def sail_now(sim, p):
    """``ships.sail``."""
    sail(sim, p)


@pytest.fixture(scope="module")
def folder(story: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tmp_path_factory.mktemp("stonesoup")
    for name, body in stonesoup.files(story).items():
        (found / name).write_bytes(body)
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def origin(folder: Path) -> tuple[float, float]:
    (told,) = (row["value"] for row in rows(folder / "about.csv") if row["what"] == "origin")
    lat, lon, *_ = told.split()
    return float(lat), float(lon)


def naive(stamp: str) -> datetime:
    """A time as Stone Soup takes it: without its zone."""
    return datetime.fromisoformat(stamp).replace(tzinfo=None)


def test_its_reader_of_truth_finds_every_flight_where_the_run_had_it(run: Any, story: Any, folder: Path) -> None:
    from stonesoup.reader.generic import CSVGroundTruthReader

    state = ("x_m", "vx_mps", "y_m", "vy_mps", "z_m", "vz_mps")
    reader = CSVGroundTruthReader(folder / "truth.csv", state, time_field="time", path_id_field="id")
    paths, last = {}, datetime.min  # noqa: DTZ901 - Stone Soup's times have no zone
    for time, updated in reader:
        assert time > last
        last = time
        paths |= {path.id: path for path in updated}
    recorded, compared = positions(run), 0
    assert set(paths) == {mover.id for mover in story.flights}
    for name, path in paths.items():
        for one in path.states[:: max(len(path.states) // 5, 1)]:
            since = (one.timestamp - story.about.epoch.replace(tzinfo=None)).total_seconds()
            x, y, z = (float(one.state_vector[k, 0]) for k in (0, 2, 4))
            earth = pymap3d.enu2ecef(x, y, z, *origin(folder), 0.0)
            assert math.dist(earth, recorded[name][round(since, 6)]) < 0.01
            compared += 1
    assert compared > 100
    assert paths["flight/16"].states[0].metadata["name"] == story.names["flights"][16]


def test_truth_has_the_recorded_velocities(folder: Path) -> None:
    path = [row for row in rows(folder / "truth.csv") if row["id"] == "flight/16"]
    for axis in "xyz":
        place = np.array([float(row[f"{axis}_m"]) for row in path])
        speed = np.array([float(row[f"v{axis}_mps"]) for row in path])
        times = np.array([float(row["time_s"]) for row in path])
        assert np.median(np.abs(np.gradient(place, times) - speed)) < 1.0


def test_its_reader_of_detections_finds_every_look_that_detected(run: Any, folder: Path) -> None:
    from stonesoup.reader.generic import CSVDetectionReader

    reader = CSVDetectionReader(folder / "detections.csv", ("x_m", "y_m", "z_m"), time_field="time")
    found = [detection for _, updated in reader for detection in updated]
    log = run.events(0)
    assert len(found) == int(((log["kind"] == Event.LOOK) & (log["code"] == 1)).sum()) > 1000
    assert {d.metadata["radar"] for d in found} <= set(run.names["radars"])
    for one in found[::97]:
        told = one.metadata
        away = math.dist(one.state_vector.ravel(), [float(told[f"radar_{axis}_m"]) for axis in "xyz"])
        assert away == pytest.approx(float(told["range_m"]), rel=1e-4)


def test_a_detection_lies_off_the_truth_as_its_deviations_say(story: Any, folder: Path) -> None:
    """Expected: squared errors of range, bearing and elevation are in the mean those of their deviations."""
    truth: dict[str, list[dict[str, str]]] = {}
    for row in rows(folder / "truth.csv"):
        truth.setdefault(row["id"], []).append(row)
    lat, lon = origin(folder)
    off = []
    for row in rows(folder / "detections.csv"):
        path, time = truth[row["flight"]], float(row["time_s"])
        known = [float(each["time_s"]) for each in path]
        if not known[0] < time < known[-1]:
            continue
        spot = [float(np.interp(time, known, [float(each[f"{axis}_m"]) for each in path])) for axis in "xyz"]
        radar = [float(row[f"radar_{axis}_m"]) for axis in "xyz"]
        stands = pymap3d.enu2geodetic(*radar, lat, lon, 0.0)
        azimuth, elevation, away = pymap3d.ecef2aer(*pymap3d.enu2ecef(*spot, lat, lon, 0.0), *stands)
        bearing = math.radians(90.0 - float(azimuth))
        turned = (float(row["bearing_rad"]) - bearing + math.pi) % math.tau - math.pi
        off.append(
            (
                (float(row["range_m"]) - float(away)) / float(row["range_sd_m"]),
                turned / float(row["bearing_sd_rad"]),
                (float(row["elevation_rad"]) - math.radians(float(elevation))) / float(row["elevation_sd_rad"]),
            )
        )
    assert len(off) > 1000
    squared = (np.array(off) ** 2).mean(axis=0)
    assert np.abs(squared - 1.0).max() < 5.0 * math.sqrt(2.0 / len(off)), squared
    assert np.abs(np.mean(off, axis=0)).max() < 5.0 / math.sqrt(len(off))


def measured_again(run: Any, most: int) -> tuple[int, float]:
    """How many plots the engine's own search look makes again, and the farthest (m) that one lies off."""
    log = run.events(0)
    evading = set(log["flight"][log["kind"] == Event.EVADE].tolist())
    found = [plot for plot in plots(run.world, log, run.seed, 0) if plot.flight not in evading][:most]
    runner = Runner(run.world, run.seed)
    runner._reset(0, True)
    sim, farthest = runner.sim, 0.0
    begin_all(sim)  # spacing of raids is drawn
    for plot in found:
        row = sim.situation[0]
        logged = log["time"][
            (log["kind"] == Event.LOOK) & (log["radar"] == plot.radar) & (log["flight"] == plot.flight)
        ]
        row["now"], row["plots_count"] = math.floor(logged[logged >= plot.time].min()), 0
        sim.plots[0]["time"] = math.nan
        for p in range(len(sim.platforms)):
            sail_now(sim, p)
        look_once(sim, plot.radar, plot.flight, plot.time, math.inf)
        again = sim.plots[0]
        assert again["time"] == plot.time, "it detects again; a link may lose what it found"
        farthest = max(farthest, float(np.abs(again["position"] - plot.position).max()))
        assert tuple(again[f"sigma_{name}"] for name in ("range", "azimuth", "elevation")) == pytest.approx(
            plot.deviations, rel=1e-6
        )
    return len(found), farthest


def test_detections_are_the_plots_that_the_engine_made(run: Any, duel: Any) -> None:
    """Expected: the same draws, on land and on a ship under way."""
    count, farthest = measured_again(duel, 200)
    assert count > 20 and farthest < 1e-3
    count, farthest = measured_again(run, 300)
    assert count > 100 and farthest < 0.1


def test_times_of_looks_lie_within_the_batch_that_logged_them(run: Any) -> None:
    log = run.events(0)
    seen = log[(log["kind"] == Event.LOOK) & (log["code"] == 1)]
    found = plots(run.world, log, run.seed, 0)
    for f in np.unique(seen["flight"]).tolist():
        for r in np.unique(seen["radar"]).tolist():
            ends = np.sort(seen["time"][(seen["flight"] == f) & (seen["radar"] == r)])
            times = [plot.time for plot in found if (plot.flight, plot.radar) == (f, r)]
            late = ends - np.array(times)
            assert (late >= 0.0).all() and (late <= run.world.rows["radars"]["frame"][r]).all()


def test_hostile_names_stay_cells(hostile: Any, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_bytes(stonesoup.files(hostile)["truth.csv"])
    names = {clean(name) for name in hostile.names["flights"]}
    assert {row["name"].removeprefix("'") for row in rows(tmp_path / "truth.csv")} <= names


def test_a_replication_without_detections_has_heads_alone(duel: Any) -> None:
    from openiads.faces.export.gather import gather

    blind = gather(duel, 0, every=0.0)
    quiet = blind.log[blind.log["kind"] != Event.LOOK]
    told = stonesoup.files(type(blind)(**{**vars(blind), "log": quiet}))
    assert told["detections.csv"].decode().splitlines() == [",".join(stonesoup.DETECTIONS)]
    assert NO_DATE.year == 2000 and len(told["truth.csv"].splitlines()) > 10
