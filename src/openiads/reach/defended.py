"""The defended footprint of one fire unit against one ballistic missile: the question and its whole answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from openiads.base.errors import InputError
from openiads.base.options import (
    Extent,
    Phases,
    Position,
    Quantity,
    Silent,
    corners,
    keywords_of,
    no_other_window,
    position,
    quantity,
    several,
)
from openiads.base.shown import Saved
from openiads.catalog.load import catalog
from openiads.reach.attack import PLACE, Box, Plan, checked, scenario_of, window_of
from openiads.reach.defaults import SAMPLES
from openiads.reach.envelope import arms_of
from openiads.reach.footprint import Footprint, footprints
from openiads.reach.jammed import JammerAt, Jamming, jamming_of


@dataclass(frozen=True, kw_only=True)
class FootprintQuestion:
    """What is asked of one fire unit; the fields are the parameters of `footprint`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--range": "distance", "--from": "attack_from", "--jammer": "jammers"}

    system: str = field(kw_only=False)
    against: str = field(kw_only=False)
    distance: Quantity | None = None
    limits: str = "both"
    off: Quantity = 0.0
    at: Position | None = None
    attack_from: Quantity = 0.0
    reaction: Quantity | None = None
    cued: bool = True
    samples: int = SAMPLES
    size: Quantity | None = None
    center: Position | None = None
    extent: Extent | None = None
    jammers: JammerAt | Sequence[JammerAt] = ()

    @property
    def windowed(self) -> bool:
        """Whether a part of the ground was chosen."""
        return self.size is not None or self.extent is not None

    def plan(self) -> Plan:
        """The attack, in SI units."""
        plan = Plan(
            self.system,
            self.against,
            math.nan if self.distance is None else quantity("--range", self.distance, "length"),
            quantity("--off", self.off, "angle"),
            self.cued,
            math.nan if self.reaction is None else quantity("--reaction", self.reaction, "time"),
            PLACE if self.at is None else position("--at", self.at),
            quantity("--from", self.attack_from, "angle"),
        )
        if not several(self.jammers):
            return plan
        if self.at is None:
            raise InputError("--jammer", "needs a place on earth", "Give --at, and --from where the attack comes from.")
        checked(plan, catalog())
        return replace(plan, jamming=jamming_of(self.jammers, None, scenario_of(plan)))


@dataclass(frozen=True)
class FootprintAnswer(Saved):
    """On which ground one fire unit can still shoot at a ballistic missile that falls there."""

    plan: Plan
    distance: float  #: that the missile flies, m
    reaction: float  #: s
    found: Sequence[Footprint]  #: by arm
    title: str = ""
    windowed: bool = False  #: areas and extents are of what lies within a chosen window
    on_earth: bool = False  #: it was given a place
    clear: Sequence[Footprint] = ()  #: without jamming, by arm, where somebody jams


@keywords_of(FootprintQuestion)
def footprint(question: FootprintQuestion) -> FootprintAnswer:
    """On which ground one fire unit can still shoot at a ballistic missile that falls there.

    The ground is flat at sea level.  A shot that is possible need not be fired, nor hit.

    Parameters
    ----------
    system : str
        A system of the catalog, "patriot_pac2".
    against : str
        A ballistic missile of the catalog, "scud_b".
    distance : str or float, optional
        How far it flies, "300 km" or m; 0.9 of its greatest range if left out.
    limits : {"both", "emergent", "published"}
        What bounds an intercept: flight, radar and time alone, or the published figures too.
    off : str or float
        Angle from the radar's facing to where the attack comes from, "20 deg" or rad, positive to the right.
    at : str or tuple of float, optional
        Where the unit stands, "34.92 N 35.90 E", or latitude and longitude in rad.
    attack_from : str or float
        Azimuth that the attack comes from, "160 deg" or rad.
    reaction : str or float, optional
        From detection to launch, "12 s" or s; the published time if left out.
    cued : bool
        Whether surveillance radars tell the unit where to look.
    samples : int
        Sampled worlds of the intervals; 0 for none.
    size : str or float, optional
        Side of the ground looked at, "120 km" or m; as large as the footprint if left out.
    center : str or tuple of float, optional
        Middle of that ground; the unit if left out.
    extent : str or tuple, optional
        Southwest and northeast corner of that ground, in place of `size` and `center`.
    jammers : str, tuple or sequence, optional
        Noise jammers at places, turned to every radar: "escort_jammer; 34.9 N 34.0 E; 9 km", or key of the catalog,
        place and height above the sea; they need `at`.

    Returns
    -------
    FootprintAnswer
        ``table()`` has a row for each kind of limits and measure, with intervals.

    Raises
    ------
    InputError
        For an unknown system, missile or jammer, a range that it does not fly, or a window that makes no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> answer = oi.footprint("patriot_pac2", "scud_b", limits="emergent", samples=0)
    >>> answer.found[0].area.nominal > 0.0
    True
    """
    return footprint_of(question)


def footprint_of(question: FootprintQuestion, phases: Phases | None = None) -> FootprintAnswer:
    """The answer to a question, with somebody told how far it is."""
    phases = phases or Silent()
    arms = arms_of(question.limits)
    no_other_window(question.center, question.size, question.extent)
    if question.center is not None and question.size is None:
        raise InputError("--center", "without --size", 'Give the side of the map as well, "120 km".')
    for option, given in (("--center", question.center), ("--extent", question.extent)):
        if given is not None and question.at is None:
            raise InputError(option, "needs a place on earth", "Give --at, and --from where the attack comes from.")
    if question.samples < 0:
        raise InputError("--samples", str(question.samples), "Give 0 or more.")
    plan, book = question.plan(), catalog()
    checked(plan, book)
    phases.phase("following arcs, compiling if need be")
    found = footprints(plan, arms, question.samples, _window(question, plan))
    delay = float(book[plan.system].reaction_time.si) if math.isnan(plan.reaction) else plan.reaction
    distance = plan.range_of(book)
    title = f"{book[plan.system].title} against {book[plan.threat].title}, flown {distance / 1000:.0f} km"
    clear: Sequence[Footprint] = ()
    if plan.jamming.placed:
        clear = footprints(replace(plan, jamming=Jamming()), arms, 0, _window(question, plan))
    return FootprintAnswer(plan, distance, delay, found, title, question.windowed, question.at is not None, clear)


def _window(question: FootprintQuestion, plan: Plan) -> Box | None:
    """The box along the attack that is looked at, m; None: whatever the footprint needs."""
    if question.extent is not None:
        (south, west), (north, east) = corners("--extent", question.extent)
        return window_of(plan, np.array([[south, west], [south, east], [north, west], [north, east]]))
    if question.size is None:
        return None
    half = 0.5 * quantity("--size", question.size, "length")
    middle = plan.place if question.center is None else position("--center", question.center)
    along, _, across, _ = window_of(plan, np.array([middle]))
    return along - half, along + half, across - half, across + half
