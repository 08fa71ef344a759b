"""Closed-form twins of jamming, decoys, blinking and point defense, made of ingredients that the caller measures.

Each takes plain numbers and the figure of a run (or none) and gives a `closed_forms.Twin`, which the report and the
command line show as they show the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from openiads.explain.closed_forms import MEASURED, Figure, Input, Twin, because
from openiads.physics.detection import REFERENCE_RANGE
from openiads.physics.jamming import burn_through, jamming_to_noise, stand_off_range
from openiads.statistics.intervals import mean_interval
from openiads.statistics.moments import Moments
from openiads.textbook.emission import blinking_detection, decoyed_kill, emitter_shares
from openiads.textbook.point_defense import layer_behind_layer
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: What a run without such a figure gives.
NO_FIGURE: Figure = (None, None, None)


def burn_through_twin(
    who: str, signal: float, aboard: float, elsewhere: float, required: float, found: Figure = NO_FIGURE
) -> Twin:
    """Range at which a radar sees a target against its own jammer and those of others.

    Parameters
    ----------
    who : str
        The radar and the target, in words.
    signal : float
        S/N of the target times its range to the fourth power, m4: the radar's reference ratio, range and cross section.
    aboard : float
        J/N of the target's own jammer on the beam axis times its range squared, m2; 0 without one.
    elsewhere : float
        J/N of all other jammers in the direction of the look, linear.
    required : float
        Ratio of echo to noise and jamming at which the radar sees the target as often as the figure says, linear.
    found : Figure
        Range in the run (m) and its interval.

    Returns
    -------
    Twin
        Of ranges in m.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    noise = 1.0 + elsewhere
    closed = burn_through(signal / noise, aboard / noise, required)
    clear = burn_through(signal, 0.0, required)
    why = because(
        closed,
        found,
        "The run looks more than once, with an echo that fluctuates: some look sees farther than the mean one.",
        "The horizon, terrain, clutter, the air or the scan hide the target longer than jamming does.",
    )
    inputs = (
        Input("range without jamming", clear, "m", "radar equation"),
        Input("range left by jammers elsewhere alone", stand_off_range(clear, elsewhere), "m", "radar equation"),
        Input("jamming of others over noise", elsewhere, "", "catalog and scenario"),
        Input("range at which its own jamming equals noise", math.sqrt(aboard), "m", "catalog and scenario"),
        Input("ratio of echo to noise and jamming that is required", required, "", "detection law"),
    )
    formula = "R² = 2 (a/q) / (b + √(b² + 4 a/q)), S/N = a/R⁴ and J/N = b/R² over the noise with others' jamming"
    return Twin(f"Burn-through, {who}", "radar equation with noise jamming", formula, why, inputs, closed, *found)


def layers_twin(
    who: str, raid: int, outer_leak: float, inner_kill: float, capacity: float, found: Figure = NO_FIGURE
) -> Twin:
    """Expected leakers of a layer of limited capacity behind a layer.

    Parameters
    ----------
    who : str
        The two layers, in words.
    raid : int
        Threats that come to the outer layer.
    outer_leak : float
        Share of them that passes it, 0 to 1.
    inner_kill : float
        Share that the inner layer kills of those that it engages, 0 to 1.
    capacity : float
        Most threats that the inner layer can engage, whole or infinite.
    found : Figure
        Leakers of the run and their interval.

    Returns
    -------
    Twin
        Of expected leakers.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    layered = layer_behind_layer(raid, outer_leak, inner_kill, capacity)
    why = because(
        layered.expected,
        found,
        "Leakers of the outer layer come together or out of the inner one's reach, so it engages fewer than it could.",
        "Channels of the inner layer are free again before the raid is over, so it engages more than the capacity.",
    )
    inputs = (
        Input("threats", raid, "", MEASURED),
        Input("leak share of the outer layer", outer_leak, "share", MEASURED),
        Input("kill share of the inner layer", inner_kill, "share", MEASURED),
        Input("capacity of the inner layer", capacity, "", "catalog and scenario"),
        Input("leakers if it never saturated", layered.product, "", "from these"),
    )
    formula = "sum over k of Binomial(k; N, l) (k − p min(k, c))"
    return Twin(f"Leakers, {who}", "layer behind a layer", formula, why, inputs, layered.expected, *found)


def decoys_twin(who: str, kill: float, weights: Sequence[float], salvo: int = 1, found: Figure = NO_FIGURE) -> Twin:
    """Probability that anti-radiation weapons kill a radar among decoys.

    Parameters
    ----------
    who : str
        The radar, in words.
    kill : float
        Kill probability of a weapon that chose the radar, 0 to 1.
    weights : sequence of float
        Of the radar, and of each decoy, in one unit.
    salvo : int
        Weapons.
    found : Figure
        Share of replications in which the radar was killed, and its interval.

    Returns
    -------
    Twin
        Of a probability.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    share = emitter_shares(weights)[0]
    closed = decoyed_kill(kill * share, 0, salvo=salvo)
    why = because(
        closed,
        found,
        "Weapons choose when some decoys are silent, out of their beam or not resolved from the radar.",
        "The radar is silent when weapons choose, or falls silent while they fly.",
    )
    inputs = (
        Input("kill probability if chosen", kill, "share", "catalog"),
        Input("decoys", len(weights) - 1, "", "scenario"),
        Input("share of weapons that choose the radar", share, "share", "from their power"),
        Input("weapons", salvo, "", MEASURED),
    )
    formula = "1 − (1 − p s)^k, s the radar's part of the weights of all emitters"
    return Twin(f"Radar killed, {who}", "decoys that share the risk", formula, why, inputs, closed, *found, True)


def blinking_twin(who: str, pd: float, frames: int, duty: float, regular: bool, found: Figure = NO_FIGURE) -> Twin:
    """Probability that a blinking radar detects a target at least once.

    Parameters
    ----------
    who : str
        The radar and the target, in words.
    pd : float
        Mean probability to detect in a frame with emission, 0 to 1.
    frames : int
        Frames in which the target could be seen.
    duty : float
        Share of frames with emission, 0 to 1.
    regular : bool
        Whether every k-th frame emits; otherwise each at random.
    found : Figure
        Share of such targets that the radar detected, and its interval.

    Returns
    -------
    Twin
        Of a probability.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    both = blinking_detection(pd, frames, duty)
    closed = both.periodic if regular else both.random
    why = because(
        closed,
        found,
        "The probability of a frame is not the same in all: the last frames, near the radar, count more than the mean.",
        "Fluctuation of the echo and terrain join frames together, which the formula takes as independent.",
    )
    always = blinking_detection(pd, frames, 1.0).periodic
    inputs = (
        Input("probability of a frame", pd, "share", MEASURED),
        Input("frames", frames, "", MEASURED),
        Input("frames with emission", duty, "share", "scenario"),
        Input("detection if it emitted always", always, "share", "from these"),
    )
    formula = "1 − (1 − p)^(n f)" if regular else "1 − (1 − f p)^n"
    return Twin(f"Detection while blinking, {who}", "binomial", formula, why, inputs, closed, *found, True)


def contested_beside(run: Run) -> list[Twin]:
    """The twins of a run whose flights jam: where the radar that sees each kind of them farthest burns through.

    Parameters
    ----------
    run : Run

    Returns
    -------
    list of Twin
        One for each raid or flight that carries a jammer; none where nobody jams.
    """
    rows, names = run.world.rows, run.world.names
    kinds: dict[str, list[int]] = {}
    for jammer in rows["jammers"]:
        kinds.setdefault(names.flights[int(jammer["flight"])].partition("[")[0], []).append(int(jammer["flight"]))
    return [twin for who, flights in sorted(kinds.items()) if (twin := _burns_through(run, who, flights)) is not None]


def _burns_through(run: Run, who: str, flights: list[int]) -> Twin | None:
    """The twin of one kind of jamming flight at the search radar that sees it farthest; None where none is jammed."""
    rows = run.world.rows
    flight = rows["flights"][flights[0]]
    jammer = rows["jammers"][int(flight["jammer"])]
    best: tuple[float, int, float, float, float] | None = None
    for r, radar in enumerate(rows["radars"]):
        erp = float(jammer["erp"][int(radar["band"])])
        if not radar["emitting"] or radar["unit"] >= 0 or erp <= 0.0:
            continue
        signal = float(radar["reference_snr"]) * REFERENCE_RANGE**4 * float(flight["rcs"][int(radar["band"]), 0])
        constant, width = float(radar["jamming_constant"]), float(radar["receiver_bandwidth"])
        aboard = jamming_to_noise(constant, erp, float(jammer["bandwidth"]), width, 1.0, 1.0)
        required = float(radar["even_signal"])
        reach = burn_through(signal, aboard, required)
        if best is None or reach > best[0]:
            best = (reach, r, signal, aboard, required)
    if best is None:
        return None
    _, r, signal, aboard, required = best
    name = f"{who} at {run.world.names.radars[r]}"
    return burn_through_twin(name, signal, aboard, 0.0, required, _first_seen(run, r, flights))


def _first_seen(run: Run, radar: int, flights: list[int]) -> Figure:
    """Distance (m) at which a radar first detects flights, the mean over replications with its interval."""
    means = []
    for chunk in run.chunks:
        for events in run.store.events(chunk):
            seen = (events["kind"] == Event.DETECT) & (events["radar"] == radar) & np.isin(events["flight"], flights)
            if seen.any():
                means.append(float(events["value"][seen, 0].mean()))
    if len(means) < 2:
        return NO_FIGURE
    sample = Moments.of(means)
    low, high = mean_interval(sample)
    return sample.mean, low, high
