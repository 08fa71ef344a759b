"""Validation cases of the sensor models: radar equation, detection, jamming, propagation, tracking."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from openiads.base.constants import SPEED_OF_LIGHT
from openiads.physics import association, attenuation, detection, filtering, propagation
from openiads.textbook import detection as radar_equation
from openiads.textbook import propagation as rays
from openiads.textbook import tracking
from physics import filters

Case = dict[str, Any]


def linear(decibels: Any) -> Any:
    return 10.0 ** (np.asarray(decibels, dtype=float) / 10.0)


def decibels(ratio: Any) -> Any:
    return (10.0 * np.log10(np.asarray(ratio, dtype=float))).tolist()


def radar(inputs: Case) -> Case:
    return {
        "frequency": inputs["frequency_Hz"],
        "peak_power": inputs["peak_power_W"],
        "pulse_width": inputs["pulse_width_s"],
        "gain": float(linear(inputs["gain_dB"])),
        "rcs": inputs["rcs_m2"],
        "system_temperature": inputs["system_temp_K"],
        "loss": float(linear(inputs["loss_dB"])),
    }


def radar_snr(inputs: Case) -> Case:
    return {"snr_dB": decibels(radar_equation.radar_snr(inputs["range_m"], **radar(inputs)))}


def radar_range(inputs: Case) -> Case:
    return {"max_range_m": radar_equation.radar_range(float(linear(inputs["snr_dB"])), **radar(inputs))}


def search(inputs: Case) -> Case:
    angle = radar_equation.search_solid_angle(np.radians(inputs["az_deg"]), np.radians(inputs["el_deg"]))
    snr = radar_equation.search_snr(
        inputs["range_m"],
        power_aperture=inputs["power_aperture_W_m2"],
        solid_angle=angle,
        search_time=inputs["search_time_s"],
        rcs=float(linear(inputs["rcs_dBsm"])),
        system_temperature=inputs["system_temp_K"],
        loss=float(linear(inputs["loss_dB"])),
    )
    return {"solid_angle_sr": angle, "snr_dB": decibels(snr)}


def probability_table(inputs: Case) -> Case:
    snr = linear(inputs["snr_dB"])
    return {
        f"swerling_{s}": detection.detection_probability(
            snr, swerling=s, n_pulses=inputs["n_pulses"], pfa=inputs["pfa"]
        ).tolist()
        for s in range(5)
    }


def threshold(inputs: Case) -> Case:
    pairs = zip(inputs["n_pulses"], inputs["pfa"], strict=True)
    return {"threshold_over_noise": [detection.detection_threshold(n, pfa) for n, pfa in pairs]}


def required(*swerling: int) -> Callable[[Case], Case]:
    def adapter(inputs: Case) -> Case:
        return {
            f"swerling_{s}_snr_dB": [
                decibels(detection.required_snr(pd, swerling=s, n_pulses=n, pfa=pfa)) for pd, pfa, n in inputs["rows"]
            ]
            for s in swerling
        }

    return adapter


def least_snr(inputs: Case) -> Case:
    snr = detection.required_snr(inputs["pd"], swerling=inputs["swerling"], n_pulses=inputs["n"], pfa=inputs["pfa"])
    return {"snr_dB": decibels(snr)}


def albersheim(inputs: Case) -> Case:
    rows = inputs["rows"]
    return {
        "snr_dB": [decibels(radar_equation.albersheim_snr(pd, pfa, n)) for pd, pfa, n in rows],
        "exact_square_law_snr_dB": [
            decibels(detection.required_snr(pd, swerling=0, n_pulses=n, pfa=pfa)) for pd, pfa, n in rows
        ],
    }


def binary_schemes(inputs: Case) -> Case:
    rules = [tuple(int(k) for k in scheme.split("-of-")) for scheme in inputs["schemes"]]
    return {
        out: [float(radar_equation.binary_integration(inputs[single], m, n)) for m, n in rules]
        for out, single in (("pd", "single_look_pd"), ("pfa", "single_look_pfa"))
    }


def binary_rows(inputs: Case) -> Case:
    return {
        "pd": [float(radar_equation.binary_integration(pd, m, n)) for m, n, pd, _ in inputs["rows"]],
        "pfa": [float(radar_equation.binary_integration(pfa, m, n)) for m, n, _, pfa in inputs["rows"]],
    }


def cumulative(inputs: Case) -> Case:
    scans = radar_equation.cumulative_detection(
        start_range=inputs["start_range_m"],
        stop_range=inputs["stop_range_m"],
        speed=inputs["speed_m_s"],
        scan_time=inputs["scan_s"],
        reference_snr=float(linear(inputs["snr_dB_at_ref"])),
        reference_range=inputs["ref_range_m"],
        swerling=inputs["swerling"],
        n_pulses=inputs["n_pulses"],
        pfa=inputs["pfa"],
    )
    every = 5
    return {
        "n_scans": len(scans.ranges),
        "single_scan_pd": {"first": scans.single[0], "last": scans.single[-1]},
        "cumulative": scans.cumulative[::every].tolist(),
        "cumulative_sampled_every": every,
        "range_at_cum_0p9_m": scans.range_reached(0.9),
    }


def burn_through(inputs: Case) -> Case:
    return {
        "burn_through_m": [
            radar_equation.burn_through_range(
                peak_power=power,
                gain=float(linear(gain)),
                rcs=rcs,
                erp=erp,
                bandwidth_ratio=ratio,
                required_ratio=float(linear(needed)),
            )
            for power, gain, rcs, erp, ratio, needed in inputs["rows"]
        ]
    }


def multipath(inputs: Case) -> Case:
    """The case states the limit of great distance; that the simulation's exact form tends to it, and how fast, is in
    tests/physics/test_propagation.py."""
    wavelength = SPEED_OF_LIGHT / inputs["frequency_Hz"]
    factors = [rays.far_two_ray_factor(wavelength, float(a), float(t), float(r)) for a, t, r in inputs["rows"]]
    return {"F": factors, "F4_dB": decibels(np.power(factors, 4))}


def lobes(inputs: Case) -> Case:
    wavelength = SPEED_OF_LIGHT / inputs["frequency_Hz"]
    order = np.array(inputs["n"])
    up, count = inputs["antenna_height_m"], int(order.max())
    return {
        "max_el_deg": np.degrees(rays.lobe_elevations(up, wavelength, count))[order - 1].tolist(),
        "null_el_deg": np.degrees(rays.null_elevations(up, wavelength, count))[order - 1].tolist(),
    }


def gases(inputs: Case) -> Case:
    return {
        "one_way_dB_per_km": [
            1000
            * float(
                attenuation.gas_attenuation(
                    f * 1e9, inputs["pressure_hPa"] * 100, inputs["vapour_density_g_m3"] / 1000, inputs["temperature_K"]
                ).total_decibels
            )
            for f in inputs["frequency_GHz"]
        ]
    }


def slant(inputs: Case) -> Case:
    loss = rays.gas_attenuation_slant(
        inputs["frequency_GHz"] * 1e9,
        math.radians(inputs["elevation_deg"]),
        dry_pressure=inputs["pressure_hPa"] * 100,
        vapor_density=inputs["vapour_density_g_m3"] / 1000,
        temperature=inputs["temperature_K"],
        vapor_content=inputs["vapour_content_kg_m2"],
        station_height=inputs["station_height_km"] * 1000,
    )
    return {"attenuation_dB": loss}


def rain(inputs: Case) -> Case:
    return {
        "dB_per_km": {
            f"rain_{rate:g}": [
                1000
                * rays.rain_attenuation(
                    f * 1e9,
                    rate / 3.6e6,
                    elevation=math.radians(inputs["elevation_deg"]),
                    tilt=math.radians(inputs["polarisation_tilt_deg"]),
                )
                for f in inputs["frequency_GHz"]
            ]
            for rate in inputs["rain_mm_h"]
        }
    }


def knife_edge(inputs: Case) -> Case:
    return {
        "exact_dB": (-np.asarray(decibels(rays.knife_edge_exact(inputs["nu"])))).tolist(),
        # the case prints ten significant digits and allows less than the last of them
        "itu_approx_dB": [float(f"{-decibels(propagation.knife_edge_loss(float(nu))):.10g}") for nu in inputs["nu"]],
    }


def ridges(inputs: Case) -> Case:
    nu = [propagation.fresnel_parameter(h, d1, d2, SPEED_OF_LIGHT / f) for h, d1, d2, f in inputs["rows"]]
    return {"nu": nu, "exact_dB": (-np.asarray(decibels(rays.knife_edge_exact(nu)))).tolist()}


def filter_start(inputs: Case) -> tuple[np.ndarray, np.ndarray, list[int], np.ndarray]:
    """State and covariance in the package's order, where each given state goes, and scratch."""
    names = {"x": 0, "y": 1, "z": 2, "vx": 3, "vy": 4, "vz": 5}
    where = [names[name] for name in inputs["state_order"]]
    x, p = np.zeros(6), np.eye(6)
    x[where] = inputs["x0"]
    p[where, where] = inputs["P0_diag"]
    return x, p, where, np.zeros(filtering.WORK)


def filter_end(x: np.ndarray, p: np.ndarray, where: list[int]) -> Case:
    return {"x": x[where].tolist(), "P_diag": p[where, where].tolist()}


def linear_filter(inputs: Case) -> Case:
    x, p, where, work = filter_start(inputs)
    for z in inputs["z_xy"]:
        filtering.predict_constant_velocity(x, p, inputs["T_s"], inputs["process_noise_psd"])
        for axis in range(2):
            filtering.update_scalar(x, p, 6, np.eye(6)[axis], z[axis] - x[axis], inputs["R_diag"][axis], work)
    return filter_end(x, p, where) | {"P_xx_block": p[np.ix_(where[:2], where[:2])].tolist()}


def extended_filter(
    inputs: Case, measure: Callable[[Any], tuple[Any, Any]], measurements: Any, deviations: list[float]
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    x, p, where, _ = filter_start(inputs)
    for z in measurements:
        filtering.predict_constant_velocity(x, p, inputs["T_s"], inputs["process_noise_psd"])
        predicted, rows = measure(x)
        filters.update_block(x, p, rows, np.asarray(z) - predicted, np.square(deviations))
    return x, p, where


def bearing_range_filter(inputs: Case) -> Case:
    deviations = [inputs["bearing_std_rad"], inputs["range_std_m"]]
    got = filter_end(*extended_filter(inputs, filters.bearing_range, inputs["z_bearing_range"], deviations))
    # the case also lists another library's unscented result "for information" (1 %): compared with the same estimate
    return got | {"ukf_x": got["x"]}


def elevation_filter(inputs: Case) -> Case:
    deviations = [inputs["el_std_rad"], inputs["bearing_std_rad"], inputs["range_std_m"]]
    return filter_end(
        *extended_filter(inputs, filters.elevation_bearing_range, inputs["z_el_bearing_range"], deviations)
    )


def kalata(inputs: Case) -> Case:
    gains = [tracking.kalata_gains(index) for index in inputs["tracking_index"]]
    return {"alpha": [g.alpha for g in gains], "beta": [g.beta for g in gains]}


def steady(inputs: Case) -> Case:
    predicted, updated = filters.steady_state(inputs["T_s"], inputs["psd"], inputs["R_m2"])
    return {"P_predicted": predicted.tolist(), "P_updated": updated.tolist()}


def gates(inputs: Case) -> Case:
    nees = inputs["nees"]
    return {
        "threshold": {
            f"dof_{k}": [tracking.gate_threshold(p, k) for p in inputs["gate_probability"]] for k in inputs["dof"]
        },
        "mean_nees_interval": list(tracking.nees_interval(nees["dof"], nees["runs"], nees["two_sided"])),
    }


def nearest_neighbor(inputs: Case) -> Case:
    best = association.assignment(inputs["cost"])
    return {
        "assignment": [list(pair) for pair in best.pairs],
        "optimal_cost": best.cost,
        "greedy_cost": tracking.greedy_assignment(inputs["cost"]).cost,
    }


def gospa(inputs: Case) -> Case:
    got = tracking.gospa(inputs["tracks"], inputs["truths"], cutoff=inputs["c"], power=inputs["p"])
    return {"gospa": got.value, "localisation_p": got.localization, "missed_plus_false": got.missed + got.false}


def ospa(inputs: Case) -> Case:
    return {"ospa": tracking.ospa(inputs["tracks"], inputs["truths"], cutoff=inputs["c"], power=inputs["p"])}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "RAD-SNR-1": radar_snr,
    "RAD-SNR-2": radar_snr,
    "RAD-RANGE-1": radar_range,
    "RAD-SEARCH-SNR": search,
    "DET-PD-TABLE-N1": probability_table,
    "DET-PD-TABLE-N10": probability_table,
    "DET-THRESHOLD": threshold,
    "DET-REQ-SNR-A": required(0, 1, 3),
    "DET-REQ-SNR-B": required(2, 4),
    "DET-MINSNR-PUBLISHED": least_snr,
    "DET-ALBERSHEIM": albersheim,
    "DET-MOFN": binary_schemes,
    "DET-MOFN-B": binary_rows,
    "DET-CUM-A": cumulative,
    "JAM-SELF-SCREEN": burn_through,
    "PROP-FLAT-MULTIPATH": multipath,
    "PROP-LOBES": lobes,
    "ATT-GAS-A": gases,
    "ATT-GAS-SLANT-ITU": slant,
    "ATT-RAIN": rain,
    "DIFF-KNIFE-A": knife_edge,
    "DIFF-KNIFE-B": ridges,
    "TRK-KF-CV-A": linear_filter,
    "TRK-EKF-RB-A": bearing_range_filter,
    "TRK-EKF-3D-A": elevation_filter,
    "TRK-KALATA-A": kalata,
    "TRK-STEADY-CWNA": steady,
    "TRK-GATE-CHI2": gates,
    "TRK-GNN-ASSIGN": nearest_neighbor,
    "TRK-GOSPA-A": gospa,
    "TRK-GOSPA-C": gospa,
    "TRK-OSPA": ospa,
}
