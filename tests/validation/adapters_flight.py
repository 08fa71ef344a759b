"""Validation cases of flight and encounter: case id -> public functions of openiads.physics."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from openiads.earth import geodesy
from openiads.physics import aiming, ballistics, encounter
from openiads.textbook import ballistics as textbook
from openiads.textbook import earth as local
from openiads.textbook import homing
from physics.planar import planar_homing

Case = dict[str, Any]
FOOT = 0.3048


def columns(inputs: Case, *names: str) -> list[list[Any]]:
    """The named columns of the case's rows."""
    at = [inputs["columns"].index(name) for name in names]
    return [[row[i] for row in inputs["rows"]] for i in at]


def rocket(inputs: Case) -> Case:
    """Ideal speed increments."""
    rows = zip(*columns(inputs, "isp_s", "initial_mass_kg", "burnout_mass_kg"), strict=True)
    return {"delta_v_m_s": [textbook.ideal_speed(*map(float, row)) for row in rows]}


def sphere(inputs: Case, **fields: float) -> Any:
    """A still or spinning sphere without air."""
    base = {
        "j2": 0.0,
        "spin": inputs.get("omega_rad_s", 0.0),
        "ellipsoid": 0,
        "air": 0,
        "radius": inputs.get("earth_radius_m", 6371000.0),
        "gm": inputs.get("mu_m3_s2", 0.0),
    }
    return ballistics.surroundings(**(base | fields))


def body(mass: float = 1.0, area: float = 1.0, cd: Any = 0.0) -> Any:
    """Something without a motor."""
    return ballistics.missile({"launch_mass": mass, "burnout_mass": mass, "burn_time": 1.0, "area": area, "cd": cd})


def vertical_boost(inputs: Case) -> Case:
    """Powered flight straight up under even gravity."""
    kind = ballistics.missile(
        {
            "launch_mass": inputs["m0"],
            "burnout_mass": inputs["mf"],
            "burn_time": inputs["burn_s"],
            "area": 1.0,
            "specific_impulse": inputs["isp_s"],
            "loft": math.pi / 2.0,
        }
    )
    around = sphere(inputs, even_gravity=inputs["g"])
    path = ballistics.fly_out(kind, (float(around["radius"]), 0.0, 0.0), (0.0, 0.0, 0.0), around=around)
    return {"burnout_speed_m_s": path.burnout_speed, "burnout_altitude_m": path.burnout_height, "apogee_m": path.apogee}


def thrown(inputs: Case, around: Any, lat: float, azimuth: float, speed: float, angle: float, height: float) -> Any:
    """Free flight from a latitude on meridian 0 of a sphere to its surface."""
    east, north, up = (math.cos(angle) * math.sin(azimuth), math.cos(angle) * math.cos(azimuth), math.sin(angle))
    velocity = local.rotate_from_enu(speed * east, speed * north, speed * up, lat, 0.0)
    r = inputs["earth_radius_m"] + height
    start = (r * math.cos(lat), 0.0, r * math.sin(lat))
    return ballistics.fly_out(body(), start, velocity, forward=velocity, cutoff=0.0, around=around)


def kepler(inputs: Case) -> Case:
    """Vacuum arcs over a still sphere."""
    rows = zip(*columns(inputs, "burnout_speed_m_s", "burnout_angle_deg", "burnout_altitude_m"), strict=True)
    paths = [thrown(inputs, sphere(inputs), 0.0, math.pi / 2.0, v, math.radians(a), h) for v, a, h in rows]
    return {
        "range_m": [p.ground_range for p in paths],
        "apogee_m": [p.apogee for p in paths],
        "time_s": [p.flight_time for p in paths],
        "impact_speed_m_s": [p.impact_speed for p in paths],
        "impact_angle_deg": [math.degrees(p.impact_angle) for p in paths],
    }


def least_energy(inputs: Case) -> Case:
    """Minimum-energy arcs."""
    arcs = [textbook.minimum_energy(r, inputs["mu_m3_s2"], inputs["earth_radius_m"]) for r in inputs["range_m"]]
    return {
        "speed_m_s": [a["speed"] for a in arcs],
        "angle_deg": [math.degrees(a["angle"]) for a in arcs],
        "apogee_m": [a["apogee"] for a in arcs],
        "time_s": [a["time"] for a in arcs],
    }


def rotating(inputs: Case) -> Case:
    """Vacuum arcs over a spinning sphere; geocentric latitudes."""
    names = ("lat_deg", "azimuth_deg", "speed_relative_to_ground_m_s", "elevation_deg", "altitude_m")
    answer: Case = {"time_s": [], "impact_lat_deg": [], "impact_lon_offset_deg": []}
    for lat, azimuth, speed, elevation, height in zip(*columns(inputs, *names), strict=True):
        angles = (math.radians(azimuth), speed, math.radians(elevation))
        path = thrown(inputs, sphere(inputs), math.radians(lat), *angles, height)
        x, y, z = path.positions[-1]
        answer["time_s"].append(path.flight_time)
        answer["impact_lat_deg"].append(math.degrees(math.atan2(z, math.sqrt(x * x + y * y))))
        answer["impact_lon_offset_deg"].append(math.degrees(math.atan2(y, x)))
    return answer


def slowing(inputs: Case) -> Case:
    """A coast at constant density without gravity."""
    answer: Case = {"v_m_s": [], "x_m": []}
    for beta in inputs["beta_kg_m2"]:
        around = sphere(inputs, air=2, density=inputs["rho"])
        start = (float(around["radius"]), 0.0, 0.0)
        path = ballistics.fly_out(
            body(beta, 1.0, 1.0),
            start,
            (0.0, inputs["v0_m_s"], 0.0),
            cutoff=0.0,
            around=around,
            dt=0.05,
            longest=inputs["t_s"],
            ground=-1e6,
        )
        answer["v_m_s"].append(path.impact_speed)
        answer["x_m"].append(float(path.positions[-1, 1]))
    return answer


def falling(inputs: Case) -> Case:
    """A fall at constant density: for the time asked, and until it no longer gains speed."""
    around = sphere(inputs, air=2, density=inputs["rho"], even_gravity=inputs["g"])
    r = float(around["radius"])

    def fall(longest: float) -> Any:
        return ballistics.fly_out(
            body(inputs["beta_kg_m2"], 1.0, 1.0),
            (r, 0.0, 0.0),
            (0.0, 0.0, 0.0),
            cutoff=0.0,
            around=around,
            dt=0.02,
            longest=longest,
            ground=-1e6,
        )

    path = fall(inputs["t_s"])
    return {"vt_m_s": fall(200.0).impact_speed, "v_m_s": path.impact_speed, "fallen_m": -float(path.heights[-1])}


def entry(inputs: Case) -> Case:
    """Idealized re-entry."""
    rows = zip(*columns(inputs, "entry_speed", "path_angle_deg", "beta_kg_m2"), strict=True)
    told = [textbook.allen_eggers(v, math.radians(a), b, inputs["rho0"], inputs["scale_height_m"]) for v, a, b in rows]
    return {
        "max_decel_m_s2": [t["max_deceleration"] for t in told],
        "altitude_of_max_m": [t["altitude"] for t in told],
        "speed_at_max_m_s": [t["speed_there"] for t in told],
        "surface_speed_m_s": [t["surface_speed"] for t in told],
    }


#: Guidance and drag of the published Scud-B model, used for its relatives too.
SCUD = {
    "loft": math.radians(47.6563),
    "pitch_rate": math.radians(1.348),
    "cd": {"mach": [0.0, 0.85, 1.0, 1.2, 2.0, 4.5], "value": [0.2, 0.2, 0.27, 0.27, 0.2, 0.2]},
}


def scud(inputs: Case) -> Case:
    """The Scud-B of the reference integration on a still sphere."""
    kind = ballistics.missile(
        SCUD
        | {
            "launch_mass": inputs["initial_mass_kg"],
            "burnout_mass": inputs["burnout_mass_kg"],
            "specific_impulse": inputs["isp_s"],
            "burn_time": inputs["burn_s"],
            "diameter": inputs["diameter_m"],
            "cd": {"mach": inputs["cd_mach"], "value": inputs["cd"]},
        }
    )
    around = ballistics.surroundings(j2=0.0, spin=0.0, radius=6371000.0, ellipsoid=0)
    path = ballistics.fly_out(kind, (6371000.0, 0.0, 0.0), (0.1, 0.0, 0.0), around=around)
    burnt = path.positions[int(np.argmin(np.abs(path.times - path.burnout_time)))]
    return {
        "burnout_speed_m_s": path.burnout_speed,
        "burnout_altitude_m": path.burnout_height,
        "burnout_downrange_m": 6371000.0 * math.atan2(burnt[1], burnt[0]),
        "apogee_m": path.apogee,
        "max_coast_speed_m_s": path.greatest_coast_speed,
        "speed_at_30km_descending": path.speed_sinking_through(30_000.0),
        "impact_speed_m_s": path.impact_speed,
        "flight_time_s": path.flight_time,
        "range_m": path.ground_range,
    }


def forden_ranges(inputs: Case) -> Case:
    """Maximum ranges over the loft angle, rotating earth, azimuth 40 degrees."""
    names = ("initial_mass_kg", "burnout_mass_kg", "isp_s", "burn_s", "diameter_m")
    answer = []
    for launch, burnout, impulse, burn, diameter in zip(*(inputs[name] for name in names), strict=True):
        kind = ballistics.missile(
            SCUD
            | {
                "launch_mass": launch,
                "burnout_mass": burnout,
                "specific_impulse": impulse,
                "burn_time": burn,
                "diameter": diameter,
            }
        )
        answer.append(aiming.greatest_range(kind, 0.0, 0.0, 0.0, math.radians(40.0))[0] / 1000.0)
    return {"max_range_km": answer}


def dropped(inputs: Case, kind: Any, air: int, height: float, ned: list[float], time: float) -> tuple[Any, Any]:
    """Geodetic position and east-north-up velocity after a time over the real earth."""
    lat, lon = math.radians(inputs["lat_deg"]), math.radians(inputs["lon_deg"])
    north, east, down = ned
    path = ballistics.fly_out(
        kind,
        geodesy.to_ecef(lat, lon, height),
        local.rotate_from_enu(east, north, -down, lat, lon),
        cutoff=0.0,
        around=ballistics.surroundings(air=air),
        dt=0.05,
        longest=time,
        ground=-1e5,
    )
    place = geodesy.to_geodetic(*path.positions[-1].tolist())
    return place, geodesy.rotate_to_enu(*path.velocities[-1].tolist(), place[0], place[1])


def nasa_drop(inputs: Case) -> Case:
    """A dragless sphere dropped over the equator."""
    height = inputs["altitude_ft"] * FOOT
    ned = [v * FOOT for v in inputs["velocity_ft_s"]]
    place, velocity = dropped(inputs, body(), 0, height, ned, inputs["duration_s"])
    start = geodesy.to_ecef(math.radians(inputs["lat_deg"]), math.radians(inputs["lon_deg"]), height)
    pull = ballistics.gravity(ballistics.surroundings(spin=0.0), *start, 0.0, 0.0, 0.0)
    return {
        "altitude_ft": place[2] / FOOT,
        "altitude_rate_ft_min": velocity[2] / FOOT * 60.0,
        "longitude_deg": math.degrees(place[1]),
        "east_speed_ft_s": velocity[0] / FOOT,
        "gravity_start_ft_s2": math.sqrt(sum(g * g for g in pull)) / FOOT,
    }


def jsbsim(times: list[float]) -> Callable[[Case], Case]:
    """Positions and velocities of the peer's vehicle at its times."""

    def run(inputs: Case) -> Case:
        mass, area = (float(v) for v in re.findall(r"\(([\d.]+) (?:kg|m2)\)", inputs["vehicle"]))
        answer: Case = {"t_s": times, "altitude_m": [], "lat_deg": [], "lon_deg": [], "v_north_east_down_m_s": []}
        for time in times:
            place, (east, north, up) = dropped(
                inputs, body(mass, area, inputs["cd"]), 1, inputs["altitude_m"], inputs["v_ned_m_s"], time
            )
            answer["altitude_m"].append(place[2])
            answer["lat_deg"].append(math.degrees(place[0]))
            answer["lon_deg"].append(math.degrees(place[1]))
            answer["v_north_east_down_m_s"].append([north, east, -up])
        return answer

    return run


def ideal_heading(inputs: Case) -> Case:
    """Commands against a heading error."""
    flights = [
        homing.linear_homing(
            inputs["tF_s"], n, inputs["t_s"], heading_error=inputs["heading_error_rad"], speed=inputs["VM"]
        )
        for n in inputs["N_prime"]
    ]
    return {"acceleration_m_s2": [f[0].tolist() for f in flights], "miss_m": max(f[1] for f in flights)}


def ideal_maneuver(inputs: Case) -> Case:
    """Commands against a constant maneuver, plain and augmented."""

    def commands(times: list[float], augmented: bool) -> list[list[float]]:
        a = inputs["target_acc_m_s2"]
        return [
            homing.linear_homing(inputs["tF_s"], n, times, target_acceleration=a, augmented=augmented)[0].tolist()
            for n in inputs["N_prime"]
        ]

    return {
        "pn_m_s2": commands(inputs["t_s"], False),
        "apn_m_s2": commands(inputs["t_s"], True),
        "pn_final_over_target": [c[0] / inputs["target_acc_m_s2"] for c in commands([inputs["tF_s"]], False)],
    }


def lagged(inputs: Case) -> Case:
    """Normalized miss of the single-lag loop."""
    return {"miss": [homing.single_lag_miss(inputs["tF_over_T"], 1.0, n, 1.0).tolist() for n in inputs["N_prime"]]}


def planar(inputs: Case) -> Case:
    """The textbook's planar engagement, target flying towards -x turned by beta."""
    beta = inputs["target_angle_beta_rad"]
    velocity = (-inputs["VT_ft_s"] * math.cos(beta), inputs["VT_ft_s"] * math.sin(beta))
    flights = [
        planar_homing(
            tuple(inputs["missile_ft"]),
            inputs["VM_ft_s"],
            math.radians(inputs["heading_error_deg"]),
            tuple(inputs["target_ft"]),
            velocity,
            n,
        )
        for n in inputs["N_prime"]
    ]
    half = [float(np.interp(f["time"] / 2.0, f["times"], f["acceleration"])) for f in flights]
    return {
        "time_s": [f["time"] for f in flights],
        "initial_acceleration_ft_s2": [float(f["acceleration"][0]) for f in flights],
        "acceleration_at_half_time_ft_s2": half,
        "miss_ft_below": 1.0 if max(f["miss"] for f in flights) < 1.0 else math.inf,
    }


def opportunities(inputs: Case) -> Case:
    """Ranges of successive intercepts and their count."""
    names = (
        "detection_range_m",
        "target_speed",
        "interceptor_speed",
        "reaction_s",
        "assessment_s",
        "max_range_m",
        "min_range_m",
    )
    found = [encounter.firing_opportunities(*map(float, row)) for row in zip(*columns(inputs, *names), strict=True)]
    return {"intercept_ranges_m": found, "opportunities": [len(f) for f in found]}


def intercept_times(inputs: Case) -> Case:
    """Earliest meetings; none where there is no meeting."""
    rows = zip(*columns(inputs, "target_rel_pos_m", "target_vel_m_s", "interceptor_speed_m_s"), strict=True)
    times = [encounter.intercept_time(*map(float, (*r, *v, s))) for r, v, s in rows]
    return {"t_s": [t if t < math.inf else None for t in times]}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "FLT-ROCKET-EQ": rocket,
    "FLT-VERTICAL-BOOST": vertical_boost,
    "FLT-BALLISTIC-SPHERE-A": kepler,
    "FLT-MIN-ENERGY": least_energy,
    "FLT-BALLISTIC-ROTATING-A": rotating,
    "FLT-DRAG-DECEL": slowing,
    "FLT-TERMINAL-VELOCITY": falling,
    "FLT-ALLEN-EGGERS": entry,
    "FLT-FORDEN-SCUDB": scud,
    "FLT-FORDEN-RANGES": forden_ranges,
    "FLT-NASA-ATMOS01": nasa_drop,
    "FLT-JSBSIM-DRAG-DROP": jsbsim([0.0, 10.0, 20.0, 30.0]),
    "FLT-JSBSIM-BALLISTIC-E": jsbsim([0.0, 10.0, 20.0, 30.0, 40.0]),
    "FLT-PN-IDEAL-HE": ideal_heading,
    "FLT-PN-IDEAL-TM": ideal_maneuver,
    "FLT-PN-LAG1-TM": lagged,
    "FLT-PN-2D": planar,
    "ENG-FIRING-OPPS-A": opportunities,
    "ENG-INTERCEPT-TIME-A": intercept_times,
}
