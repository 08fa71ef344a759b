"""Noise jammers that flights carry, and how each radar's receiver takes them."""

from __future__ import annotations

import math

from openiads.catalog.records import Entry
from openiads.physics.detection import required_snr
from openiads.physics.jamming import antenna_gain, receiver_constant
from openiads.scenario.knobs import receiver_of
from openiads.scenario.traffic import Flight, Raid
from openiads.world.codes import JammerFaces
from openiads.world.draft import NEVER, Draft, Row, blank
from openiads.world.radars import BANDS
from openiads.world.sensed import JAMMER

EVEN = 0.5  # detection probability of a look at the distance that is told as that of burn-through


def below(decibels: float) -> float:
    """Power ratio of so many decibels less."""
    return float(10.0 ** (-decibels / 10.0))


def add_jammer(draft: Draft, carrier: Row, declared: Raid | Flight) -> None:
    """The jammer of the flight added last, if its raid or flight declares one."""
    if declared.jammer is None:
        return
    v, entry = draft.values.of, draft.values.catalog[declared.jammer]
    row = blank(JAMMER)
    row["flight"] = len(draft.flights) - 1
    row["erp"] = [v(entry, "erp") if band in entry.lists["bands"] else 0.0 for band in BANDS]
    row["bandwidth"] = v(entry, "bandwidth")
    row["begins"] = declared.jammer_from or 0.0
    row["ends"] = NEVER if declared.jammer_until is None else declared.jammer_until
    row["faces"] = int(JammerFaces[entry.text["faces"].upper()])
    row["sector"] = v(entry, "sector_half_width", math.pi)
    row["outside"] = below(v(entry, "outside", 0.0))
    carrier["jammer"] = len(draft.jammers)
    draft.jammers.append(row)


def set_receivers(draft: Draft) -> None:
    """What radars need to know of their receivers where somebody jams; without a jammer nothing of it is read."""
    if not draft.jammers:
        return
    for row, entry in zip(draft.radars, draft.radar_entries, strict=True):
        _receiver(draft, row, entry, draft.values.catalog[receiver_of(entry)])


def _receiver(draft: Draft, row: Row, radar: Entry, receiver: Entry) -> None:
    v = draft.values.of
    gain = antenna_gain(float(row["beam_azimuth"]), float(row["beam_elevation"]), v(receiver, "antenna_efficiency"))
    loss, temperature = 1.0 / below(v(receiver, "noise_loss")), v(receiver, "noise_temperature")
    row["jamming_constant"] = receiver_constant(gain, float(row["wavelength"]), loss, temperature)
    row["receiver_bandwidth"] = v(receiver, "bandwidth")
    row["sidelobe"] = below(v(receiver, "sidelobe_level"))
    row["cancellation"] = below(v(receiver, "cancellation"))
    row["cancelers"] = draft.values.count(receiver, "cancelers")
    pulses, alarm = draft.values.count(radar, "pulses"), v(radar, "false_alarm_probability")
    row["even_signal"] = required_snr(EVEN, swerling=1, n_pulses=pulses, pfa=alarm)
    row["strobe_ratio"] = 1.0 / below(v(receiver, "strobe_ratio"))
    row["strobe_age"] = v(receiver, "strobe_age")
    row["strobe_sine"] = math.sin(v(receiver, "least_crossing"))
