"""Validation cases of jamming, emission control, early warning and point defense: case id -> openiads.textbook."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from openiads import textbook
from openiads.physics import jamming as kernels

Case = dict[str, Any]


def linear(decibels: float) -> float:
    return float(10.0 ** (decibels / 10.0))


def rows(inputs: Case, key: str = "rows") -> list[dict[str, Any]]:
    """Each row of a case by the names of its columns."""
    return [dict(zip(inputs["columns"], row, strict=True)) for row in inputs[key]]


# ------------------------------------------------------------------ jamming


def radar_of(inputs: Case) -> textbook.Radar:
    return textbook.Radar(
        inputs["peak_power_W"],
        linear(inputs["gain_dB"]),
        inputs["wavelength_m"],
        inputs["bandwidth_Hz"],
        inputs["system_temperature_K"],
        linear(inputs["loss_dB"]),
    )


def self_screening(inputs: Case) -> Case:
    """By the function with checked arguments, and by the kernel at one meter with the root of the quadratic."""
    radar, required = radar_of(inputs), linear(inputs["required_SINR_dB"])
    found = []
    for row in rows(inputs):
        jammer = row["jammer_ERP_W"], row["jammer_bandwidth_Hz"]
        found.append(textbook.self_screening_range(radar, row["sigma_m2"], *jammer, required))
        constant = kernels.receiver_constant(radar.gain, radar.wavelength, 1.0, radar.temperature)
        at_one_meter = kernels.jamming_to_noise(constant, *jammer, radar.bandwidth, 1.0, 1.0)
        again = kernels.burn_through(radar.echo(row["sigma_m2"]), at_one_meter, required)
        assert math.isclose(again, found[-1], rel_tol=1e-12)
    return {"burn_through_m": found}


def stand_off(inputs: Case) -> Case:
    radar, required = radar_of(inputs), linear(inputs["required_SINR_dB"])
    sidelobe = linear(-inputs["sidelobe_below_main_dB"])
    jamming = [
        textbook.jamming_to_noise(
            radar,
            [textbook.Jammer(row["jammer_ERP_W"], row["jammer_range_m"], row["jammer_bandwidth_Hz"], sidelobe)],
        )
        for row in rows(inputs)
    ]
    return {
        "J_over_N": jamming,
        "noise_limited_range_m": textbook.noise_limited_range(radar, inputs["sigma_m2"], required),
        "range_m": [textbook.stand_off_range(radar, inputs["sigma_m2"], required, each) for each in jamming],
    }


def look_direction(inputs: Case) -> Case:
    radar, required = radar_of(inputs), linear(inputs["required_SINR_dB"])
    beam = math.radians(inputs["beamwidth_deg"]), linear(-inputs["sidelobe_below_main_dB"])
    source = inputs["jammer_ERP_W"], inputs["jammer_range_m"], inputs["jammer_bandwidth_Hz"]
    ranges = []
    for angle in inputs["angle_deg"]:
        pattern = textbook.beam_pattern(math.radians(angle), *beam)
        assert math.isclose(pattern, kernels.pattern_gain(math.radians(angle), *beam), rel_tol=1e-12)
        jamming = textbook.jamming_to_noise(radar, [textbook.Jammer(*source, pattern)])
        ranges.append(textbook.stand_off_range(radar, inputs["sigma_m2"], required, jamming))
    return {"range_m": ranges, "sidelobe_begins_deg": math.degrees(textbook.sidelobe_angle(*beam))}


def several_jammers(inputs: Case) -> Case:
    radar, required = radar_of(inputs), linear(inputs["required_SINR_dB"])
    sidelobe = linear(-inputs["sidelobe_below_main_dB"])
    jammers = [
        textbook.Jammer(row["ERP_W"], row["range_m"], row["bandwidth_Hz"], sidelobe) for row in rows(inputs, "jammers")
    ]

    def range_against(some: list[textbook.Jammer]) -> float:
        return textbook.stand_off_range(radar, inputs["sigma_m2"], required, textbook.jamming_to_noise(radar, some))

    return {
        "J_over_N_each": [textbook.jamming_to_noise(radar, [jammer]) for jammer in jammers],
        "range_spot_m": range_against(jammers[:1]),
        "range_barrage_m": range_against(jammers[1:2]),
        "range_all_m": range_against(jammers),
    }


def detection(inputs: Case) -> Case:
    radar, rcs, pfa = radar_of(inputs), inputs["sigma_m2"], inputs["pfa"]
    far, near = inputs["stand_off"], inputs["self_screening"]
    pattern = linear(-far["sidelobe_below_main_dB"])
    elsewhere = textbook.Jammer(far["ERP_W"], far["range_m"], far["bandwidth_Hz"], pattern)
    steady = textbook.jamming_to_noise(radar, [elsewhere])

    def seen(distance: float, jamming: float) -> float:
        return textbook.jammed_detection(textbook.echo_to_noise(radar, rcs, distance), jamming, pfa)

    aboard = [
        textbook.jamming_to_noise(radar, [textbook.Jammer(near["ERP_W"], distance, near["bandwidth_Hz"])])
        for distance in inputs["range_m"]
    ]
    return {
        "pd_clear": [seen(distance, 0.0) for distance in inputs["range_m"]],
        "pd_stand_off": [seen(distance, steady) for distance in inputs["range_m"]],
        "pd_self_screening": [seen(*each) for each in zip(inputs["range_m"], aboard, strict=True)],
    }


def firm_track(inputs: Case) -> Case:
    target = radar_of(inputs), inputs["sigma_m2"], math.radians(inputs["beamwidth_deg"]), inputs["limit_m"]
    return {"firm_range_m": [textbook.firm_track_range(*target, jamming) for jamming in inputs["J_over_N"]]}


def support(inputs: Case) -> Case:
    radar, distance = radar_of(inputs), inputs["target_range_m"]
    jammer = textbook.Jammer(inputs["jammer_ERP_W"], inputs["jammer_range_m"], inputs["jammer_bandwidth_Hz"])
    gap = textbook.support_gap(
        textbook.echo_to_noise(radar, inputs["sigma_m2"], distance),
        linear(inputs["required_SINR_dB"]),
        textbook.jamming_to_noise(radar, [jammer]),
        (math.radians(inputs["beamwidth_deg"]), linear(-inputs["sidelobe_below_main_dB"])),
        distance,
        inputs["target_speed_m_s"],
    )
    return {
        "blocked_half_angle_deg": math.degrees(gap.half_angle),
        "gap_s": gap.time,
        "support_lost": [gap.lost(limit) for limit in inputs["break_limit_s"]],
    }


# ------------------------------------------------------------------ anti-radiation weapons and emission control


def memory(inputs: Case) -> Case:
    spreads = [
        textbook.memory_spread(inputs["deviation_emitting_m"], inputs["growth_m_per_s"], time)
        for time in inputs["time_from_shutdown_to_impact_s"]
    ]
    return {"p_hit": [textbook.hit_within(inputs["lethal_radius_m"], spread) for spread in spreads]}


def carleton(inputs: Case) -> Case:
    return {"p_kill": [textbook.gaussian_damage(inputs["L_m"], deviation) for deviation in inputs["deviation_m"]]}


def decoys(inputs: Case) -> Case:
    given = [(row["decoys"], row["weight_of_a_decoy_over_the_radar"]) for row in rows(inputs)]
    kill, salvo = inputs["p_kill_if_chosen"], inputs["salvo"]
    one = [textbook.decoyed_kill(kill, *each) for each in given]
    shares = [textbook.emitter_shares([1.0] + [weight] * number)[0] for number, weight in given]
    assert all(math.isclose(kill * share, p, rel_tol=1e-12) for share, p in zip(shares, one, strict=True))
    return {"p_kill_one": one, "p_kill_salvo": [textbook.decoyed_kill(kill, *each, salvo) for each in given]}


def duty(inputs: Case) -> Case:
    found = [textbook.blinking_detection(inputs["pd_frame"], inputs["frames"], share) for share in inputs["duty"]]
    return {"random": [each.random for each in found], "periodic": [each.periodic for each in found]}


def game(inputs: Case) -> Case:
    found = [textbook.two_by_two_game(payoff) for payoff in inputs["payoff_to_defender_rows_emit_silent"]]
    return {
        "value": [each.value for each in found],
        "p_emit": [each.first_row for each in found],
        "p_first_attack": [each.first_column for each in found],
    }


# ------------------------------------------------------------------ early warning


def clutter(inputs: Case) -> Case:
    radar = textbook.LookDown(
        inputs["sigma0"], math.radians(inputs["azimuth_deg"]), inputs["pulse_s"], linear(inputs["improvement_dB"])
    )
    looks = rows(inputs)
    ratios = [textbook.signal_to_clutter(radar, row["rcs_m2"], row["range_m"], row["height_m"]) for row in looks]
    height, required = looks[0]["height_m"], linear(inputs["required_dB"])
    return {
        "S_over_C_dB": [10.0 * math.log10(ratio) for ratio in ratios],
        "clutter_limited_range_m": [
            textbook.clutter_limited_range(radar, rcs, required, height) for rcs in inputs["rcs_for_limit_m2"]
        ],
    }


def cue(inputs: Case) -> Case:
    track = inputs["sp_m"], inputs["sv_m_s"], inputs["acceleration_m_s2"]
    spreads = [textbook.cue_spread(*track, row["delay_s"]) for row in rows(inputs)]
    beam = math.radians(inputs["beam_deg"]), inputs["dwell_s"]
    found = [
        textbook.cue_search(spread, row["range_m"], *beam) for spread, row in zip(spreads, rows(inputs), strict=True)
    ]
    return {
        "spread_m": spreads,
        "beams": [each.beams for each in found],
        "mean_search_s": [each.mean_time for each in found],
    }


def remote_shots(inputs: Case) -> Case:
    speeds = inputs["round_m_s"], inputs["target_m_s"]
    found = [
        textbook.successive_shots(
            row["first_launch_at_target_range_m"],
            row["round_reach_m"],
            inputs["least_range_m"],
            speeds,
            inputs["look_s"],
        )
        for row in rows(inputs)
    ]
    return {
        "shots": [each.shots for each in found],
        "first_meeting_m": [each.first for each in found],
        "last_meeting_m": [each.last for each in found],
    }


# ------------------------------------------------------------------ point defense


def gun_round(inputs: Case) -> Case:
    disc = inputs["radius_m"], inputs["dispersion_rad"]
    return {"p_round": [textbook.gun_round_hit(*disc, distance) for distance in inputs["range_m"]]}


def burst(inputs: Case) -> Case:
    disc = inputs["radius_m"], inputs["dispersion_rad"]
    return {
        "p_hit": [textbook.burst_hit(*disc, row["range_m"], row["rounds"], row["bias_rad"]) for row in rows(inputs)]
    }


def command_guidance(inputs: Case) -> Case:
    round_ = inputs["reliability"], inputs["L_m"], inputs["angle_deviation_rad"]
    return {"pk": [textbook.command_guided_kill(*round_, distance) for distance in inputs["range_m"]]}


def stream(inputs: Case) -> Case:
    names = ("threats", "spacing_s", "window_s", "service_s", "channels", "most_shots")
    found = [textbook.stream_shots(*(row[name] for name in names), inputs["p_kill"]) for row in rows(inputs)]
    return {"shots": [each.shots for each in found], "expected_leakers": [each.leakers for each in found]}


def layer(inputs: Case) -> Case:
    outer = inputs["raid"], inputs["outer_leak"], inputs["inner_p"]
    found = [textbook.layer_behind_layer(*outer, capacity) for capacity in inputs["capacity"]]
    return {
        "expected_leakers": [each.expected for each in found],
        "p_none": [each.none for each in found],
        "product_of_leakages": found[0].product,
    }


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "JAM-SSJ-NOISE": self_screening,
    "JAM-SOJ-SIDELOBE": stand_off,
    "JAM-LOOK-DIRECTION": look_direction,
    "JAM-SUM": several_jammers,
    "JAM-PD-SWERLING1": detection,
    "JAM-FIRM-TRACK": firm_track,
    "JAM-SUPPORT-GAP": support,
    "ARM-MEMORY": memory,
    "ARM-CARLETON": carleton,
    "ARM-DECOY-SHARE": decoys,
    "EMCON-DUTY": duty,
    "EMCON-GAME": game,
    "AEW-CLUTTER": clutter,
    "AEW-CUE-LINK": cue,
    "AEW-SHOTS": remote_shots,
    "PD-GUN-ROUND": gun_round,
    "PD-BURST-BIAS": burst,
    "PD-CLOS": command_guidance,
    "PD-STREAM": stream,
    "PD-LAYER": layer,
}
