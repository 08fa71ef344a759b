"""What questions about reach take where nothing is said; the command line shows it in its help."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiads.catalog.records import Catalog
    from openiads.scenario.knobs import Knob
    from openiads.scenario.load import Scenario

COVERAGE_HEIGHTS = ("50 m", "500 m", "3 km", "10 km")
ENVELOPE_HEIGHTS = ("50 m", "200 m", "1 km", "3 km", "10 km", "20 km")
KEEP_OUT_HEIGHTS = ("50 m", "500 m", "3 km", "10 km")
SAMPLES = 6  # sampled worlds of intervals, beside the nominal one
CELLS = 400  # of a map, along its longer side
MOVED = ("snr", "signature", "flight")  # what sampled worlds move, beside the reaction time


def sampled(book: Catalog, scenario: Scenario) -> list[Knob]:
    """The knobs in doubt that bear on what units reach and see: signal, signatures, and the flight of rounds."""
    from openiads.scenario.knobs import knob_list

    named = ((knob, knob.name.partition(".")[2]) for knob in knob_list(book, scenario) if not knob.certain)
    return [k for k, what in named if what in MOVED and (what != "flight" or book[k.entry].kind == "interceptors")]
