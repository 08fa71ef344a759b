"""The outcome row: what one replication came to.  One fixed layout, so that every run's table looks alike."""

from __future__ import annotations

import numpy as np

from openiads.world.codes import RoundEnd, Terminal, ThreatClass

CLASSES = [c.name.lower() for c in ThreatClass if c]
TERMINALS = [c.name.lower() for c in Terminal if c]
ROUND_ENDS = [c.name.lower() for c in RoundEnd if c]

#: Resources that can bind; ``bound_*`` counts flight-seconds during which a hostile flight waited for it.
BOUNDS = ["picture", "operator", "channel", "launcher", "magazine"]

_fields: list[tuple[str, str]] = [
    ("replication", "i8"),
    ("status", "i8"),  # codes.Status; 0 is a good replication
    ("status_time", "f8"),  # when it failed, s
    ("status_entity", "i8"),  # row of what failed
    ("threats", "i8"),  # hostile flights at the start plus those released
    ("detected", "i8"),  # threats that some radar detected
    ("engaged", "i8"),  # threats at which a round was launched
    ("killed", "i8"),  # threats killed
    ("leakers", "i8"),  # HIT_ASSET + REACHED_MISSED
    ("any_leaker", "i8"),  # 1 if leakers > 0
    ("platform_leakers", "i8"),  # RELEASED_LEFT
    ("asset_hits", "i8"),  # hits on defended assets
    ("rounds_fired", "i8"),
    ("round_kills", "i8"),  # kills credited to rounds
    ("first_detection_s", "f8"),  # of a threat; inf for never
    ("first_launch_s", "f8"),  # inf for never
    ("civil_engaged", "i8"),  # neutral flights at which a round was launched
    ("friend_engaged", "i8"),
    ("overkill_rounds", "i8"),  # rounds whose flight was already dead or would have died by another round
    ("false_tracks", "i8"),
    ("swaps", "i8"),
    ("tracked", "i8"),  # threats with a confirmed track
    ("identified", "i8"),  # threats believed hostile at some time
]
_fields += [(f"bound_{name}", "f8") for name in BOUNDS]
_fields += [(f"end_{name}", "i8") for name in TERMINALS]  # over all flights, hostile or not
_fields += [(f"round_{name}", "i8") for name in ROUND_ENDS]
for _name in CLASSES:  # hostile flights by class
    _fields += [
        (f"{_name}_threats", "i8"),
        (f"{_name}_killed", "i8"),
        (f"{_name}_leakers", "i8"),
        (f"{_name}_engaged", "i8"),
    ]
_fields += [("looks", "i8"), ("updates", "i8"), ("steps", "i8"), ("events_key", "i8")]  # work done, for the benchmarks

OUTCOME = np.dtype(_fields, align=True)

#: Metrics every `run --json` carries (definitions in docs/reference/metrics.md).
METRICS = [
    "threats",
    "detected",
    "engaged",
    "killed",
    "leakers",
    "any_leaker",
    "platform_leakers",
    "asset_hits",
    "rounds_fired",
    "rounds_per_kill",
    "first_detection_s",
    "first_launch_s",
    "civil_engaged",
    "friend_engaged",
    "overkill_rounds",
]
