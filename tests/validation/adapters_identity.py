"""Validation cases of identification, and of how far an elevated sensor sees: case id -> a public function."""

from collections.abc import Callable
from typing import Any

import numpy as np

from openiads.base.constants import MEAN_RADIUS
from openiads.doctrine.identification import believe
from openiads.earth.sight import horizon_range
from openiads.world.codes import Evidence
from openiads.world.identity import joint, silence
from openiads.world.layout import SITUATION
from openiads.world.sensed import TRACK

Case = dict[str, Any]
NO_CAP = 1e9
SIGNS = (Evidence.IFF_NO_REPLY, Evidence.NO_CIVIL_TRANSPONDER, Evidence.OFF_CORRIDOR, Evidence.NO_FLIGHT_PLAN)


def belief(situation: Any, signs: tuple[Evidence, ...]) -> list[float]:
    """What the post believes after these signs: hostile, friend, neutral."""
    track = np.zeros(1, TRACK)[0]
    track["evidence"] = sum(1 << int(sign) for sign in signs)
    believe(situation, track)
    return [float(share) for share in track["belief"]]


def blank(prior: list[float]) -> Any:
    """A situation with nothing capped."""
    situation = np.zeros(1, SITUATION)[0]
    situation["prior"] = prior
    situation["evidence_cap"] = NO_CAP
    situation["procedure"] = situation["replies"] = 0.25
    return situation


def four_signs(inputs: Case) -> Case:
    situation = blank(inputs["prior"])
    absent = [inputs["evidence"][name] for name in ("no_military_reply", "no_civil_code", "off_corridor", "no_plan")]
    for h in range(3):
        first, second, third, fourth = (1.0 - likelihoods[h] for likelihoods in absent)
        situation["replies"][:, :, h] = joint(first, second, 0.0)
        situation["procedure"][:, :, h] = joint(third, fourth, 0.0)
    return {"belief_after_each": [belief(situation, SIGNS[: n + 1]) for n in range(len(SIGNS))]}


def persistent(inputs: Case) -> Case:
    silent = [silence(inputs["p_equipment_fails"], inputs["p_reply_lost"], n) for n in inputs["n"]]
    found = []
    for quiet in silent:
        situation = blank([inputs["prior_hostile"], inputs["prior_friend"], 0.0])
        for h, likelihood in enumerate((inputs["p_no_reply_hostile"], quiet, 0.0)):
            situation["replies"][:, :, h] = joint(1.0 - likelihood, 0.0, 0.0)
        found.append(belief(situation, SIGNS[:1])[0])
    return {"p_no_reply": silent, "belief_hostile": found}


def horizon(inputs: Case) -> Case:
    ranges = [horizon_range(float(up), float(target), 4.0 / 3.0 * MEAN_RADIUS) for up, target in inputs["rows"]]
    times = [distance / inputs["speed_m_s"] for distance in ranges]
    return {"range_m": ranges, "time_to_sensor_s": times, "gain_over_first_s": [time - times[0] for time in times]}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "ID-BAYES-THREE": four_signs,
    "ID-PERSISTENT": persistent,
    "AEW-HORIZON": horizon,
}
