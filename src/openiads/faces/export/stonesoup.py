"""Truth and detections of a replication as tables that Stone Soup reads (CSVGroundTruthReader, CSVDetectionReader).

Source: documentation of Stone Soup, ``stonesoup.reader.generic``: a head, a time in each row, rows in order of time,
the state in columns of one's choice; truth has an identity a path, and every other column becomes metadata.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from openiads.faces.draw.lines import geodetic, on_the_ellipsoid
from openiads.faces.export.plots import plots
from openiads.faces.export.story import Story
from openiads.faces.export.tables import Row, packed, table
from openiads.world.codes import Event

TRUTH = (
    "time", "id", "name", "class", "side", "x_m", "vx_mps", "y_m", "vy_mps", "z_m", "vz_mps", "latitude_deg",
    "longitude_deg", "height_m", "time_s",
)  # fmt: skip
DETECTIONS = (
    "time", "radar", "flight", "x_m", "y_m", "z_m", "elevation_rad", "bearing_rad", "range_m", "elevation_sd_rad",
    "bearing_sd_rad", "range_sd_m", "snr_db", "radar_x_m", "radar_y_m", "radar_z_m", "time_s",
)  # fmt: skip

Floats = NDArray[np.float64]


class Frame:
    """East, north and up at a place on the ellipsoid: a plane that touches the earth there.

    latitude, longitude : rad
    """

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude, self.longitude = latitude, longitude
        self.origin = on_the_ellipsoid(np.array([latitude]), np.array([longitude]))[0]
        (a, b), (c, d) = ((math.sin(v), math.cos(v)) for v in (latitude, longitude))
        self.axes = np.array([[-c, d, 0.0], [-a * d, -a * c, b], [b * d, b * c, a]])

    def of(self, positions: Floats) -> Floats:
        """East, north and up (m, to a millimeter) of ECEF positions, (n, 3)."""
        return np.asarray((positions - self.origin) @ self.axes.T).round(3) + 0.0  # never -0.0

    def turned(self, velocities: Floats) -> Floats:
        """East, north and up (m/s) of ECEF velocities, (n, 3)."""
        return np.asarray(velocities @ self.axes.T)


def frame_of(story: Story) -> Frame:
    """The frame of a file: at the scenario's first site, else where the first flight begins."""
    sites = story.run.scenario.sites
    if sites:
        return Frame(sites[0].at.latitude, sites[0].at.longitude)
    line = story.flights[0].line
    return Frame(math.radians(line.latitudes[0]), math.radians(line.longitudes[0]))


def _truth(story: Story, frame: Frame) -> Iterator[Row]:
    movers = {int(mover.id.partition("/")[2]): mover for mover in story.flights}
    log = story.log[story.log["kind"] == Event.FLIGHT_STATE]
    kept = np.zeros(len(log), bool)
    for f, mover in movers.items():
        kept |= (log["flight"] == f) & np.isin(log["time"], mover.line.times)
    log = log[kept]
    log = log[np.lexsort((log["flight"], log["time"]))]
    lat, lon, height = geodetic(log["value"][:, :3])
    place, speed = frame.of(log["value"][:, :3]), frame.turned(log["value"][:, 3:6]).round(4)
    for k, f in enumerate(log["flight"].tolist()):
        mover, time = movers[f], round(float(log["time"][k]), 6)
        states = [float(v) for pair in zip(place[k], speed[k], strict=True) for v in pair]
        spot = (round(float(lat[k]), 7), round(float(lon[k]), 7), round(float(height[k]), 2))
        yield (
            story.about.at(time),
            mover.id,
            mover.name,
            mover.facts["class"],
            mover.facts["side"],
            *states,
            *spot,
            time,
        )


def _detections(story: Story, frame: Frame) -> Iterator[Row]:
    about, run = story.about, story.run
    found = plots(run.world, story.log, run.seed, about.replication)
    measured = frame.of(np.array([plot.position for plot in found]).reshape(-1, 3))
    standing = frame.of(np.array([plot.standing for plot in found]).reshape(-1, 3))
    for plot, place, radar in zip(found, measured.tolist(), standing.tolist(), strict=True):
        far, azimuth, elevation = plot.deviations
        bearing = (0.5 * math.pi - plot.azimuth + math.pi) % math.tau - math.pi
        angles = (round(plot.elevation, 9), round(bearing, 9), round(plot.distance, 3))
        errors = (round(elevation, 9), round(azimuth, 9), round(far, 3), round(plot.decibels, 2))
        time = round(plot.time, 6)
        names = story.names["radars"][plot.radar], f"flight/{plot.flight}"
        yield about.at(time), *names, *place, *angles, *errors, *radar, time


def files(story: Story) -> dict[str, bytes]:
    """The tables by file name; their heads name the units."""
    frame = frame_of(story)
    lat, lon = (math.degrees(v) for v in (frame.latitude, frame.longitude))
    told = [
        *story.about.rows(),
        ("origin", f"{lat:.7f} {lon:.7f} (latitude and longitude, degrees; x east, y north, z up, on the ellipsoid)"),
        ("bearing", "counterclockwise from east, in the plane that touches the earth at the radar"),
        ("detections", "of search radars, with the errors that the run drew; false alarms are not recorded"),
    ]
    return {
        "about.csv": table(("what", "value"), told),
        "truth.csv": table(TRUTH, _truth(story, frame)),
        "detections.csv": table(DETECTIONS, _detections(story, frame)),
    }


def write(story: Story) -> bytes:
    """All tables in one zip file, the same bytes for the same run."""
    return packed(files(story))
