"""One calibration for every radar: published ranges become an interval of its signal-to-noise ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.physics.detection import REFERENCE_RANGE, required_snr

Floats = NDArray[np.float64]


class QuotedRange(NamedTuple):
    """A published range (m) and what it says.

    kind : ``noise_limited`` (sets the ratio), ``instrumented`` (only caps range), ``horizon_limited`` (lower bound)
    rcs : cross-section interval, m2, or None when not stated (1-5 m2, uniform in the logarithm)
    pd : single-look detection probability interval, or None when not stated (0.5-0.9, uniform)
    loss : linear one-for-all loss (>= 1) the simulation applies at that range beside the fourth-power law, such as
        atmospheric attenuation there and back
    """

    distance: float
    kind: str = "noise_limited"
    rcs: tuple[float, float] | None = None
    pd: tuple[float, float] | None = None
    loss: float = 1.0


class Calibration(NamedTuple):
    """Signal-to-noise ratio in decibels on 1 m2 at 100 km: nominal, and the ends of the central 90 %.

    instrumented_range : smallest range cap quoted, m; infinity when none is
    quotes : how many quoted ranges set the value
    """

    nominal: float
    low: float
    high: float
    instrumented_range: float
    quotes: int


UNKNOWN_RCS = (1.0, 5.0)
UNKNOWN_PD = (0.5, 0.9)
#: How far (dB) a radar known only by horizon-limited ranges may exceed what they need: an assumption.
HEADROOM = (0.0, 10.0)
_NODES = 101


def calibrated_snr(
    quotes: Sequence[QuotedRange], *, swerling: int = 1, n_pulses: int = 1, pfa: float = 1e-6
) -> Calibration:
    """One signal-to-noise interval from all quoted ranges of a radar: the same function for every radar.

    Each noise-limited range gives a distribution of the ratio at 1 m2 and 100 km, by putting midpoint quantiles of
    cross-section and detection probability (taken as independent) through the exact detection law.  The ranges of one
    radar are pooled with equal weight for the band, so that quotes that disagree widen it.  The nominal value is the
    mean of the medians of those that state a cross-section, because the median of a pool with a gap in it may sit at
    either edge of the gap; a quote without one sets it only where a radar has no other.  That is one yardstick: what
    is printed without a condition widens the doubt of every radar and moves the nominal value of none that has better.
    Horizon-limited ranges bound the distribution from below, quantile by quantile, because both rest on the same
    unstated conventions; when there is nothing else, the bound plus ``HEADROOM`` is taken.  No random numbers.
    """
    noise, stated, bound, cap = _pooled(quotes, swerling, n_pulses, pfa)
    at = (np.arange(2001) + 0.5) / 2001
    floor = _floor(bound)
    if noise:
        quantiles = np.maximum(np.quantile(np.concatenate(noise), at), floor)
    else:
        quantiles = _above(floor)
    nominal = _nominal(noise, stated, floor)
    low, high = (float(v) for v in np.quantile(quantiles, [0.05, 0.95]))
    return Calibration(nominal, low, high, cap, len(noise) + len(bound))


def nominal_snr(quotes: Sequence[QuotedRange], *, swerling: int = 1, n_pulses: int = 1, pfa: float = 1e-6) -> float:
    """The nominal value of `calibrated_snr` alone, which is quicker."""
    noise, stated, bound, _ = _pooled(quotes, swerling, n_pulses, pfa)
    return _nominal(noise, stated, _floor(bound))


def _pooled(
    quotes: Sequence[QuotedRange], swerling: int, n_pulses: int, pfa: float
) -> tuple[list[Floats], list[bool], list[Floats], float]:
    """Samples of noise-limited ranges, whether each states a cross-section, of horizon-limited ones, the range cap."""
    noise: list[Floats] = []
    stated: list[bool] = []
    bound: list[Floats] = []
    cap = math.inf
    for i, quote in enumerate(quotes):
        _check_quote(i, quote, pfa)
        if quote.kind == "instrumented":
            cap = min(cap, quote.distance)
            continue
        shift = 40 * math.log10(quote.distance / REFERENCE_RANGE) + 10 * math.log10(quote.loss)
        needed = _quote_samples(quote.rcs or UNKNOWN_RCS, quote.pd or UNKNOWN_PD, swerling, n_pulses, pfa)
        (noise if quote.kind == "noise_limited" else bound).append(needed + shift)
        if quote.kind == "noise_limited":
            stated.append(quote.rcs is not None)
    if not noise and not bound:
        raise InputError(
            "quotes", "no range says how strong the radar is", "add one of kind noise_limited or horizon_limited"
        )
    return noise, stated, bound, cap


def _floor(bound: list[Floats]) -> Floats:
    """Quantiles below which no horizon-limited range lets the ratio be."""
    at = (np.arange(2001) + 0.5) / 2001
    floor: Floats = np.max([np.quantile(b, at) for b in bound], axis=0) if bound else np.full(at.size, -np.inf)
    return floor


def _above(floor: Floats) -> Floats:
    """Quantiles of a radar of which only bounds are known."""
    headroom = HEADROOM[0] + (HEADROOM[1] - HEADROOM[0]) * (np.arange(_NODES) + 0.5) / _NODES
    quantiles: Floats = np.sort(np.add.outer(floor[::10], headroom).ravel())
    return quantiles


def _nominal(noise: list[Floats], stated: list[bool], floor: Floats) -> float:
    if not noise:
        return float(np.median(_above(floor)))
    setting = [n for n, known in zip(noise, stated, strict=True) if known] or noise
    return max(float(np.mean([np.median(n) for n in setting])), float(np.median(floor)))


@lru_cache(maxsize=256)
def _quote_samples(
    rcs: tuple[float, float], pd: tuple[float, float], swerling: int, n_pulses: int, pfa: float
) -> Floats:
    """Equally likely values (dB, 1 m2) that a range of 100 km without loss asks; not to be changed."""
    at = (np.arange(_NODES) + 0.5) / _NODES
    rcs_low, rcs_high = np.log10(rcs)
    spread = 10 * (rcs_low + (rcs_high - rcs_low) * at)
    pd_low, pd_high = pd
    # the requirement is smooth in the probability, so a few exact roots carry the whole interval
    knots = np.linspace(pd_low, pd_high, 9) if pd_high > pd_low else np.array([pd_low])
    roots = [10 * math.log10(required_snr(p, swerling=swerling, n_pulses=n_pulses, pfa=pfa)) for p in knots]
    needed = np.interp(pd_low + (pd_high - pd_low) * at, knots, roots)
    return np.asarray(np.subtract.outer(needed, spread).ravel())


def _check_quote(i: int, quote: QuotedRange, pfa: float) -> None:
    place = f"quotes[{i}]"
    if quote.kind not in ("noise_limited", "instrumented", "horizon_limited"):
        raise InputError(
            f"{place}.kind", f"unknown kind {quote.kind!r}", "use noise_limited, instrumented or horizon_limited"
        )
    if not quote.distance > 0:
        raise InputError(f"{place}.distance", f"range {quote.distance} m is not positive", "give a range above 0")
    if quote.rcs is not None and not 0 < quote.rcs[0] <= quote.rcs[1]:
        raise InputError(f"{place}.rcs", f"{quote.rcs} is not an interval above 0", "give low <= high in m2")
    if quote.pd is not None and not pfa < quote.pd[0] <= quote.pd[1] < 1:
        raise InputError(f"{place}.pd", f"{quote.pd} is not an interval of probabilities", "give pfa < low <= high < 1")
    if not quote.loss >= 1:
        raise InputError(f"{place}.loss", f"loss {quote.loss} is a gain", "give a linear loss >= 1")
