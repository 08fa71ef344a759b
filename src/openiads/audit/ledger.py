"""All queries over the log, the tables that they ask, and which of them a world leaves unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.audit.arms import ARMS
from openiads.audit.bursts import BURSTS
from openiads.audit.endings import ENDINGS
from openiads.audit.jamming import JAMMING
from openiads.audit.limits import LIMITS
from openiads.audit.order import ORDER
from openiads.audit.outcome import outcome_checks
from openiads.audit.query import Check
from openiads.audit.seam import SEAM
from openiads.audit.silence import SILENCE
from openiads.world.codes import Event

CHECKS: list[Check] = [*ORDER, *ARMS, *BURSTS, *ENDINGS, *JAMMING, *SEAM, *SILENCE, *outcome_checks()]

ALWAYS = (
    "times ordered",
    "keys resolve",
    "one terminal code per flight",
    "probabilities",
    "gates chain",
    "detection in reach",
)

#: Tables of one kind each.
VIEWS = {
    "detect": Event.DETECT,
    "track": Event.TRACK,
    "identify": Event.IDENTIFY,
    "assign": Event.ASSIGN,
    "acquire": Event.ACQUIRE,
    "launch": Event.LAUNCH,
    "intercept": Event.INTERCEPT,
    "assess": Event.ASSESS,
    "release": Event.RELEASE,
    "round_end": Event.ROUND_END,
    "handover": Event.HANDOVER,
    "slew": Event.SLEW,
    "reload": Event.RELOAD,
    "devolve": Event.DEVOLVE,
    "terminal": Event.TERMINAL,
    "gate": Event.GATE,
    "damage": Event.DAMAGE,
    "down": Event.ELEMENT_DOWN,
    "look": Event.LOOK,
    "false_track": Event.FALSE_TRACK,
    "swap": Event.SWAP,
    "burst": Event.BURST,
    "strobe": Event.STROBE,
    "jamming": Event.JAMMING,
    "emission": Event.EMISSION,
    "decoyed": Event.DECOYED,
    "leave": Event.LEAVE,
}


#: Limits whose absence leaves a part of a check undone, and that part.
_PARTS = {
    "unit_assign_delay": "least delay of assignment",
    "unit_launch_delay": "least delay of launch",
    "unit_assess_delay": "least delay of assessment",
    "unit_burn_time": "energy",
    "unit_round_speed": "speed of rounds",
    "unit_round_load": "lateral acceleration of rounds",
}


def unchecked(limits: Mapping[str, Any]) -> list[str]:
    """Names of the checks that cannot find anything because a limit they need is not declared."""
    missing = {key for key in LIMITS if limits.get(key) is None}
    named = [check.name for check in CHECKS if missing & set(check.needs)]
    return named + [name for key, name in _PARTS.items() if key in missing]
