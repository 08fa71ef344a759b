"""Emission control of radars, their emitting decoys, and how surely elements are ready, as a site declares them."""

from __future__ import annotations

import math

from openiads.scenario.emission import Availability, EmissionRules, covered
from openiads.scenario.model import Site
from openiads.world.codes import Emission
from openiads.world.draft import NEVER, Draft, Row

#: Field of a radar -> the key of ``EmissionRules`` that gives it, and the value of the catalog's ``model`` else.
RULES = {
    "order_delay": ("delay", "emission_delay"),
    "resume_time": ("resume", "emission_resume"),
    "silence": ("silence", "emission_silence"),
    "blink_period": ("blink_period", "blink_period"),
    "blink_duty": ("blink_duty", "blink_duty"),
    "alarm_speed": ("alarm_speed", "alarm_speed"),
    "alarm_time": ("alarm_time", "alarm_time"),
    "alarm_radius": ("alarm_radius", "alarm_radius"),
    "cue_range": ("cue_range", "cue_range"),
    "cue_time": ("cue_time", "cue_time"),
}

#: What of these each policy goes by.
USED = {
    Emission.SHUTDOWN: ("order_delay", "resume_time", "silence", "alarm_speed", "alarm_time", "alarm_radius"),
    Emission.BLINK: ("blink_period", "blink_duty"),
    Emission.CUED: ("order_delay", "resume_time", "silence", "cue_range", "cue_time"),
}


def always_on(row: Row) -> None:
    """Let a radar emit from the start, without an order to do otherwise."""
    row["emits_from"] = row["last_emitted"] = row["wanted_at"] = -math.inf
    row["switch_at"] = row["decoy_down"] = NEVER


def add_emission(draft: Draft, row: Row, site: Site, element: str) -> None:
    """When a radar emits, the decoys about it, and how surely it is ready, into its row.

    Of the catalog only what a declared policy goes by is read.
    """
    always_on(row)
    row["outage"] = _outage(site.availability, "radar")
    policy = _policy(site, element)
    if policy is not None and row["emitting"] == 1:
        row["policy"] = int(Emission[policy.upper()])
        _rules(draft, row, site.doctrine.emission_rules or EmissionRules())
    for decoys in site.emitter_decoys or ():
        if covered(decoys.radar, element):
            row["decoys"], row["decoy_weight"] = decoys.count, decoys.weight
            given = decoys.distance
            row["decoy_distance"] = draft.values.model("decoy_distance") if given is None else given


def _policy(site: Site, element: str) -> str | None:
    """The declared policy of a radar; of names that mean it the one of it alone goes first."""
    single = site.doctrine.emission_of or {}
    for name in (element, element.split("/", maxsplit=1)[0]):
        if name in single:
            return None if single[name] == "on" else single[name]
    return site.doctrine.emission


def _rules(draft: Draft, row: Row, rules: EmissionRules) -> None:
    for field in USED[Emission(int(row["policy"]))]:
        key, assumed = RULES[field]
        given = getattr(rules, key)
        row[field] = draft.values.model(assumed) if given is None else given
    if row["policy"] != Emission.BLINK:
        row["order_spread"] = draft.values.model("emission_delay_spread")


def _outage(availability: Availability | None, element: str) -> float:
    """Probability that an element is not ready."""
    ready = None if availability is None else getattr(availability, element)
    return 0.0 if ready is None else 1.0 - ready


def post_outage(site: Site) -> float:
    """Probability that a site's command post is not ready when a raid comes."""
    return _outage(site.availability, "post")


def crew_outage(site: Site) -> float:
    """Probability that the crew of one of a site's fire units is not ready when a raid comes."""
    return _outage(site.availability, "crew")


def hears_on(radar: Row) -> bool:
    """Whether what homes on a radar keeps in mind where it was: one that may fall silent, or has decoys."""
    return bool(radar["policy"] != Emission.NONE or radar["decoys"] > 0)
