"""The packaged claims made small: few cells, one arm or two, tiny efforts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from openiads.claims.statement import METHODS, Claim, load_claim
from openiads.runs.digest import hash_of

ONE_ARM = {"limits": ["emergent"], "weighting": ["uniform"]}


def changed(name: str, change: Callable[[dict[str, Any]], None]) -> Claim:
    """A packaged claim with its mapping changed."""
    mapping = copy.deepcopy(dict(load_claim(name).mapping))
    mapping["rule"]["arms"] = dict(ONE_ARM)
    change(mapping)
    told = METHODS[mapping["method"]].model_validate(mapping)
    return Claim(told, mapping, hash_of(mapping))


def ballistic() -> Claim:
    """Two missiles of one class, both limits."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"] |= {"points": 2, "launchers": 2, "missiles": {"tochka_u": "70 km"}, "aspects": [], "mixed": []}
        mapping["study"]["flips"] = [{**mapping["study"]["flips"][0], "values": [0.02, 0.9]}]
        mapping["rule"]["arms"] = {"limits": ["emergent", "published"], "weighting": ["uniform"]}
        mapping["quick"] = {"nominal": 3, "worlds": 1, "each": 2}

    return changed("ballistic", change)


def comparable() -> Claim:
    """One row of the table, one arm beside it."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"] |= {"normalizations": ["fire_units"], "also": [], "beside": ["structure"]}
        mapping["study"] |= {"facing": ["laid"], "raid_sizes": [], "pictures": []}
        mapping["quick"] = {"nominal": 3, "worlds": 1, "each": 2, "beside": 2}

    return changed("comparable", change)


def guarantee() -> Claim:
    """Raids of four and eight, one other reading."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"] |= {"sizes": [4, 8], "readings": ["tartus_2016", "tartus_2016_pmu2"]}
        mapping["study"] |= {"fire_units": [2, 3]}
        mapping["study"]["raids"] = {name: mapping["study"]["raids"][name] for name in ("cruise", "mixed")}
        mapping["rule"]["reference"] = 8
        mapping["quick"] = {"nominal": 3, "worlds": 1, "each": 2}

    return changed("guarantee", change)


def moskva() -> Claim:
    """What comes from the catalog alone."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"] |= {"figures": ["target_channels", "ready_rounds"], "other_readings": ["s300ps"], "flips": []}
        mapping["quick"] = {"worlds": 13}

    return changed("moskva", change)


def defensive() -> Claim:
    """Two airways, no other sites, a little traffic."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"] |= {"flights_per_day": {"Larnaca - Beirut": 12, "Tel Aviv - Amman": 6}, "beside": {}}
        mapping["study"]["control"] |= {"others": ["hold"], "duration": "900 s"}
        mapping["quick"] = {"nominal": 2, "worlds": 1, "each": 1}

    return changed("defensive", change)


def hotheads() -> Claim:
    """Aircraft alone, two sizes, one other order of battle."""

    def change(mapping: dict[str, Any]) -> None:
        mapping["study"] |= {"kinds": {"aircraft": "Strike from the south"}, "sizes": [4, 6], "published": False}
        mapping["quick"] = {"nominal": 3, "worlds": 1, "each": 2}

    return changed("hotheads", change)


def clashes() -> Claim:
    """One choice."""

    def change(mapping: dict[str, Any]) -> None:
        choices = mapping["study"]["choices"]
        mapping["study"]["choices"] = {name: choices[name] for name in ("a notice as the aircraft appear",)}
        mapping["quick"] = {"nominal": 4, "worlds": 1, "each": 2}

    return changed("clashes", change)


SMALL = {
    "ballistic": ballistic,
    "comparable": comparable,
    "guarantee": guarantee,
    "moskva": moskva,
    "defensive": defensive,
    "hotheads": hotheads,
    "clashes": clashes,
}
