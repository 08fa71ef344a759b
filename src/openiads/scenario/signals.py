"""How strong a radar is: its quoted ranges become a signal-to-noise ratio, by one function for every radar."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from openiads.catalog.records import Entry

if TYPE_CHECKING:
    from openiads.physics.calibration import Calibration, QuotedRange


def quotes_of(radar: Entry, loss: Callable[[float], float] | None = None) -> list[QuotedRange]:
    """The quoted ranges of a radar entry for `calibration.calibrated_snr`.

    Parameters
    ----------
    radar : Entry
    loss : callable, optional
        Two-way loss (power ratio, 1 or more) that the simulation applies at a range in meters, so that the calibration
        undoes it. A noise-limited range with an interval enters as three quotes of one kind: its low end, its number
        and its high end; a horizon-limited one, a lower bound, as its low end alone: no more of it is sure.

    Returns
    -------
    list of QuotedRange
    """
    from openiads.physics.calibration import QuotedRange

    quotes = []
    for row in radar.tables["ranges"]:
        rcs = (row.rcs.si_low, row.rcs.si_high) if row.has("rcs") else None
        pd = (row.probability.si_low, row.probability.si_high) if row.has("probability") else None
        distances = sorted({row.range.si_low, row.range.si, row.range.si_high})
        if row.kind != "noise_limited":
            distances = [row.range.si] if row.kind == "instrumented" else [row.range.si_low]
        quotes += [QuotedRange(d, row.kind, rcs, pd, 1.0 if loss is None else loss(d)) for d in distances]
    return quotes


def calibration(radar: Entry, loss: Callable[[float], float] | None = None) -> Calibration:
    """Signal-to-noise ratio (dB, 1 m2 at 100 km; nominal, low, high) of a radar entry: one function for every radar
    of every side."""
    return _calibrated(tuple(quotes_of(radar, loss)), int(radar.pulses.si), radar.false_alarm_probability.si)


@lru_cache(maxsize=64)
def _calibrated(quotes: tuple[QuotedRange, ...], pulses: int, alarm: float) -> Calibration:
    from openiads.physics.calibration import calibrated_snr

    return calibrated_snr(quotes, swerling=1, n_pulses=pulses, pfa=alarm)


def signal(radar: Entry, loss: Callable[[float], float] | None, pulses: int, false_alarm: float) -> float:
    """The nominal signal-to-noise ratio of `calibration`, with the pulses and the probability of a false alarm of a
    world: its quoted ranges come out whatever is drawn."""
    return _signal(tuple(quotes_of(radar, loss)), pulses, false_alarm)


@lru_cache(maxsize=1024)
def _signal(quotes: tuple[QuotedRange, ...], pulses: int, alarm: float) -> float:
    from openiads.physics.calibration import nominal_snr

    return nominal_snr(quotes, swerling=1, n_pulses=pulses, pfa=alarm)
